"""Violations stored as results, any number at once, whatever others do to results and metadata meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from django.utils import timezone

from datavalues.stored_periods import period_keys
from metadata.holding import hold_all
from metadata.models import CategoryOptionCombo, OrganisationUnit, ValidationRule
from validation.rules.analysis import Cell, Violation

# What is stored already is not even locked: others may be deleting or marking it, in an order of their own.
INSERT = """
    INSERT INTO validation_validationresult (
        validation_rule_id, period_id, organisation_unit_id, attribute_option_combo_id, day_in_period,
        leftside_value, rightside_value, notification_sent, created
    )
    SELECT rule, period, unit, combo, day, leftside, rightside, false, %(now)s
    FROM unnest(
        %(rules)s::bigint[], %(periods)s::bigint[], %(units)s::bigint[], %(combos)s::bigint[], %(days)s::int[],
        %(left)s::float8[], %(right)s::float8[]
    ) AS given (rule, period, unit, combo, day, leftside, rightside)
    ORDER BY rule, period, unit, combo, day
    ON CONFLICT DO NOTHING
"""
# Those of somebody else are seen by a statement that begins after he is done.
FIND = """
    SELECT given.number, stored.id, stored.notification_sent
    FROM unnest(
        %(rules)s::bigint[], %(periods)s::bigint[], %(units)s::bigint[], %(combos)s::bigint[], %(days)s::int[]
    ) WITH ORDINALITY AS given (rule, period, unit, combo, day, number)
    JOIN validation_validationresult AS stored
        ON stored.validation_rule_id = given.rule AND stored.period_id = given.period
        AND stored.organisation_unit_id = given.unit AND stored.attribute_option_combo_id = given.combo
        AND stored.day_in_period IS NOT DISTINCT FROM given.day
"""
NO_KEY = (None, False)  # of a result that was deleted in the moment it was stored


def store_violations(violations: Sequence[Violation]) -> list[Violation]:
    """The violations with the keys of their results, without those whose rule, org unit or attribute option combo was
    deleted since they were found. The number of queries is fixed; needs a transaction."""
    new = _of_what_exists([found for found in violations if found.result is None])
    keys = _store(new) if new else {}
    kept = {found.cell for found in new}
    return [
        _with_key(found, *keys.get(found.cell, NO_KEY)) if found.result is None else found
        for found in violations if found.result is not None or found.cell in kept
    ]  # fmt: skip


def _with_key(found: Violation, key: int | None, is_sent: bool) -> Violation:
    return replace(found, result=key, notification_sent=is_sent)


def _of_what_exists(violations: list[Violation]) -> list[Violation]:
    """What they speak of stays until the transaction ends."""
    held = hold_all({
        ValidationRule: {found.rule.pk for found in violations},
        OrganisationUnit: {found.org_unit for found in violations},
        CategoryOptionCombo: {found.attribute_option_combo for found in violations},
    })  # fmt: skip
    return [
        found for found in violations
        if found.rule.pk in held[ValidationRule] and found.org_unit in held[OrganisationUnit]
        and found.attribute_option_combo in held[CategoryOptionCombo]
    ]  # fmt: skip


def _store(violations: list[Violation]) -> dict[Cell, tuple[int, bool]]:
    """The key of each, and whether users were told of it."""
    periods = period_keys(found.period for found in violations)
    cells: dict[str, list[Any]] = {
        "rules": [found.rule.pk for found in violations],
        "periods": [periods[found.period.iso] for found in violations],
        "units": [found.org_unit for found in violations],
        "combos": [found.attribute_option_combo for found in violations],
        "days": [found.day for found in violations],
    }
    values = {"left": [found.left for found in violations], "right": [found.right for found in violations]}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {**cells, **values, "now": timezone.now()})
        cursor.execute(FIND, cells)
        return {violations[number - 1].cell: (key, is_sent) for number, key, is_sent in cursor.fetchall()}
