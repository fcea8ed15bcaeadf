"""`/api/dataEntry/dataSetCompletion`: one data set is complete, or not any more."""

from __future__ import annotations

import pytest

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOption, CategoryOptionCombo, CompulsoryOperand, DataElement, DataSet
from tests.datavalues.locks import change_set
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION, NOBODY, PARTNER_SET
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db


def complete(api: ApiClient, user: str = "admin", **members: object) -> Answer:
    body = {"dataSet": ids.MORTALITY, "period": "201401", "orgUnit": ids.NGELEHUN_CHC} | members
    return api.post("/api/dataEntry/dataSetCompletion", body, user=user)


def test_completing_and_taking_it_back(api: ApiClient, badjia_clerk: User) -> None:
    answer = complete(api, user="badjia_clerk")
    assert (answer.status, answer.content) == (200, b"")
    complete(api, completed=False)

    found = CompleteDataSetRegistration.objects.get(period__iso="201401")
    assert (found.completed, found.stored_by, found.last_updated_by) == (False, "badjia_clerk", "admin")


def test_completing_for_an_attribute(api: ApiClient, badjia_clerk: User) -> None:
    combo = CategoryOptionCombo.objects.get(uid=HARBOUR).category_combo.uid
    wanted = {
        "dataSet": PARTNER_SET, "period": "2014Q1", "attribute": {"combo": combo, "options": [HARBOUR_OPTION]},
    }  # fmt: skip
    assert complete(api, **wanted).status == 200
    assert CompleteDataSetRegistration.objects.filter(period__iso="2014Q1", attribute_option_combo__uid=HARBOUR)
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(
        sharing={"public": "r-r-----", "users": {}, "userGroups": {}}
    )
    assert complete(api, user="badjia_clerk", **wanted).json["errorCode"] == "E7616"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"dataSet": "abcdefghijk"}, "E1105"), ({"period": "2014-13"}, "E1101"), ({"orgUnit": NOBODY}, "E1102"),
        ({"orgUnit": ids.BO}, "E2020"), ({"attribute": {"combo": "abcdefghijk"}}, "E2040"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(api: ApiClient, badjia_clerk: User, members: dict[str, object], code: str) -> None:
    answer = complete(api, user="badjia_clerk", **members)

    assert (answer.status, answer.json["errorCode"]) == (409, code)


def test_data_set_whose_data_may_not_be_written_is_refused(api: ApiClient, badjia_clerk: User) -> None:
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-r-----", "users": {}, "userGroups": {}})

    assert complete(api, user="badjia_clerk").status == 409


def test_missing_compulsory_values_are_named(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(name="Measles")
    CompulsoryOperand.objects.create(
        data_set=DataSet.objects.get(uid=ids.MORTALITY), data_element=DataElement.objects.get(uid=ids.MEASLES)
    )
    change_set(compulsory_fields_complete_only=True)

    answer = complete(api)

    assert answer.status == 409
    assert answer.json["message"] == "All compulsory data element operands need to be filled: [Measles]"
    assert complete(api, completed=False).status == 200
