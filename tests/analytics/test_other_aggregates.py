"""COMPLETENESS and its target, ORG_UNIT_TARGET, VALIDATION_RESULT."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from django.utils import timezone

from analytics import sources
from analytics.table_types import TableType
from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, DataSet, OrganisationUnitGroup
from tests.analytics.building import build, columns_of, period, row, rows, tables, unit

pytestmark = pytest.mark.usefixtures("no_values")


def complete(pe: str, date: datetime.date, **members: object) -> CompleteDataSetRegistration:
    return CompleteDataSetRegistration.objects.create(
        data_set=DataSet.objects.get(uid=ids.MORTALITY), period=period(pe), organisation_unit=unit(ids.NGELEHUN_CHC),
        attribute_option_combo=CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO), date=date,
        **{"last_updated": timezone.now(), **members},
    )  # fmt: skip


def test_a_report_is_timely_until_a_day_after_its_time() -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(timely_days=15)
    complete("202401", datetime.date(2024, 2, 16))
    complete("202402", datetime.date(2024, 3, 17))
    complete("202403", datetime.date(2024, 4, 1), completed=False)

    build(TableType.COMPLETENESS)

    assert rows("SELECT monthly, timely, value FROM analytics_completeness ORDER BY monthly") == [
        ("202401", True, datetime.datetime(2024, 2, 16)),
        ("202402", False, datetime.datetime(2024, 3, 17)),
    ]
    found = row("analytics_completeness", "monthly = '202401'")
    default = ids.DEFAULT_OPTION_COMBO
    assert found["id"] == f"{ids.MORTALITY}-202401-{ids.NGELEHUN_CHC}-{default}"
    assert (found["dx"], found["year"], found["uidlevel2"]) == (ids.MORTALITY, 2024, ids.BO)
    assert tables("^analytics_completeness_") == ["analytics_completeness_2024"]
    assert not {"ou", "pe", "ao"} & set(columns_of("analytics_completeness"))


def test_each_expected_report_counts_one() -> None:
    DataSet.objects.exclude(uid=ids.MORTALITY).delete()
    DataSet.objects.get(uid=ids.MORTALITY).organisation_units.set([unit(ids.NGELEHUN_CHC)])

    build(TableType.COMPLETENESS_TARGET)

    found = row("analytics_completenesstarget", "true")
    assert (found["dx"], found["ao"], found["value"]) == (ids.MORTALITY, ids.DEFAULT_OPTION_COMBO, 1)
    assert found["ouopeningdate"] == unit(ids.NGELEHUN_CHC).opening_date
    assert found["uidlevel4"] == ids.NGELEHUN_CHC


def test_each_membership_of_a_unit_in_a_group_counts_one() -> None:
    group = OrganisationUnitGroup.objects.create(name="Far", short_name="Far", sharing={})
    group.organisation_units.add(unit(ids.NGELEHUN_CHC), unit(ids.BADJIA))

    build(TableType.ORG_UNIT_TARGET)

    found = rows("SELECT uidlevel3, uidlevel4, value FROM analytics_orgunittarget WHERE oug = %s ORDER BY 2", group.uid)
    assert found == [(ids.BADJIA, ids.NGELEHUN_CHC, 1), (ids.BADJIA, None, 1)]


class TestValidationResults:
    """They come from a higher app, which says where they are."""

    @pytest.fixture
    def registered(self) -> Iterator[None]:
        usual = sources.validation_results()
        sources.register_validation_results(f"""
            SELECT 'ruLe1234567' AS rule_uid, {period("202401").pk} AS period_id,
                {unit(ids.BADJIA).pk} AS organisation_unit_id, 1 AS attribute_option_combo_id,
                TIMESTAMPTZ '2024-02-03 10:00:00Z' AS created
        """)
        yield
        sources.register_validation_results(usual)

    def test_without_results_the_table_is_empty(self) -> None:
        build(TableType.VALIDATION_RESULT)

        assert rows("SELECT count(*) FROM analytics_validationresult") == [(0,)]

    def test_with_one_each_result_is_a_row(self, no_values: None, registered: None) -> None:
        build(TableType.VALIDATION_RESULT)

        found = row("analytics_validationresult", "true")
        assert (found["dx"], found["year"], found["uidlevel3"]) == ("ruLe1234567", 2024, ids.BADJIA)
        assert (found["pestartdate"], found["value"]) == (datetime.datetime(2024, 1, 1), datetime.date(2024, 2, 3))
        assert tables("^analytics_validationresult_") == ["analytics_validationresult_2024"]

    def test_an_update_of_some_years_loses_the_older_ones(self, no_values: None, registered: None) -> None:
        build(TableType.VALIDATION_RESULT)

        build(TableType.VALIDATION_RESULT, last_years=1)

        assert rows("SELECT count(*) FROM analytics_validationresult") == [(0,)]
