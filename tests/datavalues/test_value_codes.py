"""What is wrong with one value refuses that value, under the code of the first check that it fails (E7610-E7639)."""

from __future__ import annotations

from typing import Any

import pytest

from datavalues import errors
from datavalues.importer.checks import CHECKS
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryCombo, CategoryOption, DataElement, DataSet, OrganisationUnit
from tests.datavalues.payloads import (
    HARBOUR,
    HARBOUR_OPTION,
    NOBODY,
    PARTNER_SET,
    PERIOD,
    POWER,
    SESSIONS,
    send,
    stored,
    value,
)
from tests.harness.client import ApiClient
from users.models import User

pytestmark = pytest.mark.django_db

UNKNOWN = "abcdefghijk"
TOO_LONG = "comment_length_greater_than_max_length"

# query, members of the value, the conflict without its `object`
REFUSED: list[Any] = [
    pytest.param(
        "", {"data_element": UNKNOWN},
        ("E7610", "dataElement", {"dataElement": UNKNOWN}, f"Data element not found or not accessible: `{UNKNOWN}`"),
        id="E7610",
    ),
    pytest.param(
        "", {"period": "2014-13"}, ("E7611", "period", {"period": "2014-13"}, "Period not valid: `2014-13`"), id="E7611"
    ),
    pytest.param(
        "", {"org_unit": NOBODY},
        ("E7612", "orgUnit", {"organisationUnit": NOBODY},
         f"Organisation unit not found or not accessible: `{NOBODY}`"),
        id="E7612",
    ),
    pytest.param(
        "", {"category_option_combo": UNKNOWN},
        ("E7613", "categoryOptionCombo", {"categoryOptionCombo": UNKNOWN},
         f"Category option combo not found or not accessible for writing data: `{UNKNOWN}`"),
        id="E7613",
    ),
    pytest.param(
        "", {"attribute_option_combo": UNKNOWN},
        ("E7615", "attributeOptionCombo", {"categoryOptionCombo": UNKNOWN},
         f"Attribute option combo not found or not accessible for writing data: `{UNKNOWN}`"),
        id="E7615",
    ),
    pytest.param(
        "", {"value": None},
        ("E7618", "value", {"dataElement": ids.MEASLES},
         f"Data value or comment not specified for data element: `{ids.MEASLES}`"),
        id="E7618",
    ),
    pytest.param(
        "", {"value": "twelve"},
        ("E7619", "value", {"dataElement": ids.MEASLES, "value": "value_not_zero_or_positive_integer"},
         f"Value must match data element's `{ids.MEASLES}` type constraints: "
         "Value is not zero or a positive integer"),
        id="E7619",
    ),
    pytest.param(
        "", {"comment": "x" * 50_001},
        ("E7620", "comment", {"comment": TOO_LONG}, f"Invalid comment: {TOO_LONG}"), id="E7620",
    ),
    pytest.param(
        "", {"data_element": POWER, "value": "coal"},
        ("E7621", "value", {"dataElement": POWER},
         f"Data value is not a valid option of the data element option set: `{POWER}`"),
        id="E7621",
    ),
    pytest.param(
        "?requireCategoryOptionCombo=true", {},
        ("E7630", "categoryOptionCombo", {}, "Category option combo is required but is not specified"), id="E7630",
    ),
    pytest.param(
        "?requireAttributeOptionCombo=true", {},
        ("E7631", "attributeOptionCombo", {}, "Attribute option combo is required but is not specified"), id="E7631",
    ),
    pytest.param(
        "?strictPeriods=true", {"period": "2014Q1"},
        ("E7632", None, {"period": "2014Q1", "dataElement": ids.MEASLES},
         f"Period type of period: `2014Q1` not valid for data element: `{ids.MEASLES}`"),
        id="E7632",
    ),
    pytest.param(
        "?strictCategoryOptionCombos=true", {"category_option_combo": ids.FIXED_ONLY},
        ("E7634", "categoryOptionCombo", {"categoryOptionCombo": ids.FIXED_ONLY, "dataElement": ids.MEASLES},
         f"Category option combo: `{ids.FIXED_ONLY}` must be part of category combo of data element: `{ids.MEASLES}`"),
        id="E7634",
    ),
    pytest.param(
        "?strictAttributeOptionCombos=true", {"attribute_option_combo": HARBOUR},
        ("E7635", "attributeOptionCombo", {"categoryOptionCombo": HARBOUR, "dataElement": ids.MEASLES},
         f"Attribute option combo: `{HARBOUR}` must be part of category combo of data sets of data element: "
         f"`{ids.MEASLES}`"),
        id="E7635",
    ),
    pytest.param(
        "?strictOrganisationUnits=true", {"org_unit": ids.BADJIA},
        ("E7636", "orgUnit", {"dataElement": ids.MEASLES, "organisationUnit": ids.BADJIA},
         f"Data element: `{ids.MEASLES}` must be assigned through data sets to organisation unit: `{ids.BADJIA}`"),
        id="E7636",
    ),
    pytest.param(
        "", {"stored_by": "x" * 256},
        ("E7637", "storedBy", {"storedBy": "stored_by_length_greater_than_max_length"},
         "Invalid storedBy: stored_by_length_greater_than_max_length"),
        id="E7637",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("query", "members", "expected"), REFUSED)
def test_value_is_refused_and_the_other_goes_in(
    api: ApiClient, query: str, members: dict[str, Any], expected: tuple[str, str | None, dict[str, str], str]
) -> None:
    fitting = {"category_option_combo": ids.DEFAULT_OPTION_COMBO, "attribute_option_combo": ids.DEFAULT_OPTION_COMBO}

    answer = send(api, value(**fitting), value(**members), query=query)

    name, prop, objects, message = expected
    conflict = {"errorCode": name, "property": prop, "objects": objects, "value": message, "indexes": [1]}
    conflict["object"] = next(iter(objects.values()), None)
    assert answer.status == 409
    assert answer.json["status"] == answer.summary["status"] == "WARNING"
    assert answer.summary["conflicts"] == [{key: item for key, item in conflict.items() if item is not None}]
    assert answer.summary["rejectedIndexes"] == [1]
    assert answer.counts == {"imported": 1, "updated": 0, "ignored": 1, "deleted": 0}


@pytest.fixture
def closed_option(badjia_clerk: User) -> str:
    """The partner Harbour Health, whose data the clerk may not write."""
    sharing = {"public": "rwr-----", "users": {}, "userGroups": {}}
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(sharing=sharing)
    return HARBOUR_OPTION


@pytest.mark.parametrize(
    ("member", "code", "prop", "words"),
    [
        ("category_option_combo", "E7614", "categoryOptionCombo", "Category option combo"),
        ("attribute_option_combo", "E7616", "attributeOptionCombo", "Attribute option combo"),
    ],
    ids=["E7614", "E7616"],
)
def test_option_whose_data_may_not_be_written(
    api: ApiClient, closed_option: str, member: str, code: str, prop: str, words: str
) -> None:
    answer = send(api, value(), value(data_element=SESSIONS, **{member: HARBOUR}), user="badjia_clerk")

    assert answer.summary["conflicts"] == [
        {
            "object": HARBOUR, "objects": {"categoryOptionCombo": HARBOUR, "categoryOption": closed_option},
            "value": f"{words}: `{HARBOUR}` option not accessible: `{closed_option}`",
            "errorCode": code, "property": prop, "indexes": [1],
        }
    ]  # fmt: skip


def test_superuser_writes_under_every_option(api: ApiClient, closed_option: str) -> None:
    assert send(api, value(data_element=SESSIONS, attribute_option_combo=HARBOUR)).counts["imported"] == 1


def test_each_closed_option_of_a_combo_has_a_conflict(api: ApiClient, badjia_clerk: User) -> None:
    sharing = {"public": "r-------", "users": {}, "userGroups": {}}
    CategoryOption.objects.filter(uid__in=[ids.FIXED, ids.UNDER_1_YEAR]).update(sharing=sharing)

    answer = send(api, value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1), user="badjia_clerk")

    assert {found["objects"]["categoryOption"] for found in answer.summary["conflicts"]} == {
        ids.FIXED, ids.UNDER_1_YEAR,
    }  # fmt: skip
    assert answer.counts["ignored"] == 1
    assert answer.summary["rejectedIndexes"] == [0]


