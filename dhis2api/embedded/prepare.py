"""Bring a database to where the server can start: schema, system defaults, admin, demo.

Runs as a process of its own (`python -m dhis2api.embedded.prepare`), so that the supervisor never loads Django.
"""

from __future__ import annotations

import gc
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper

from dhis2api.embedded.home import EmbeddedError
from dhis2api.embedded.schema import (
    CONTENT,
    DEMO,
    OUTDATED,
    SCHEMA,
    content_mark,
    is_rewritten,
    read_state,
    schema_fingerprint,
    write_state,
)


def prepare(*, demo: bool) -> None:
    """Do every step that is missing. A demo that was interrupted is loaded again: loading is idempotent.

    Errors: EmbeddedError for a database that an earlier, rewritten schema made.
    """
    with connection.cursor() as cursor:
        state = read_state(cursor)
        if is_rewritten(state):
            raise EmbeddedError(OUTDATED.format(settings.HOME))
        is_own = CONTENT in state and state[CONTENT] != content_mark(cursor)
        steps = []
        if state.get(SCHEMA) != schema_fingerprint():
            steps.append(migrate)
        if steps or CONTENT not in state:
            steps.append(create_defaults)
        if demo and DEMO not in state:
            steps.append(load_demo)
        for step in steps:
            step(cursor)
        if steps:
            cursor.execute("ANALYZE")
        if steps and not is_own:  # what stands here now, nobody but us has written
            write_state(cursor, CONTENT, content_mark(cursor))


def migrate(cursor: CursorWrapper) -> None:
    """Bring the schema to the migrations at hand, and remember which these were."""
    print("Preparing the database …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    write_state(cursor, SCHEMA, schema_fingerprint())


def load_demo(cursor: CursorWrapper) -> None:
    """Load the demo, and remember that it is there."""
    gc.enable()  # this makes garbage
    call_command("load_demo")
    write_state(cursor, DEMO, "loaded")


def create_defaults(cursor: CursorWrapper) -> None:
    """The rows that exist from the very first start: the `default` category model, the admin and its role."""
    from metadata.defaults import ensure_system_defaults
    from users.defaults import ensure_admin

    ensure_system_defaults()
    ensure_admin()


def main() -> None:
    gc.disable()  # what is loaded, and the models that migrations make, live to the end: a tenth of a first start
    django.setup()
    try:
        prepare(demo="--demo" in sys.argv[1:])
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
