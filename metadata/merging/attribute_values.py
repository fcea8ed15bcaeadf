"""Values of custom attributes that name an object by its uid, such as those of value type ORGANISATION_UNIT."""

from __future__ import annotations

from django.db import connection
from psycopg2 import sql

from dhis2api.objects.importer.attribute_values import NAMING
from dhis2api.objects.registry import endpoint_schemas
from metadata.merging.documents import Succession
from metadata.merging.reassign import Change
from metadata.models import Attribute

REPLACE = """
    UPDATE {table} SET
        attribute_values = (
            SELECT jsonb_object_agg(key, CASE
                WHEN key = ANY(%(attributes)s) AND value #>> '{{}}' = ANY(%(gone)s) THEN to_jsonb(%(heir)s::text)
                ELSE value END)
            FROM jsonb_each(attribute_values)
        ),
        last_updated = %(now)s, last_updated_by_id = %(user)s
    WHERE EXISTS (
        SELECT FROM jsonb_each_text(attribute_values) AS held(attribute, text)
        WHERE attribute = ANY(%(attributes)s) AND text = ANY(%(gone)s)
    )
"""


def replace_in_attribute_values(succession: Succession, change: Change) -> None:
    """Have values that name one of those that go name the first heir. Queries: one for each type with attributes."""
    types = [kind for kind, (singular, column) in NAMING.items() if (singular, column) == (succession.singular, "uid")]
    attributes = list(Attribute.objects.filter(value_type__in=types).values_list("uid", flat=True)) if types else []
    if not attributes:
        return
    parameters = {
        "attributes": attributes, "gone": list(succession.gone), "heir": succession.heirs[0],
        "now": change.now, "user": change.user,
    }  # fmt: skip
    tables = {s.model._meta.db_table for s in endpoint_schemas() if s.has_attributes and not s.model._meta.proxy}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            statement = sql.SQL(REPLACE).format(table=sql.Identifier(table))
            cursor.execute(statement.as_string(cursor.connection), parameters)
