"""Names in SQL: those of tables and columns are made from uids that the database holds, and quoted all the same."""

from __future__ import annotations

import secrets
import string

TEMPORARY = "_temp"
SUFFIX_LETTERS = 5


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a constant: DDL takes no parameters, and expressions of columns have none."""
    return "'" + text.replace("'", "''") + "'"


def staging(name: str) -> str:
    """What a table is called until it is swapped in."""
    return name + TEMPORARY


def random_suffix() -> str:
    """Five letters: indexes of a staging table live beside those of the table that it replaces."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(SUFFIX_LETTERS))