def test_org_unit_outside_the_capture_hierarchy_is_e7617(api: ApiClient, badjia_clerk: User) -> None:
    answer = send(api, value(), value(org_unit=ids.BAOMA), user="badjia_clerk")

    assert answer.summary["conflicts"] == [
        {
            "object": ids.BAOMA, "objects": {"organisationUnit": ids.BAOMA, "user": badjia_clerk.uid},
            "value": f"Organisation unit: `{ids.BAOMA}` not in hierarchy of current user: `{badjia_clerk.uid}`",
            "errorCode": "E7617", "property": "orgUnit", "indexes": [1],
        }
    ]  # fmt: skip
    assert answer.counts["imported"] == 1


@pytest.mark.parametrize(
    ("members", "objects", "message"),
    [
        (
            {"data_set": ids.MORTALITY}, {"dataElement": ids.BCG, "dataSet": ids.MORTALITY},
            f"Data element: `{ids.BCG}` is not part of dataset: `{ids.MORTALITY}`",
        ),
        ({}, None, None),
    ],
    ids=["E7633-given", "in-any-set"],
)  # fmt: skip
def test_data_element_outside_the_data_set_is_e7633(
    api: ApiClient, members: dict[str, str], objects: dict[str, str] | None, message: str | None
) -> None:
    inside = value()
    outside = value(data_element=ids.BCG, category_option_combo=ids.FIXED_UNDER_1)

    answer = send(api, inside, outside, query="?strictDataElements=true", **members)

    if objects is None:
        assert answer.counts["imported"] == 2
        return
    (conflict,) = answer.summary["conflicts"]
    assert (conflict["errorCode"], conflict["property"], conflict["indexes"]) == ("E7633", "dataElement", [1])
    assert (conflict["objects"], conflict["value"]) == (objects, message)


