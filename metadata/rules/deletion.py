"""What no foreign key holds back: values of custom attributes, expressions that name an object by its uid, and the
categories of a combo.

Source: DHIS2 2.42, metadata model, deletion vetoes.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from dhis2api.objects.registry import all_schemas
from metadata.models import Attribute, CategoryCombo, ProgramRule, ProgramRuleVariable

# Each of `uids` that an expression names, with the kind and the name of what has the expression.
NAMED_IN_EXPRESSIONS = """
    SELECT DISTINCT ON (wanted.uid) wanted.uid, holder.kind || ' (' || holder.name || ')'
    FROM unnest(%(uids)s::text[]) wanted(uid)
    JOIN (
        SELECT 'Indicator' AS kind, name, numerator || ' ' || denominator AS expression FROM metadata_indicator
        UNION ALL
        SELECT 'Predictor', predictor.name, side.expression
        FROM metadata_predictorexpression side JOIN metadata_predictor predictor ON predictor.id = side.predictor_id
    ) holder ON position(wanted.uid IN holder.expression) > 0
    ORDER BY wanted.uid, holder.kind, holder.name
"""
CARRIED = """
    SELECT wanted.uid FROM unnest(%s::text[]) wanted(uid)
    WHERE EXISTS (SELECT 1 FROM {table} holder WHERE holder.attribute_values ? wanted.uid)
"""
UIDS = {
    "dataElement": "SELECT uid, id FROM metadata_dataelement WHERE id = ANY(%s)",
    "categoryOptionCombo": "SELECT uid, id FROM metadata_categoryoptioncombo WHERE id = ANY(%s)",
    "categoryCombo": """
        SELECT uid, category_combo_id FROM metadata_categoryoptioncombo WHERE category_combo_id = ANY(%s)
    """,
}


def named_in_expressions(singular: str, keys: Sequence[int]) -> dict[int, str]:
    """Indicators and predictors whose expressions name the object, or an option combo of it."""
    with connection.cursor() as cursor:
        cursor.execute(UIDS[singular], [list(keys)])
        owners = dict(cursor.fetchall())
        cursor.execute(NAMED_IN_EXPRESSIONS, {"uids": list(owners)})
        return {owners[uid]: hint for uid, hint in cursor.fetchall()}


def attribute_has_values(keys: Sequence[int]) -> dict[int, str]:
    """A custom attribute stays while an object of any type carries a value of it; one query a type."""
    uids = dict(Attribute.objects.filter(pk__in=keys).values_list("uid", "pk"))
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        for schema in all_schemas():
            if schema.has_attributes and not schema.embedded:
                table = connection.ops.quote_name(schema.model._meta.db_table)
                cursor.execute(CARRIED.format(table=table), [list(uids)])
                for (uid,) in cursor.fetchall():
                    found.setdefault(uids[uid], f"{schema.simple_klass}.Attribute")
    return found


def category_is_combined(keys: Sequence[int]) -> dict[int, str]:
    """A category stays while a combo is made of it: the combo's option combos could not be told apart without it."""
    through = CategoryCombo.categories.through.objects.filter(category_id__in=keys).order_by("categorycombo__name")
    found: dict[int, str] = {}
    for category, combo in through.values_list("category_id", "categorycombo__name"):
        found.setdefault(category, f"CategoryCombo ({combo})")
    return found


def delete_rules_of_programs(keys: Sequence[int]) -> None:
    """Rules and variables go with their program: they would hold back its stages and sections."""
    ProgramRuleVariable.objects.filter(program_id__in=keys).delete()
    ProgramRule.objects.filter(program_id__in=keys).delete()
