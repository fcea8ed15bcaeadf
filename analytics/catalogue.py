"""Which tables there are, and what their columns are: PostgreSQL's own word for it."""

from __future__ import annotations

from django.db import connection

# Tables of the types, their partitions, and what is left of a run that was killed; not `analytics_rs_…`.
ANALYTICS_TABLE = (
    "^analytics(_completeness|_completenesstarget|_orgunittarget|_validationresult"
    "|_(event|enrollment|ownership|te|te_event|te_enrollment)_[a-z0-9]{11})?(_[0-9]{1,4})?(_old)?(_temp)?$"
)
# Main tables of one program or tracked entity type.
OF_ONE_OBJECT = "^analytics_(event|enrollment|ownership|te|te_event|te_enrollment)_[a-z0-9]{11}$"
LIST = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname ~ %s ORDER BY relname
"""
COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
PARTITIONS = """
    SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent = to_regclass(%s) ORDER BY child.relname
"""


def list_tables(pattern: str = ANALYTICS_TABLE) -> list[str]:
    """The names of the tables that match a pattern; those of analytics, if none is given."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, [pattern])
        return [name for (name,) in cursor.fetchall()]
