"""Violations stored as results, any number in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection
from django.utils import timezone

from datavalues.stored_periods import period_keys
from validation.rules.analysis import Violation

# What somebody else has stored meanwhile stays as it is, and its key comes back all the same.
INSERT = """
    WITH given AS (
        SELECT * FROM unnest(
            %(rules)s::bigint[], %(periods)s::bigint[], %(units)s::bigint[], %(combos)s::bigint[], %(days)s::int[],
            %(left)s::float8[], %(right)s::float8[]
        ) WITH ORDINALITY AS given (rule, period, unit, combo, day, leftside, rightside, number)
    ), added AS (
        INSERT INTO validation_validationresult AS stored (
            validation_rule_id, period_id, organisation_unit_id, attribute_option_combo_id, day_in_period,
            leftside_value, rightside_value, notification_sent, created
        )
        SELECT rule, period, unit, combo, day, leftside, rightside, false, %(now)s FROM given
        ORDER BY rule, period, unit, combo, day
        ON CONFLICT (
            validation_rule_id, period_id, organisation_unit_id, attribute_option_combo_id, day_in_period
        ) DO UPDATE SET created = stored.created
        RETURNING id, validation_rule_id, period_id, organisation_unit_id, attribute_option_combo_id, day_in_period,
            notification_sent
    )
    SELECT given.number, added.id, added.notification_sent FROM given JOIN added
        ON added.validation_rule_id = given.rule AND added.period_id = given.period
        AND added.organisation_unit_id = given.unit AND added.attribute_option_combo_id = given.combo
        AND added.day_in_period IS NOT DISTINCT FROM given.day
"""


def store_violations(violations: Sequence[Violation]) -> list[Violation]:
    """The same violations, each with the key of its result. Three queries, however many; needs a transaction."""
    new = [found for found in violations if found.result is None]
    if not new:
        return list(violations)
    periods = period_keys(found.period for found in new)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {
            "rules": [found.rule.pk for found in new], "periods": [periods[found.period.iso] for found in new],
            "units": [found.org_unit for found in new], "combos": [found.attribute_option_combo for found in new],
            "days": [found.day for found in new], "left": [found.left for found in new],
            "right": [found.right for found in new], "now": timezone.now(),
        })  # fmt: skip
        keys = {new[number - 1].cell: (key, is_sent) for number, key, is_sent in cursor.fetchall()}
    return [found if found.result is not None else _stored(found, *keys[found.cell]) for found in violations]


def _stored(found: Violation, key: int, is_sent: bool) -> Violation:
    return replace(found, result=key, notification_sent=is_sent)
