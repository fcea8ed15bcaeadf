"""The number of queries follows the shape of a request, never the number of its values."""

from __future__ import annotations

import pytest
from django.db import connection

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement, OrganisationUnit
from tests.datavalues.payloads import HARBOUR, SESSIONS, as_xml, query, send, send_xml, value, value_set
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from users.models import User

pytestmark = pytest.mark.django_db


def many(size: int) -> list[dict[str, object]]:
    """Values of as many data elements, org units and periods as there are."""
    elements = list(DataElement.objects.filter(value_type="INTEGER_ZERO_OR_POSITIVE").values_list("uid", flat=True))
    units = list(
        OrganisationUnit.objects.filter(path__contains=ids.BO).order_by("pk").values_list("uid", flat=True)
    )  # fmt: skip
    return [
        value(
            data_element=elements[n % len(elements)], org_unit=units[n % len(units)], period=f"{1960 + n // 100}01",
            value=str(n + 1), category_option_combo=[None, ids.FIXED_UNDER_1, ids.OUTREACH_OVER_1][n % 3],
        )
        for n in range(size)
    ]  # fmt: skip


def accepted(number: int) -> dict[str, object]:
    """A value of its own that passes every check."""
    return value(period=f"{2000 + number % 10}{1 + number % 7:02}", value=str(number))


@pytest.mark.parametrize("options", ["", "?strictPeriods=true&strictDataElements=true&strictOrganisationUnits=true"])
@pytest.mark.parametrize("user", ["admin", "bo_officer"])
def test_import(api: ApiClient, bo_officer: User, options: str, user: str) -> None:
    def count(size: int) -> QueryCount:
        send(api, user=user)  # what is cached is cached
        with query_counter() as counter:
            answer = send(api, accepted(size), *many(size), query=options, user=user)
        assert answer.counts["imported"] > 0
        assert sum(answer.counts.values()) == size + 1
        return counter.count

    assert count(10) >= count(1_000)


READ = """
    -- rows that scans of this transaction have read
    SELECT sum(seq_tup_read) FROM pg_stat_xact_all_tables
    WHERE relname IN ('datavalue', 'staged_value', 'stored_value')
"""


def test_changes_are_not_compared_each_with_every_other(api: ApiClient) -> None:
    """A join in a loop would read 90 million rows."""
    units = OrganisationUnit.objects.filter(path__contains=ids.BO).order_by("pk").values_list("uid", flat=True)
    rows = [
        value(org_unit=unit, period=f"{1900 + year}{month:02}", value="1")
        for unit in units for year in range(100) for month in range(1, 13)
    ][:9_500]  # fmt: skip
    assert send(api, *rows).counts["imported"] == 9_500

    with connection.cursor() as cursor:
        cursor.execute(READ)
        before = cursor.fetchone()[0]
        assert send(api, *[row | {"value": "3"} for row in rows]).counts["updated"] == 9_500
        cursor.execute(READ)
        assert 9_500 <= cursor.fetchone()[0] - before < 50 * 9_500


@pytest.mark.django_db
def test_the_audit_joins_in_no_loop() -> None:
    """Its plan is made for the single value that a session changes first, and then serves for a million."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'audit_datavalue'")
        assert "enable_nestloop=off" in cursor.fetchone()[0]


def test_import_of_changes_and_conflicts(api: ApiClient) -> None:
    def count(size: int) -> QueryCount:
        rows = many(size)
        send(api, *rows)
        changed = [row | {"value": "7"} for row in rows[: size // 2]] + [{"dataElement": f"a{n}"} for n in range(size)]
        with query_counter() as counter:
            send_xml(api, as_xml(value_set(*changed)))
        return counter.count

    assert count(10) >= count(1_000)


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("user", ["admin", "bo_officer"])
def test_export(api: ApiClient, bo_officer: User, form: str, user: str) -> None:
    path = f"/api/dataValueSets.{form}" + query(
        data_set=None, data_element=sorted({str(row["dataElement"]) for row in many(1_000)}), period=None,
        start_date="1960-01-01", end_date="1999-12-31", org_unit=ids.BO, children="true",
    )  # fmt: skip

    def count(size: int) -> QueryCount:
        send(api, *many(size))
        api.get(path, user=user)
        with query_counter() as counter:
            answer = api.get(path, user=user)
        assert answer.text.count("followup") + answer.text.count("followUp") == size
        return counter.count

    assert count(10) == count(1_000)


def test_export_of_data_with_attributes(api: ApiClient, bo_officer: User) -> None:
    send(api, value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period="2014Q1"))
    one = "/api/dataValueSets" + query(data_set=None, data_element=SESSIONS, period="2014Q1")
    year = "/api/dataValueSets" + query(
        data_set=None,
        data_element=SESSIONS,
        period=[f"2025Q{n}" for n in range(1, 5)],
        org_unit=ids.BO,
        children="true",
    )
    api.get(one, user="bo_officer")

    with query_counter() as few:
        assert len(api.get(one, user="bo_officer").json["dataValues"]) == 1
    with query_counter() as more:
        assert len(api.get(year, user="bo_officer").json["dataValues"]) > 10

    assert few.count == more.count