def test_data_element_of_no_data_set_is_e7633(api: ApiClient) -> None:
    DataSet.objects.get(uid=ids.MORTALITY).data_set_elements.filter(data_element__uid=ids.MEASLES).delete()

    answer = send(api, value(), query="?strictDataElements=true")

    assert answer.conflicts == [("E7633", "dataElement", [0])]


@pytest.mark.parametrize(
    ("dates", "period", "is_refused"),
    [
        ({"start_date": "2014-02-01"}, "201401", True),
        ({"start_date": "2014-01-31"}, "201401", False),
        ({"end_date": "2013-12-31"}, "201401", True),
        ({"end_date": "2014-01-01"}, "201401", False),
    ],
    ids=["ends-before-start", "touches-start", "starts-after-end", "touches-end"],
)
def test_period_wholly_outside_the_dates_of_an_option_is_e7638(
    api: ApiClient, dates: dict[str, str], period: str, is_refused: bool
) -> None:
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(**dates)

    answer = send(api, value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period=period))

    if not is_refused:
        assert answer.counts["imported"] == 1
        return
    assert answer.summary["conflicts"] == [
        {
            "object": period, "objects": {"period": period, "categoryOptionCombo": HARBOUR},
            "value": f"Period: `{period}` is not within date range of attribute option combo: `{HARBOUR}`",
            "errorCode": "E7638", "property": "period", "indexes": [0],
        }
    ]  # fmt: skip


def test_data_set_leaves_periods_open_after_the_end_of_an_option(api: ApiClient) -> None:
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(end_date="2013-12-31")
    DataSet.objects.filter(uid=PARTNER_SET).update(open_periods_after_co_end_date=1)

    next_quarter = value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period="2014Q1")
    answer = send(api, next_quarter, next_quarter | {"period": "2014Q2"})

    assert answer.conflicts == [("E7638", "period", [1])]


def test_org_unit_outside_those_of_an_option_is_e7639(api: ApiClient) -> None:
    option = CategoryOption.objects.get(uid=HARBOUR_OPTION)
    option.organisation_units.add(OrganisationUnit.objects.get(uid=ids.BADJIA))
    sent = value(data_element=SESSIONS, attribute_option_combo=HARBOUR)

    answer = send(api, sent, sent | {"orgUnit": ids.BAOMA})

    assert answer.summary["conflicts"] == [
        {
            "object": ids.BAOMA, "objects": {"organisationUnit": ids.BAOMA, "categoryOptionCombo": HARBOUR},
            "value": f"Organisation unit: `{ids.BAOMA}` is not valid for attribute option combo: `{HARBOUR}`",
            "errorCode": "E7639", "property": "orgUnit", "indexes": [1],
        }
    ]  # fmt: skip


def test_checks_stand_in_dhis2_s_order() -> None:
    """Before them what is wrong with the data set of an ADX group, after them whose file it is; E7619 has two."""
    assert list(dict.fromkeys(check.name for check in CHECKS)) == [
        "E7600", "E7601", *(f"E76{number}" for number in range(10, 22)),
        *(f"E76{number}" for number in range(30, 46)), "E2026",
    ]  # fmt: skip


