"""No reference to what can be merged or split is forgotten: the database's own catalogue against the walk."""

from __future__ import annotations

import pytest
from django.db import connection, models

from dhis2api.objects.registry import all_schemas, get_schema
from metadata.merging.data import models_of_data
from metadata.merging.objects import KINDS
from metadata.merging.relations import owned_places, relations_to
from metadata.merging.texts import NAMING

REFERENCES = """
    SELECT source.relname, att.attname FROM pg_constraint con
    JOIN pg_class source ON source.oid = con.conrelid
    JOIN pg_attribute att ON att.attrelid = con.conrelid AND att.attnum = ANY(con.conkey)
    WHERE con.contype = 'f' AND con.confrelid = %s::regclass
"""

# What an object is itself made of, and goes with it.
OWNED = {
    ("metadata_dataelement_legend_sets", "dataelement_id"), ("metadata_indicator_legend_sets", "indicator_id"),
    ("metadata_categoryoption_organisation_units", "categoryoption_id"),
    ("metadata_categoryoptioncombo_category_options", "categoryoptioncombo_id"),
}  # fmt: skip
# Words of people, and JSON that names no object that can be merged.
WITHOUT_UIDS = {
    "description", "comment", "instruction", "style", "render_type", "sharing", "translations", "attribute_values",
    "content", "favorites", "subscribers", "display_options", "geometry", "delivery_channels", "value_type_options",
    "aggregation_levels", "organisation_unit_levels", "program_rule_action_evaluation_environments",
    "numerator_description", "denominator_description",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("singular", ["organisationUnit", *KINDS])
def test_every_foreign_key_is_moved_or_named_as_owned(singular: str) -> None:
    model = get_schema(singular).model
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [model._meta.db_table])
        stored = set(cursor.fetchall())
    moved = {(relation.model._meta.db_table, relation.column) for relation in relations_to(model)}
    owned = {(holder._meta.db_table, column) for holder, column in owned_places(model)}
    by_apps = {(data._meta.db_table, field.column) for data in models_of_data() for field in data._meta.concrete_fields}

    assert stored - moved - by_apps == owned & OWNED & stored
    assert not moved & owned


def test_every_long_text_and_json_column_is_looked_into_or_holds_no_uids() -> None:
    """Labels of programs are words, too."""
    forgotten = [
        f"{schema.model.__name__}.{field.name}"
        for schema in all_schemas()
        if schema.model is not None and schema.model._meta.app_label == "metadata"
        for field in schema.model._meta.concrete_fields
        if isinstance(field, models.TextField | models.JSONField)
        and field.name not in WITHOUT_UIDS
        and not field.name.endswith("_label")
        and field.name not in NAMING.get(schema.model, ())
    ]

    assert not forgotten
