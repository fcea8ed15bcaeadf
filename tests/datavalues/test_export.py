"""Reading values: which ones the parameters choose, and how the answer names its objects."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from lxml import etree

from dhis2api.demo import identifiers as ids
from dhis2api.demo.identifiers import demo_uid
from metadata.models import OrganisationUnit, OrganisationUnitGroup
from tests.datavalues.payloads import (
    DXF,
    HARBOUR,
    HARBOUR_OPTION,
    PARTNER_SET,
    PERIOD,
    RURAL_CARE,
    SESSIONS,
    SETS,
    age,
    query,
    read,
    send,
    value,
)
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

PARTNER_COMBO = demo_uid("categoryCombo", "PARTNER")
MEASLES_GROUP = demo_uid("dataElementGroup", "Measles")


@pytest.fixture
def values(api: ApiClient) -> None:
    """Measles, cholera and dysentery in two months and three places."""
    answer = send(
        api,
        value(value="1"),
        value(data_element=ids.CHOLERA, value="2"),
        value(data_element=ids.DYSENTERY, value="3", period="201402"),
        value(value="4", org_unit=ids.BADJIA),
        value(value="5", org_unit=ids.FADUGU_CHP),
        value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1, value="6"),
    )
    assert answer.counts["imported"] == 6


def found(api: ApiClient, **params: Any) -> str:
    """The values that an export gives, as a sorted text."""
    return "".join(sorted(item["value"] for item in read(api, **params)))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "12"),
        ({"data_set": ids.CHILD_HEALTH}, "6"),
        ({"data_set": [ids.MORTALITY, ids.CHILD_HEALTH]}, "126"),
        ({"data_set": f"{ids.MORTALITY},{ids.CHILD_HEALTH}"}, "126"),
        ({"data_set": None, "data_element": ids.CHOLERA}, "2"),
        ({"data_element": ids.BCG}, "126"),
        ({"data_set": None, "data_element_group": MEASLES_GROUP}, "1"),
        ({"data_set": ids.CHILD_HEALTH, "data_element": ids.CHOLERA, "data_element_group": MEASLES_GROUP}, "1"),
        ({"period": ["201401", "201402"]}, "123"),
        ({"period": "2014-02"}, "3"),
        ({"period": None, "start_date": "2014-01-01", "end_date": "2014-02-28"}, "123"),
        ({"period": None, "start_date": "2014-01-02", "end_date": "2014-02-28"}, "3"),
        ({"period": None, "start_date": "2014-01-01", "end_date": "2014-02-27"}, "12"),
        ({"start_date": "2014-02-01", "end_date": "2014-02-28"}, "12"),
        ({"start_date": "2015-02-01", "end_date": "2014-02-28"}, "12"),
        ({"org_unit": ids.BADJIA}, "4"),
        ({"org_unit": ids.BADJIA, "children": "true"}, "124"),
        ({"org_unit": [ids.BADJIA, ids.FADUGU_CHP]}, "45"),
        ({"org_unit": ids.SIERRA_LEONE, "children": "true"}, "1245"),
        ({"limit": "1", "data_element": None}, None),
        ({"limit": "0"}, ""),
        ({"period": "203001"}, ""),
        ({"attribute_option_combo": ids.DEFAULT_OPTION_COMBO}, "12"),
        ({"attribute_option_combo": HARBOUR}, ""),
        ({"attribute_option_combo": "abcdefghijk"}, ""),
        ({"data_set": [ids.MORTALITY, "abcdefghijk"]}, "12"),
        ({"org_unit": [ids.NGELEHUN_CHC, "abcdefghijk"], "period": ["201401", "January"]}, "12"),
    ],
    ids=str,
)
def test_parameters_choose(api: ApiClient, values: None, params: dict[str, Any], expected: str | None) -> None:
    if expected is None:
        assert len(found(api, **params)) == 1
    else:
        assert found(api, **params) == expected


def test_groups_of_org_units(api: ApiClient, values: None) -> None:
    group = OrganisationUnitGroup.objects.create(
        name="Two places", short_name="Two places", sharing={"public": "r-------"}
    )
    group.organisation_units.set(OrganisationUnit.objects.filter(uid__in=[ids.BADJIA, ids.FADUGU_CHP]))

    assert found(api, org_unit=None, org_unit_group=group.uid) == "45"
    assert found(api, org_unit_group=group.uid) == "1245"


def test_attribute_option_combos(api: ApiClient) -> None:
    sent = value(data_element=SESSIONS, period="2014Q1")
    send(api, sent | {"attributeOptionCombo": HARBOUR, "value": "1"},
         sent | {"attributeOptionCombo": RURAL_CARE, "value": "2"})  # fmt: skip
    chosen: dict[str, Any] = {"data_set": PARTNER_SET, "period": "2014Q1"}

    assert found(api, **chosen) == "12"
    assert found(api, attribute_option_combo=HARBOUR, **chosen) == "1"
    assert found(api, attribute_option_combo=[HARBOUR, RURAL_CARE], **chosen) == "12"
    assert found(api, attribute_combo=PARTNER_COMBO, attribute_options=HARBOUR_OPTION, **chosen) == "1"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"attribute_combo": PARTNER_COMBO}, "E2040"),
        ({"attribute_options": HARBOUR_OPTION}, "E2040"),
        ({"attribute_combo": "abcdefghijk", "attribute_options": HARBOUR_OPTION}, "E1110"),
        ({"attribute_combo": PARTNER_COMBO, "attribute_options": "abcdefghijk"}, "E1111"),
        ({"attribute_combo": PARTNER_COMBO, "attribute_options": ids.FIXED}, "E2041"),
        ({"attribute_combo": PARTNER_COMBO, "attribute_options": f"{HARBOUR_OPTION};{ids.FIXED}"}, "E2041"),
    ],
)
def test_combo_and_options_that_make_no_option_combo(api: ApiClient, params: dict[str, str], code: str) -> None:
    answer = api.get(SETS + query(**params))

    assert (answer.status, answer.json["errorCode"]) == (409, code)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        ({"data_set": None}, "E2001", "At least one data element, data set or data element group must be specified"),
        ({"data_set": "abcdefghijk"}, "E2001", None),
        ({"period": None}, "E2002",
         "At least one period, start/end dates, last updated or last updated duration must be specified"),
        ({"period": "January"}, "E2002", None),
        ({"period": None, "start_date": "2014-01-01"}, "E2002", None),
        ({"period": None, "start_date": "2014-02-01", "end_date": "2014-01-31"}, "E2004",
         "Start date must be before end date"),
        ({"last_updated_duration": "ten days"}, "E2005", "Duration is not valid: `ten days`"),
        ({"last_updated_duration": "1d12h"}, "E2005", None),
        ({"last_updated_duration": "-1d"}, "E2005", None),
        ({"last_updated_duration": "900000d"}, "E2005", None),  # before the first year
        ({"org_unit": None}, "E2006", "At least one organisation unit or organisation unit group must be specified"),
        ({"org_unit": "abcdefghijk"}, "E2006", None),
        ({"org_unit": None, "org_unit_group": demo_uid("organisationUnitGroup", "CHC"), "children": "true"}, "E2008",
         "At least one organisation unit must be specified when children are included"),
        ({"limit": "-1"}, "E2009", "Limit cannot be less than zero: `-1`"),
        ({"data_set": None, "period": None, "org_unit": None}, "E2006", None),
        ({"data_set": None, "limit": "-5"}, "E2009", None),
    ],
)  # fmt: skip
def test_constraints(api: ApiClient, params: dict[str, Any], code: str, message: str | None) -> None:
    answer = api.get(SETS + query(**params))

    assert (answer.status, answer.json["errorCode"]) == (409, code)
    assert message is None or answer.json["message"] == message


def test_children_of_groups_are_e2007(api: ApiClient) -> None:
    group = OrganisationUnitGroup.objects.first()

    answer = api.get(SETS + query(org_unit_group=group.uid, children="true"))

    assert (answer.status, answer.json["errorCode"]) == (409, "E2007")
    assert answer.json["message"] == "Organisation unit children cannot be included for organisation unit groups"


def test_documentation_s_misprinted_query_lacks_its_org_unit(api: ApiClient) -> None:
    answer = api.get(f"{SETS}?dataValueSets?orgUnit=M_CLINIC&dataSet={ids.MORTALITY}&period=201501")

    assert (answer.status, answer.json["errorCode"]) == (409, "E2006")


@pytest.mark.parametrize(
    "wrong",
    ["startDate=January", "limit=many", "children=perhaps", "lastUpdated=yesterday", "idScheme=uuid", "format=pdf",
     "compression=rar", "inputOrgUnitIdScheme=uuid", "inputIdScheme=attribute:DnrLSdo4hMl",
     "orgUnitIdScheme=attribute:x", "idScheme=attribute:abcdefghijk", "includeDeleted=2", "period=%00"],
)  # fmt: skip
def test_misspelt_values_are_400(api: ApiClient, wrong: str) -> None:
    answer = api.get(f"{SETS}{query()}&{wrong}")

    assert answer.status == 400
    assert answer.json["status"] == "ERROR"


def test_deleted_values_are_read_on_demand(api: ApiClient, values: None) -> None:
    send(api, value(value=""))

    assert found(api) == "2"
    with_deleted = {item["value"]: item.get("deleted") for item in read(api, include_deleted="true")}
    assert with_deleted == {"1": True, "2": None}
    in_xml = etree.fromstring(api.get(SETS + query(include_deleted="true", format="xml")).content)
    assert {item.get("value"): item.get("deleted") for item in in_xml} == {"1": "true", "2": None}


def test_changes_since_a_moment_include_that_moment(api: ApiClient, values: None) -> None:
    age(seconds=7200)
    send(api, value(data_element=ids.CHOLERA, value="7"))
    moment = next(item["lastUpdated"] for item in read(api) if item["value"] == "7")

    with connection.cursor() as cursor:  # to the millisecond, as it is shown
        cursor.execute("UPDATE datavalue SET last_updated = date_trunc('milliseconds', last_updated)")
    assert found(api, last_updated=moment) == "7"
    assert found(api, last_updated=moment[:-5] + "Z", period=None) >= "7"
    assert found(api, last_updated="2100-01-01") == ""
    assert found(api, last_updated="2001-01-01") == "17"


@pytest.mark.parametrize(
    ("duration", "expected"), [("90m", "7"), ("1h", "7"), ("3h", "17"), ("1d", "17"), ("60s", "7")]
)
def test_changes_within_a_duration(api: ApiClient, values: None, duration: str, expected: str) -> None:
    age(seconds=7200)
    send(api, value(data_element=ids.CHOLERA, value="7"))

    assert found(api, last_updated_duration=duration) == expected


def test_last_updated_goes_before_the_duration(api: ApiClient, values: None) -> None:
    age(seconds=7200)

    assert found(api, last_updated="2001-01-01", last_updated_duration="1h") == "12"


def test_deletions_are_changes(api: ApiClient, values: None) -> None:
    age(seconds=7200)
    send(api, value(value=""))

    changed = read(api, last_updated_duration="1h", include_deleted="true", period=None)

    assert [item["value"] for item in changed if item["period"] == PERIOD] == ["1"]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("uid", (ids.BCG, ids.NGELEHUN_CHC, ids.FIXED_UNDER_1, ids.DEFAULT_OPTION_COMBO, ids.CHILD_HEALTH)),
        ("ID", (ids.BCG, ids.NGELEHUN_CHC, ids.FIXED_UNDER_1, ids.DEFAULT_OPTION_COMBO, ids.CHILD_HEALTH)),
        ("code", ("EPI_BCG", "OU_559", "LOCATION_AGE_FIXED_UNDER_1Y", "default", "CHILD_HEALTH")),
        ("name", ("BCG doses given", "Ngelehun CHC", "Fixed, <1y", "default", "Child Health")),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_output_schemes(api: ApiClient, values: None, scheme: str, expected: tuple[str, ...], form: str) -> None:
    answer = api.get(SETS + query(data_set=ids.CHILD_HEALTH, id_scheme=scheme, format=form))

    header, item = first_item(answer.content, form)
    members = ("dataElement", "orgUnit", "categoryOptionCombo", "attributeOptionCombo")
    assert (*(item[name] for name in members), header["dataSet"]) == expected
    assert header["orgUnit"] == expected[1]


def test_output_scheme_of_an_attribute(api: ApiClient, values: None) -> None:
    scheme = f"attribute:{ids.REGISTRY_NUMBER}"

    answer = api.get(SETS + query(data_set=ids.CHILD_HEALTH, id_scheme=scheme))

    header, item = first_item(answer.content, "json")
    unit = OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC).attribute_values[ids.REGISTRY_NUMBER]
    assert item["categoryOptionCombo"] == f"COC-{ids.FIXED_UNDER_1}"
    assert item["orgUnit"] == header["orgUnit"] == unit
    assert item["attributeOptionCombo"] is None  # the default has no number


def test_output_schemes_of_single_types_go_before_the_general_one(api: ApiClient, values: None) -> None:
    answer = api.get(SETS + query(
        data_set=ids.CHILD_HEALTH, id_scheme="code", data_element_id_scheme="name", org_unit_id_scheme="uid",
        category_option_combo_id_scheme="uid", attribute_option_combo_id_scheme="uid", data_set_id_scheme="name",
    ))  # fmt: skip

    header, item = first_item(answer.content, "json")
    assert (header["dataSet"], header["orgUnit"]) == ("Child Health", ids.NGELEHUN_CHC)
    assert item["dataElement"] == "BCG doses given"
    assert (item["orgUnit"], item["categoryOptionCombo"]) == (ids.NGELEHUN_CHC, ids.FIXED_UNDER_1)
    assert item["attributeOptionCombo"] == ids.DEFAULT_OPTION_COMBO


def first_item(content: bytes, form: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if form == "json":
        document = json.loads(content)
        return document, document["dataValues"][0]
    root = etree.fromstring(content)
    return dict(root.attrib), dict(root[0].attrib)


@pytest.mark.parametrize(
    "params",
    [
        {"input_id_scheme": "code", "data_set": "MORTALITY_U5", "org_unit": "OU_559"},
        {"input_data_set_id_scheme": "CODE", "data_set": "MORTALITY_U5"},
        {"input_org_unit_id_scheme": "name", "org_unit": "Ngelehun CHC"},
        {"input_id_scheme": "name", "input_org_unit_id_scheme": "uid", "data_set": "Mortality %3C 5 years"},
        {"input_data_element_id_scheme": "code", "data_set": None, "data_element": "MORT_MEASLES,MORT_CHOLERA"},
        {"input_data_element_group_id_scheme": "name", "data_set": None, "data_element_group": "Measles",
         "data_element": None, "expected": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_input_schemes(api: ApiClient, values: None, params: dict[str, Any]) -> None:
    wanted = {name: content for name, content in params.items() if name != "expected"}

    assert found(api, **wanted) == params.get("expected", "12")


@pytest.mark.parametrize(
    ("path", "accept", "form"),
    [
        (SETS + query(), None, "json"),
        (SETS + query(), "*/*", "json"),
        (SETS + query(), "application/xml", "xml"),
        (SETS + query(), "text/xml", "xml"),
        (SETS + ".xml" + query(), None, "xml"),
        (SETS + ".xml" + query(), "application/json", "xml"),
        (SETS + ".json" + query(), "application/xml", "json"),
        (SETS + ".xml" + query(format="json"), "application/xml", "json"),
        (SETS + query(format="XML"), "application/json", "xml"),
        (SETS + "/" + query(), None, "json"),
    ],
)
def test_format(api: ApiClient, path: str, accept: str | None, form: str) -> None:
    answer = api.get(path, headers={"Accept": accept} if accept else {})

    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"application/{form}; charset=UTF-8"
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(("suffix", "accept"), [("", "image/png"), (".png", None)])
def test_unserved_format_is_406(api: ApiClient, suffix: str, accept: str | None) -> None:
    assert api.get(SETS + suffix + query(), headers={"Accept": accept} if accept else {}).status == 406


def test_nothing_found(api: ApiClient) -> None:
    many = query(period=["203001", "203002"])

    assert api.get(SETS + many).json == {"dataValues": []}
    root = etree.fromstring(api.get(SETS + ".xml" + many).content)
    assert (root.tag, len(root), dict(root.attrib)) == (f"{{{DXF}}}dataValueSet", 0, {})


@pytest.mark.parametrize(
    ("params", "has_header"),
    [
        ({}, True),
        ({"period": None, "start_date": "2014-01-01", "end_date": "2014-01-31"}, False),
        ({"data_set": [ids.MORTALITY, ids.CHILD_HEALTH]}, False),
        ({"org_unit": [ids.NGELEHUN_CHC, ids.BADJIA]}, False),
        ({"data_element_group": MEASLES_GROUP}, False),
    ],
    ids=str,
)
def test_header_stands_over_one_set_one_period_one_org_unit(
    api: ApiClient, params: dict[str, Any], has_header: bool
) -> None:
    answer = api.get(SETS + query(**params))

    assert ("dataSet" in answer.json) is has_header
    assert not has_header or answer.json["completeDate"] is None


def test_header_shows_the_completion_of_the_default_attribute_option_combo_alone(api: ApiClient) -> None:
    send(api, data_set=PARTNER_SET, period="2014Q1", org_unit=ids.NGELEHUN_CHC, complete_date="2014-04-01",
         attribute_option_combo=HARBOUR)  # fmt: skip

    assert api.get(SETS + query(data_set=PARTNER_SET, period="2014Q1")).json["completeDate"] is None