def test_first_failing_check_decides(api: ApiClient) -> None:
    """A value with every fault; each time the one that was told is mended."""
    faults = {
        "data_element": (UNKNOWN, ids.MEASLES), "period": ("2014-13", PERIOD), "org_unit": (NOBODY, ids.NGELEHUN_CHC),
        "category_option_combo": (UNKNOWN, None), "attribute_option_combo": (UNKNOWN, None),
        "value": ("twelve", "12"), "comment": ("x" * 50_001, "short"), "stored_by": ("x" * 256, "ann"),
    }  # fmt: skip
    members = {name: wrong for name, (wrong, _) in faults.items()}
    told = []

    for name, (_, right) in faults.items():
        told.append(send(api, value(**members)).conflicts[0][0])
        members[name] = right

    assert told == ["E7610", "E7611", "E7612", "E7613", "E7615", "E7619", "E7620", "E7637"]
    assert send(api, value(**members)).counts["imported"] == 1


def test_same_conflict_of_several_values_is_told_once_with_all_indexes(api: ApiClient) -> None:
    lost = value(org_unit=NOBODY)

    answer = send(api, lost, value(), lost | {"period": "201402"}, value(org_unit="Kkhdsf8sdf4"))

    assert answer.conflicts == [("E7612", "orgUnit", [0, 2]), ("E7612", "orgUnit", [3])]
    assert answer.summary["rejectedIndexes"] == [0, 2, 3]


def test_conflicts_stand_in_the_order_of_their_values(api: ApiClient) -> None:
    answer = send(api, value(value="x"), value(org_unit=NOBODY), value(data_element=UNKNOWN))

    assert [code for code, _, _ in answer.conflicts] == ["E7619", "E7612", "E7610"]


def test_conflicts_name_objects_as_the_payload_did(api: ApiClient) -> None:
    answer = send(api, value(data_element="NO_SUCH_CODE", org_unit="OU_559"), query="?idScheme=code")

    assert answer.summary["conflicts"][0]["object"] == "NO_SUCH_CODE"


@pytest.mark.parametrize("name", ["data_element", "period", "org_unit"])
def test_absent_identifier_is_one_that_names_nothing(api: ApiClient, name: str) -> None:
    codes = {"data_element": "E7610", "period": "E7611", "org_unit": "E7612"}

    assert [code for code, _, _ in send(api, value(**{name: None})).conflicts] == [codes[name]]


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_option_combos_mean_the_default(api: ApiClient, blank: str) -> None:
    answer = send(api, value(category_option_combo=blank, attribute_option_combo=blank))

    assert answer.counts["imported"] == 1
    assert stored()["value"] == "12"


def test_values_of_other_objects_are_accepted_where_nothing_is_strict(api: ApiClient) -> None:
    answer = send(api, value(period="2014Q1"), value(org_unit=ids.BADJIA), value(category_option_combo=ids.FIXED_ONLY))

    assert answer.counts["imported"] == 3


def test_combo_that_a_data_set_gives_a_data_element_is_strictly_right(api: ApiClient) -> None:
    location = CategoryCombo.objects.get(category_option_combos__uid=ids.FIXED_ONLY)
    elements = DataSet.objects.get(uid=ids.MORTALITY).data_set_elements
    elements.filter(data_element__uid=ids.MEASLES).update(category_combo=location)

    answer = send(api, value(category_option_combo=ids.FIXED_ONLY), query="?strictCategoryOptionCombos=true")

    assert answer.counts["imported"] == 1


def test_comment_alone_is_enough(api: ApiClient) -> None:
    assert send(api, value(value=None, comment="Register was lost")).counts["imported"] == 1
    assert stored()["value"] is None
    assert stored()["comment"] == "Register was lost"


def test_unreadable_data_element_is_as_unknown_as_one_that_does_not_exist(api: ApiClient, badjia_clerk: User) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(sharing={"public": "--------", "users": {}, "userGroups": {}})

    assert send(api, value(), user="badjia_clerk").conflicts == [("E7610", "dataElement", [0])]


def test_every_code_of_a_value_is_raised_by_a_check() -> None:
    declared = {name for name in vars(errors) if name.startswith("E76") and name > "E7609"}

    assert declared <= {check.name for check in CHECKS}
