"""Predictors as rows, and what they predicted."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.db import connection

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement, OrganisationUnitLevel, Predictor, PredictorExpression

_numbers = count(1)
FACILITIES = 4  # the level of Ngelehun
STORED = """
    SELECT period.iso, unit.uid, combo.uid, attributes.uid, value.value, value.stored_by, value.deleted
    FROM datavalue AS value
    JOIN metadata_period AS period ON period.id = value.period_id
    JOIN metadata_organisationunit AS unit ON unit.id = value.organisation_unit_id
    JOIN metadata_categoryoptioncombo AS combo ON combo.id = value.category_option_combo_id
    JOIN metadata_categoryoptioncombo AS attributes ON attributes.id = value.attribute_option_combo_id
    WHERE value.data_element_id = %s ORDER BY period.start_date, 2, 3, 4
"""


def predictor(
    output: DataElement, generator: str, *, level: int = FACILITIES, strategy: str = "SKIP_IF_ALL_VALUES_MISSING",
    skip_test: str = "", **members: Any,
) -> Predictor:  # fmt: skip
    """A monthly predictor from the three months before, for health facilities."""
    name = f"Predictor {next(_numbers)}"
    made = Predictor.objects.create(output=output, **{
        "name": name, "short_name": name, "period_type": "Monthly", "organisation_unit_descendants": "SELECTED",
        "sequential_sample_count": 3, "annual_sample_count": 0, **members,
    })  # fmt: skip
    made.organisation_unit_levels.add(OrganisationUnitLevel.objects.get(level=level))
    for role, text in (("generator", generator), ("sampleSkipTest", skip_test)):
        if text:
            PredictorExpression.objects.create(
                predictor=made, role=role, expression=text, missing_value_strategy=strategy
            )
    return made


def predicted(output: DataElement, *, ou: str = ids.NGELEHUN_CHC) -> dict[str, str]:
    """The stored values of an org unit by period."""
    return {pe: text for pe, unit, _, _, text, _, deleted in stored(output) if unit == ou and not deleted}


def stored(output: DataElement) -> list[tuple[Any, ...]]:
    """All rows: period, org unit, option combo, attribute option combo, value, who stored it, whether it is deleted."""
    with connection.cursor() as cursor:
        cursor.execute(STORED, [output.pk])
        return cursor.fetchall()
