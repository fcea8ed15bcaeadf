"""Templates of data value sets (DHIS2 2.42 and 2.36, data values, template)."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, DataElement, DataSet, DataSetElement, OrganisationUnit
from tests.datavalues.payloads import DXF, SETS
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db


def template(api: ApiClient, data_set: str = ids.MORTALITY, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/dataSets/{data_set}/dataValueSet.json{query}")
    assert answer.status == 200, answer
    return answer.json["dataValues"]


def test_every_data_element_has_a_place_for_each_of_its_option_combos(api: ApiClient) -> None:
    expected = set()
    for row in DataSetElement.objects.filter(data_set__uid=ids.CHILD_HEALTH).select_related("data_element"):
        combo = row.category_combo_id or row.data_element.category_combo_id
        for option_combo in CategoryOptionCombo.objects.filter(category_combo=combo):
            expected.add((row.data_element.uid, option_combo.uid))
    found = template(api, ids.CHILD_HEALTH)

    assert len(expected) > 10
    assert {(place["dataElement"], place["categoryOptionCombo"]) for place in found} == expected
    assert len(found) == len(expected)
    assert found[0].keys() == {"dataElement", "categoryOptionCombo", "value"}
    assert {place["value"] for place in found} == {""}


def test_the_combo_of_the_data_set_goes_before_the_elements_own(api: ApiClient) -> None:
    element = DataElement.objects.get(uid=ids.MEASLES)
    other = CategoryOptionCombo.objects.get(uid=ids.FIXED_UNDER_1).category_combo
    DataSetElement.objects.filter(data_set__uid=ids.MORTALITY, data_element=element).update(category_combo=other)
    found = {p["categoryOptionCombo"] for p in template(api) if p["dataElement"] == ids.MEASLES}
    assert found == set(CategoryOptionCombo.objects.filter(category_combo=other).values_list("uid", flat=True))


def test_units_are_named_by_identifier_code_or_name(api: ApiClient) -> None:
    unit = OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC)
    places = len(template(api))
    for text in (unit.uid, unit.code, unit.name):
        found = template(api, query=f"?orgUnit={text}&orgUnit=nowhere")
        assert (len(found), {place["orgUnit"] for place in found}) == (places, {unit.uid})
    assert len(template(api, query=f"?orgUnit={unit.uid},{ids.BO}")) == 2 * places


def test_a_period_is_written_as_it_is_given(api: ApiClient) -> None:
    assert {place["period"] for place in template(api, query="?period=201401")} == {"201401"}
    assert {place["period"] for place in template(api, query="?period=whenever")} == {"whenever"}


@pytest.mark.parametrize("scheme", ["CODE", "code"])
def test_codes_may_name_what_has_one(api: ApiClient, scheme: str) -> None:
    unit = OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC)
    DataElement.objects.filter(uid=ids.MEASLES).update(code="MEASLES")
    DataElement.objects.filter(uid=ids.CHOLERA).update(code=None)
    query = f"?orgUnit={unit.uid}&orgUnitIdScheme={scheme}&dataElementIdScheme={scheme}"
    found = template(api, query=query)
    assert {place["orgUnit"] for place in found} == {unit.code}
    assert "MEASLES" in {place.get("dataElement") for place in found}
    assert ids.CHOLERA not in {place.get("dataElement") for place in found}
    other = template(api, query="?dataElementIdScheme=ATTRIBUTE")
    assert ids.MEASLES in {place["dataElement"] for place in other}


def test_xml_has_comments_for_people(api: ApiClient) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(name="Deaths <5 -- all --->")
    path = f"/api/dataSets/{ids.MORTALITY}/dataValueSet.xml?period=201401"
    answer = api.get(path)
    assert answer.headers["Content-Type"] == "application/xml; charset=UTF-8"
    root = etree.fromstring(answer.content)
    values = root.findall(f"{{{DXF}}}dataValue")
    assert len(values) == len(template(api))
    assert set(values[0].keys()) == {"dataElement", "categoryOptionCombo", "period", "value"}
    assert b"<!-- Data set: Deaths" in answer.content
    assert b"<!--" not in api.get(f"{path}&comment=false").content


def test_a_filled_template_is_an_import(api: ApiClient) -> None:
    places = template(api, query=f"?period=201401&orgUnit={ids.NGELEHUN_CHC}")
    answer = api.post(SETS, {"dataValues": [place | {"value": "3"} for place in places]})
    assert (answer.status, answer.counts["imported"]) == (200, len(places))


def test_a_data_set_that_nobody_may_read_does_not_exist(api: ApiClient, outsider: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing=private())
    for uid in (ids.MORTALITY, "zzzzzzzzzz1"):
        answer = api.get(f"/api/dataSets/{uid}/dataValueSet", user="outsider")
        assert (answer.status, answer.json["errorCode"]) == (404, "E1005")


def test_a_template_costs_the_same_whatever_is_in_it(api: ApiClient) -> None:
    path = "/api/dataSets/{}/dataValueSet"
    api.get(path.format(ids.MORTALITY))
    with query_counter() as few:
        api.get(path.format(ids.MORTALITY) + f"?orgUnit={ids.BO}")
    with query_counter() as many:
        api.get(path.format(ids.CHILD_HEALTH) + f"?orgUnit={ids.BO},{ids.BADJIA},{ids.NGELEHUN_CHC}")
    assert few.count == many.count
