"""Members that enter and leave collections, whatever else stands in them: two statements a collection.

Nothing is read: a group of 100,000 that gains one member costs what a small one costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from dhis2api.objects.importer.records import ImportObject
from dhis2api.objects.schema import Link, Property

Pairs = list[tuple[int, int]]  # owner and member, by primary keys


def change_members(prop: Property, objects: Sequence[ImportObject]) -> None:
    """Write the `changed_members` of the collection `prop` of all objects."""
    entering: Pairs = []
    leaving: Pairs = []
    for item in objects:
        for member, enters in item.changed_members.get(prop.name, {}).items():
            (entering if enters else leaving).append((item.pk, member))
    if leaving:
        _execute(_LEAVE_OWNER if prop.link.reverse else _LEAVE_TABLE, prop.link, leaving)
    if entering:
        _execute(_ENTER_OWNER if prop.link.reverse else _ENTER_TABLE, prop.link, entering)


def add_members(link: Link, rows: Sequence[tuple[int, int, int]]) -> None:
    """Put new members into a table between two types: rows of owner, member and position, in one statement."""
    statement = (_ADD_ORDERED if link.numbered else _ADD).format(**_names(link))
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)][: 3 if link.numbered else 2])


_ADD = "INSERT INTO {table} ({owner}, {member}) SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
_ADD_ORDERED = (
    "INSERT INTO {table} ({owner}, {member}, sort_order) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::int[])"
)
_PAIRS = "unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS pair (owner, member, position)"
_LEAVE_TABLE = "DELETE FROM {table} AS t USING " + _PAIRS + " WHERE t.{owner} = pair.owner AND t.{member} = pair.member"
_ENTER_TABLE = (
    "INSERT INTO {table} ({owner}, {member}{order_column}) SELECT pair.owner, pair.member{order_value} FROM "
    + _PAIRS
    + " ON CONFLICT DO NOTHING"
)
_LEAVE_OWNER = (
    "UPDATE {table} AS t SET {owner} = NULL FROM " + _PAIRS + " WHERE t.id = pair.member AND {owner} = pair.owner"
)
# Who is there already keeps his place.
_ENTER_OWNER = (
    "UPDATE {table} AS t SET {owner} = pair.owner{order_set} FROM "
    + _PAIRS
    + " WHERE t.id = pair.member AND t.{owner} IS DISTINCT FROM pair.owner"
)
_AFTER_LAST = "(SELECT coalesce(max(sort_order), -1) FROM {table} WHERE {owner} = pair.owner) + pair.position"


def _execute(template: str, link: Link, pairs: Pairs) -> None:
    """Run one statement; table and columns are names of the model's own."""
    names = _names(link)
    position = _AFTER_LAST.format(**names)
    order = {
        "order_column": ", sort_order" if link.numbered else "",
        "order_value": f", {position}" if link.numbered else "",
        "order_set": f", sort_order = {position}" if link.numbered else "",
    }
    with connection.cursor() as cursor:
        owners, members = [owner for owner, _ in pairs], [member for _, member in pairs]
        cursor.execute(template.format(**names, **order), [owners, members])


def _names(link: Link) -> dict[str, str]:
    quote = connection.ops.quote_name
    columns = {field.attname: field.column for field in link.model._meta.concrete_fields}
    return {
        "table": quote(link.model._meta.db_table),
        "owner": quote(columns[link.owner_column]),
        "member": quote(columns.get(link.member_column, "id")),
    }
