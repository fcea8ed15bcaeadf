"""Expressions and forms that name objects by uid in their text, rewritten in the database, a statement a table.

A uid is a word of its own: `#{uid.uid}`, `N{uid}`, `id="uid-uid-val"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection, models
from psycopg2 import sql

from metadata.merging.reassign import Change
from metadata.merging.relations import holder_of
from metadata.models import (
    AnalyticsPeriodBoundary,
    DataEntryForm,
    DataSetNotificationTemplate,
    Indicator,
    PredictorExpression,
    Program,
    ProgramIndicator,
    ProgramNotificationTemplate,
    ProgramRule,
    ProgramRuleAction,
    RelationshipConstraint,
    TrackedEntityAttribute,
    ValidationNotificationTemplate,
    ValidationRuleExpression,
)

# The columns in which uids stand. Labels, comments and other words of people are not looked into.
NAMING: dict[type[models.Model], tuple[str, ...]] = {
    Indicator: (
        "numerator", "denominator", "aggregate_export_category_option_combo", "aggregate_export_attribute_option_combo",
    ),
    ProgramIndicator: (
        "expression", "filter", "org_unit_field", "aggregate_export_data_element",
        "aggregate_export_category_option_combo", "aggregate_export_attribute_option_combo", "category_mapping_ids",
    ),
    AnalyticsPeriodBoundary: ("boundary_target",),
    ValidationRuleExpression: ("expression",),
    PredictorExpression: ("expression",),
    ProgramRule: ("condition",),
    ProgramRuleAction: ("content", "data"),
    Program: ("category_mappings",),
    DataEntryForm: ("html_code",),
    TrackedEntityAttribute: ("expression",),
    ProgramNotificationTemplate: ("subject_template", "message_template"),
    DataSetNotificationTemplate: ("subject_template", "message_template"),
    ValidationNotificationTemplate: ("subject_template", "message_template"),
    RelationshipConstraint: ("tracker_data_view",),
}  # fmt: skip

REPLACE = """
    WITH changed AS (
        UPDATE {table} SET {assignments} WHERE {conditions} RETURNING {leads} AS id
    )
    SELECT array_agg(DISTINCT id) FROM changed
"""
STAMP = "UPDATE {holder} SET last_updated = %(now)s, last_updated_by_id = %(user)s WHERE id = ANY(%(keys)s)"


def word_pattern(uids: Iterable[str]) -> str:
    """A pattern of PostgreSQL for any of the uids as a word."""
    return rf"\m(?:{'|'.join(map(re.escape, uids))})\M"


def replace_in_texts(uids: Iterable[str], heir: str, change: Change) -> None:
    """Write `heir` where texts name one of `uids`. Queries: two a table at most."""
    parameters = {"pattern": word_pattern(uids), "heir": heir}
    with connection.cursor() as cursor:
        for model, columns in NAMING.items():
            holder, leads = holder_of(model)
            cursor.execute(_replacement(model, columns, leads).as_string(cursor.connection), parameters)
            keys = cursor.fetchone()[0]
            if keys:
                stamp = sql.SQL(STAMP).format(holder=sql.Identifier(holder._meta.db_table))
                stamps = {"keys": keys, "now": change.now, "user": change.user}
                cursor.execute(stamp.as_string(cursor.connection), stamps)


def _replacement(model: type[models.Model], names: Iterable[str], leads: str) -> sql.Composed:
    assignments, conditions = [], []
    for name in names:
        field = model._meta.get_field(name)
        cast = sql.SQL("::jsonb" if isinstance(field, models.JSONField) else "")
        column = sql.Identifier(field.column)
        assignments.append(
            sql.SQL("{} = regexp_replace({}::text, %(pattern)s, %(heir)s, 'g'){}").format(column, column, cast)
        )
        conditions.append(sql.SQL("{}::text ~ %(pattern)s").format(column))
    return sql.SQL(REPLACE).format(
        table=sql.Identifier(model._meta.db_table), leads=sql.Identifier(leads),
        assignments=sql.SQL(", ").join(assignments), conditions=sql.SQL(" OR ").join(conditions),
    )  # fmt: skip
