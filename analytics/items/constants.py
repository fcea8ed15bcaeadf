"""Items that no data stands behind: constants, sizes of groups of org units, what is known of a period."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from analytics.items.places import DESCENDANTS
from analytics.items.times import Clock, Span
from analytics.items.values import Items, ItemValues, Question, Reading
from dhis2api.periods import Period
from expressions.items import ItemKind

CONSTANTS = "SELECT uid, value FROM metadata_constant WHERE uid = ANY(%s)"
MEMBERS = """
    SELECT owner.uid, count(*) FROM metadata_organisationunitgroup AS owner
    JOIN metadata_organisationunitgroup_organisation_units AS link ON link.organisationunitgroup_id = owner.id
    WHERE owner.uid = ANY(%s) GROUP BY owner.uid
"""
MEMBERS_BELOW = f"""
    WITH place AS MATERIALIZED ({DESCENDANTS})
    SELECT owner.uid, place.asked, count(*) FROM metadata_organisationunitgroup AS owner
    JOIN metadata_organisationunitgroup_organisation_units AS link ON link.organisationunitgroup_id = owner.id
    JOIN place ON place.unit = link.organisationunit_id
    WHERE owner.uid = ANY(%(uids)s) GROUP BY owner.uid, place.asked
"""


def load_constants(items: Items, question: Question, values: ItemValues) -> None:
    """Add constants. One query."""
    keys = {item.parts[0]: item.key for item in items}
    with connection.cursor() as cursor:
        cursor.execute(CONSTANTS, [list(keys)])
        values.always.update((keys[uid], Decimal(str(value))) for uid, value in cursor.fetchall() if value is not None)


def load_group_sizes(items: Items, question: Question, values: ItemValues) -> None:
    """Add the number of members of groups; in aggregated data of those below each org unit. One query."""
    keys = {item.parts[0]: item.key for item in items}
    values.always.update(dict.fromkeys(keys.values(), Decimal(0)))
    with connection.cursor() as cursor:
        if question.reading is Reading.AGGREGATED:
            cursor.execute(MEMBERS_BELOW, {"uids": list(keys), "units": question.org_units})
            for uid, unit, count in cursor.fetchall():
                values.by_unit.setdefault(unit, {})[keys[uid]] = Decimal(count)
            return
        cursor.execute(MEMBERS, [list(keys)])
        values.always.update((keys[uid], Decimal(count)) for uid, count in cursor.fetchall())


def load_period_figures(items: Items, question: Question, values: ItemValues) -> None:
    """Add days, number within the year, and number of such periods in the year."""
    for period in question.periods:
        found = values.by_period.setdefault(period.iso, {})
        for item in items:
            targets = Clock.of(Span.EXACT, item.modifiers).targets(period)
            if targets:
                found[item.key] = Decimal(FIGURES[item.kind](targets))


def _days(periods: list[Period]) -> int:
    return sum((period.end - period.start).days + 1 for period in periods)


def _number(periods: list[Period]) -> int:
    period = periods[-1]
    return period.type.index_of(period.start) - period.type.first_index(_year(period)) + 1


def _per_year(periods: list[Period]) -> int:
    period = periods[-1]
    return period.type.first_index(_year(period) + 1) - period.type.first_index(_year(period))


def _year(period: Period) -> int:
    return int(period.iso[:4])


FIGURES = {ItemKind.DAYS: _days, ItemKind.PERIOD_IN_YEAR: _number, ItemKind.YEARLY_PERIOD_COUNT: _per_year}
