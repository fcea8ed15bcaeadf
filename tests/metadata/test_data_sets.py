"""Data sets: elements, sections, input periods, versions (DHIS2 2.42, metadata model, data sets)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import DataSet, DataSetElement, GreyedField, Section
from tests.harness.client import ApiClient
from tests.objects.imports import codes, data_element, errors, put_in
from users.models import User

pytestmark = pytest.mark.django_db
SET, FIRST, SECOND = "dataSetSet1", "elementOne1", "elementTwo2"


def data_set(*elements: str, **members: Any) -> dict[str, Any]:
    rows = [{"dataElement": {"id": uid}, "dataSet": {"id": SET}} for uid in elements]
    return {"id": SET, "name": "Set", "shortName": "Set", "periodType": "Monthly", "dataSetElements": rows} | members


@pytest.fixture
def stored(api: ApiClient) -> None:
    """A data set of two elements, with a section of both."""
    section = {
        "id": "sectionSec1", "name": "Section", "dataSet": {"id": SET}, "dataElements": [{"id": SECOND}, {"id": FIRST}],
        "greyedFields": [{"dataElement": {"id": SECOND}, "categoryOptionCombo": {"id": "HllvX50cXC0"}}],
    }  # fmt: skip
    answer = put_in(
        api, dataSets=[data_set(FIRST, SECOND)], sections=[section],
        dataElements=[data_element(id=FIRST), data_element(id=SECOND)],
    )  # fmt: skip
    assert answer.status == 200, answer


def test_elements_and_sections_are_shown(api: ApiClient, stored: None) -> None:
    fields = "formType,dataSetElements[dataElement,categoryCombo],sections[dataElements,greyedFields[dataElement]]"
    assert api.get(f"/api/dataSets/{SET}?fields={fields}").json == {
        "formType": "SECTION",
        "dataSetElements": [{"dataElement": {"id": FIRST}}, {"dataElement": {"id": SECOND}}],
        "sections": [{"dataElements": [{"id": SECOND}, {"id": FIRST}],
         "greyedFields": [{"dataElement": {"id": SECOND}}]}],
    }  # fmt: skip


def test_what_stays_keeps_its_row(api: ApiClient, stored: None) -> None:
    before = DataSetElement.objects.get(data_set__uid=SET, data_element__uid=FIRST)

    put_in(api, dataSets=[data_set(FIRST, FIRST)])

    (left,) = DataSetElement.objects.filter(data_set__uid=SET)
    assert (left.pk, left.uid) == (before.pk, before.uid)


def test_what_leaves_a_set_leaves_its_sections(api: ApiClient, stored: None) -> None:
    put_in(api, dataSets=[data_set(FIRST)])

    assert [e.uid for e in Section.objects.get(uid="sectionSec1").data_elements.all()] == [FIRST]
    assert not GreyedField.objects.filter(section__uid="sectionSec1").exists()


def test_what_leaves_a_set_leaves_its_compulsory_operands(api: ApiClient, stored: None) -> None:
    operands = [{"dataElement": {"id": uid}} for uid in (FIRST, SECOND)]
    put_in(api, dataSets=[data_set(FIRST, SECOND, compulsoryDataElementOperands=operands)])

    patch = [{"op": "replace", "path": "/dataSetElements", "value": operands[:1]}]
    answer = api.patch(f"/api/dataSets/{SET}", patch, content_type="application/json-patch+json")
    assert answer.status == 200, answer

    shown = api.get(f"/api/dataSets/{SET}?fields=compulsoryDataElementOperands[dataElement]").json
    assert shown == {"compulsoryDataElementOperands": operands[:1]}


def test_versions_count_the_sections_changes(api: ApiClient, stored: None) -> None:
    before = DataSet.objects.get(uid=SET).version
    api.patch("/api/sections/sectionSec1", [{"op": "replace", "path": "/name", "value": "Renamed"}])

    assert DataSet.objects.get(uid=SET).version == before + 1


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"periodType": "Hourly"}, ("E4027", "periodType")), ({"periodType": None}, ("E4000", "periodType")),
        ({"dataInputPeriods": [{"period": {"id": "202613"}}]}, ("E4027", "dataInputPeriods.period")),
        ({"dataInputPeriods": [{"period": {"id": "202601"}, "openingDate": "2026-02-02", "closingDate": "2026-02-01"}]},
         ("E4013", "dataInputPeriods")),
        ({"dataSetElements": [{"dataElement": {"id": "zzzzzzzzzz1"}}]}, ("E5002", "dataElement")),
        ({"dataSetElements": [{}]}, ("E4000", "dataSetElements.dataElement")),
        ({"displayOptions": "x" * 50_001}, ("E4001", "displayOptions")),
    ],
)  # fmt: skip
def test_refused_content(api: ApiClient, members: dict[str, Any], expected: tuple[str, str]) -> None:
    assert errors(put_in(api, dataSets=[data_set(**members)])) == [expected]


def test_input_periods_are_kept(api: ApiClient) -> None:
    sent = {
        "period": {"id": "202601"},
        "openingDate": "2026-01-01T00:00:00.000",
        "closingDate": "2026-03-01T00:00:00.000",
    }
    put_in(api, dataSets=[data_set(dataInputPeriods=[sent])])

    fields = "dataInputPeriods[period,openingDate,closingDate]"
    assert api.get(f"/api/dataSets/{SET}?fields={fields}").json == {"dataInputPeriods": [sent]}


def test_nothing_of_a_refused_element_row_is_kept_without_atomicity(api: ApiClient) -> None:
    answer = put_in(api, "atomicMode=NONE", dataSets=[data_set("zzzzzzzzzz1")])

    assert (answer.status, codes(answer)) == (409, ["E5002"])
    assert not DataSet.objects.filter(uid=SET).exists()


def test_two_sections_of_a_set_have_two_names(api: ApiClient, stored: None, admin: User) -> None:
    """The payload's own repeats are E5005; what is stored is guarded by the database."""
    answer = put_in(api, sections=[{"name": "Section", "dataSet": {"id": SET}}])

    assert answer.status == 409
    assert Section.objects.filter(data_set__uid=SET).count() == 1
