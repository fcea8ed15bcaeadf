"""The account that owns PostgreSQL, and places that this account can reach.

PostgreSQL refuses to run as root. Started by root it runs as an unprivileged account; a checkout below a folder that
others may not enter (/root, mode 0700) is out of reach for it, so its programs and data then lie elsewhere.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dhis2api.embedded.home import EmbeddedError, Home, find_home

UNPRIVILEGED = "nobody"
# The kernel takes 107 bytes for a socket's path; PostgreSQL adds "/.s.PGSQL.5432" and a ".lock" file beside it.
LONGEST_SOCKET_DIRECTORY = 80
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-.")


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when a child must change to this account first."""
        return self.uid != os.geteuid()


def postgres_account(home: Home) -> Account:
    """The owner of the data if there is any, else this user, or for root an unprivileged account.

    Errors: EmbeddedError when the data belongs to somebody else.
    """
    user = os.geteuid()
    if home.postgres.exists():
        owner = home.postgres.stat()
        if owner.st_uid != user and user != 0:
            raise EmbeddedError(
                f"{home.postgres} belongs to user {owner.st_uid}: start as that user or as root, "
                "or choose another home: DHIS2API_HOME=/path/to/home"
            )
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    if user != 0:
        return Account(user, os.getegid())
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def is_reachable(path: Path, account: Account) -> bool:
    """Whether `account` may enter every folder above `path`; what we own ourselves always is."""
    if not account.is_other:
        return True
    return all(_may_enter(folder, account) for folder in path.absolute().resolve().parents)


def _may_enter(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True  # ours to create
    entry = folder.stat()
    if entry.st_uid == account.uid:
        return bool(entry.st_mode & stat.S_IXUSR)
    if entry.st_gid == account.gid:
        return bool(entry.st_mode & stat.S_IXGRP)
    return bool(entry.st_mode & stat.S_IXOTH)


def open_home(root: Path) -> Home:
    """The home at `root`, created where it is missing, with every directory in a place that works."""
    home = find_home(root)
    if not home.root.exists():
        home.root.mkdir(parents=True)
        # The account that owns PostgreSQL passes through; what is private below has a mode of its own.
        home.root.chmod(0o711 if os.geteuid() == 0 else 0o700)
    account = postgres_account(home)
    home = _with_places(home, account)
    _own(home.run, account)
    for directory in (home.redis, home.logs, home.files, home.snapshots):
        directory.mkdir(mode=0o700, exist_ok=True)
    return home


def _with_places(home: Home, account: Account) -> Home:
    """Choose places outside of the home where those inside do not serve, and remember them in the home."""
    postgres, run = home.postgres, home.run
    if not is_reachable(postgres, account):
        # Data stays for as long as the home does, so nowhere that the system tidies up.
        postgres = _private_directory(_lasting_directory(), account) / "postgres"
    if not (is_reachable(run, account) and _suits_sockets(run) and _is_ours(run.parent, account)):
        run = _private_directory(Path(tempfile.gettempdir()), account) / "run"
        if not _suits_sockets(run):
            run = _private_directory(Path("/tmp"), account) / "run"
    if (postgres, run) != (home.postgres, home.run):
        draft = home.places_file.with_suffix(".new")
        draft.write_text(json.dumps({"postgres": str(postgres), "run": str(run)}))
        draft.rename(home.places_file)
    return Home(home.root, postgres, run)


def _is_ours(directory: Path, account: Account) -> bool:
    """False for a directory under /tmp that was tidied away, and perhaps made again by a stranger."""
    return directory.exists() and directory.stat().st_uid in (os.geteuid(), account.uid)


def _suits_sockets(run: Path) -> bool:
    # A comma or a quote has a meaning in PostgreSQL's list of socket directories.
    return len(os.fsencode(run)) <= LONGEST_SOCKET_DIRECTORY and PLAIN.issuperset(str(run))


def _lasting_directory() -> Path:
    directory = Path("/var/lib/dhis2api")
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    directory.chmod(0o755)
    return directory


def _private_directory(parent: Path, account: Account) -> Path:
    """A new directory with a name that nobody can have prepared, for `account` alone."""
    directory = Path(tempfile.mkdtemp(prefix="dhis2api-", dir=parent))
    _own(directory, account)
    return directory


def _own(directory: Path, account: Account) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid not in (0, os.geteuid(), account.uid):
        raise EmbeddedError(f"{directory} belongs to somebody else; remove it and start again.")
    if account.is_other:
        os.chown(directory, account.uid, account.gid)
    directory.chmod(0o700)


def remove_outer_run(home: Home) -> None:
    """Remove a socket directory outside of the home; the next `open_home` makes another. Nobody may run on it."""
    if home.run.parent != home.root and home.run.exists():
        shutil.rmtree(home.run.parent)


def remove_home(root: Path) -> None:
    """Remove the home at `root` and what lies outside of it."""
    home = find_home(root)
    for path in (home.postgres, home.run):
        if path.parent != home.root:
            shutil.rmtree(path.parent, ignore_errors=True)
    if home.root.exists():
        shutil.rmtree(home.root)
