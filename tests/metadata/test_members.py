"""Members that a whole export carries, type by type."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from tests.harness.client import ApiClient
from tests.objects.imports import errors, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


def test_the_dimensions_that_limit_a_user(api: ApiClient) -> None:
    category, group_set = create(api, "category"), create(api, "categoryOptionGroupSet")
    members: dict[str, Any] = {
        "catDimensionConstraints": [{"id": category["id"]}],
        "cogsDimensionConstraints": [{"id": group_set["id"]}],
        "dataViewMaxOrganisationUnitLevel": 3,
        "lastCheckedInterpretations": "2026-02-03T04:05:06.000",
    }

    user = create(api, "user", **members)

    assert api.get(f"/api/users/{user['id']}?fields={','.join(members)}").json == members


def test_embedded_rows_show_the_sort_order_that_was_sent(api: ApiClient) -> None:
    attribute, element = create(api, "trackedEntityAttribute"), create(api, "dataElement")
    program = create(
        api, "program",
        programTrackedEntityAttributes=[{"trackedEntityAttribute": {"id": attribute["id"]}, "sortOrder": 7}],
    )  # fmt: skip
    stage = create(
        api, "programStage", program={"id": program["id"]},
        programStageDataElements=[{"dataElement": {"id": element["id"]}, "sortOrder": 5}],
    )  # fmt: skip

    shown = api.get(f"/api/programs/{program['id']}?fields=programTrackedEntityAttributes[sortOrder]").json
    assert shown == {"programTrackedEntityAttributes": [{"sortOrder": 7}]}
    shown = api.get(f"/api/programStages/{stage['id']}?fields=programStageDataElements[sortOrder]").json
    assert shown == {"programStageDataElements": [{"sortOrder": 5}]}


@pytest.mark.parametrize(
    ("plural", "expected"),
    [("validationRules", [("E4000", "leftSide"), ("E4000", "rightSide")]), ("predictors", [("E4000", "generator")])],
)
def test_rules_and_predictors_need_their_expressions(
    api: ApiClient, plural: str, expected: list[tuple[str, str]]
) -> None:
    body = {
        "id": generate_uid(), "name": "Bare", "shortName": "Bare", "periodType": "Monthly", "operator": "equal_to",
        "organisationUnitDescendants": "SELECTED", "sequentialSampleCount": 1, "annualSampleCount": 0,
        "output": {"id": create(api, "dataElement")["id"]},
    }  # fmt: skip

    assert errors(put_in(api, **{plural: [body]})) == expected


@pytest.mark.parametrize("singular", ["indicatorGroup", "indicatorGroupSet"])
def test_names_of_indicator_groups_are_not_unique(api: ApiClient, singular: str) -> None:
    first = create(api, singular)

    create(api, singular, name=first["name"])


def test_an_attribute_tells_whether_its_values_are_options(api: ApiClient) -> None:
    option_set = create(api, "optionSet")
    attribute = create(api, "trackedEntityAttribute", optionSet={"id": option_set["id"]})

    path = f"/api/trackedEntityAttributes/{attribute['id']}?fields=optionSetValue"
    assert api.get(path).json == {"optionSetValue": True}
