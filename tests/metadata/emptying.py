"""A database without metadata, as a new server has it."""

from __future__ import annotations

from django.apps import apps
from django.db import connection

from dhis2api.objects.registry import all_schemas


def empty() -> None:
    """Take all metadata away but the system's defaults, which every server has."""
    defaults = [uid for schema in all_schemas() for uid in schema.wire.default_objects]
    models = list(apps.get_app_config("metadata").get_models(include_auto_created=True))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # foreign keys do not matter meanwhile
        for model in models:
            if any(field.name == "uid" for field in model._meta.concrete_fields):
                cursor.execute(f"DELETE FROM {_quoted(model)} WHERE uid <> ALL(%s)", [defaults])
        for model in models:
            for field in model._meta.concrete_fields if model._meta.auto_created else ():
                if field.remote_field is not None:
                    target, column = _quoted(field.related_model), connection.ops.quote_name(field.column)
                    cursor.execute(
                        f"DELETE FROM {_quoted(model)} link WHERE NOT EXISTS "
                        f"(SELECT 1 FROM {target} target WHERE target.id = link.{column})"
                    )
        cursor.execute("SET session_replication_role = DEFAULT")


def _quoted(model: object) -> str:
    return connection.ops.quote_name(model._meta.db_table)
