"""`/api/lockExceptions`: where expiry days do not count (DHIS2 2.42, data values, locking)."""

from __future__ import annotations

import pytest

from datavalues.models import LockException
from dhis2api.demo import identifiers as ids
from metadata.models import DataSet
from tests.datavalues.conftest import capturing
from tests.datavalues.locks import change_set, except_from_locks
from tests.datavalues.payloads import NOBODY, send, value
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

PATH = "/api/lockExceptions"
ONE = f"?ds={ids.MORTALITY}&pe=201401&ou={ids.NGELEHUN_CHC}"


def names() -> set[tuple[str, str]]:
    return set(LockException.objects.values_list("organisation_unit__uid", "period__iso"))


def test_exception_is_added_shown_and_opens_the_data_set(api: ApiClient, badjia_clerk: User) -> None:
    change_set(expiry_days=10, name="Mortality")

    answer = api.post(PATH + ONE)

    assert (answer.status, answer.json["message"]) == (201, "LockException created successfully.")
    assert send(api, value(), user="badjia_clerk").status == 200
    shown = api.get(PATH).json
    assert shown["pager"]["total"] == 1
    (found,) = shown["lockExceptions"]
    assert found.pop("created")
    assert found == {
        "name": "Mortality (Ngelehun CHC, January 2014)", "period": {"id": "201401", "name": "January 2014"},
        "organisationUnit": {"id": ids.NGELEHUN_CHC, "name": "Ngelehun CHC"},
        "dataSet": {"id": ids.MORTALITY, "name": "Mortality"},
    }  # fmt: skip


def test_adding_twice_changes_nothing(api: ApiClient) -> None:
    assert [api.post(PATH + ONE).status for _ in range(2)] == [201, 201]
    assert len(names()) == 1


def test_of_several_org_units_those_that_report_the_data_set_get_one(api: ApiClient) -> None:
    path = f"{PATH}?ds={ids.MORTALITY}&pe=201401&ou=[{ids.NGELEHUN_CHC},{ids.BADJIA}]"

    assert api.post(path).status == 201
    assert names() == {(ids.NGELEHUN_CHC, "201401")}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ds": "abcdefghijk"}, "DataSet or Period is invalid"),
        ({"pe": "2014-13"}, "DataSet or Period is invalid"),
        ({"ou": ""}, "OrganisationUnit ID is invalid."),
        ({"ou": NOBODY}, f"Can't find OrganisationUnit with id ={NOBODY}"),
        ({"ou": f"[{ids.BADJIA},{ids.BO}]"},
         f"is linked to the specified data set: {ids.MORTALITY}"),
    ],
)  # fmt: skip
def test_what_cannot_be_excepted_is_409(api: ApiClient, change: dict[str, str], message: str) -> None:
    wanted = {"ds": ids.MORTALITY, "pe": "201401", "ou": ids.NGELEHUN_CHC} | change

    answer = api.post(f"{PATH}?" + "&".join(f"{name}={text}" for name, text in wanted.items()))

    assert answer.status == 409 and message in answer.json["message"]
    assert names() == set()


def test_adding_needs_the_place_and_the_right_to_change_the_data_set(api: ApiClient, badjia_clerk: User) -> None:
    keeper = capturing(persona("keeper", ["F_DATASET_PUBLIC_ADD", "F_DATASET_DELETE"]), ids.BADJIA)
    assert api.post(PATH + ONE, user="badjia_clerk").status == 403
    mine = {"owner": keeper.uid, "public": "rw------", "users": {}, "userGroups": {}}
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing=mine)

    outside = api.post(f"{PATH}?ds={ids.MORTALITY}&pe=201401&ou={ids.BO}", user="keeper")
    assert (outside.status, outside.json["message"]) == (
        403, "You can only add a lock exceptions to your data capture organisation units.",
    )  # fmt: skip
    assert api.post(PATH + ONE, user="keeper").status == 201
    assert api.delete(PATH + ONE, user="badjia_clerk").status == 403
    assert api.delete(PATH + ONE, user="keeper").status == 204


def test_list_is_filtered_paged_and_cut_to_fields(api: ApiClient) -> None:
    for period in ("201401", "201402", "201403"):
        except_from_locks(period)
    except_from_locks("201401", ids.BADJIA)

    def count(*filters: str) -> int:
        query = "&".join(f"filter={text}" for text in filters)
        return len(api.get(f"{PATH}?{query}").json["lockExceptions"])

    assert count(f"organisationUnit.id:eq:{ids.NGELEHUN_CHC}") == 3
    assert count("period:in:[201401,201402]", f"dataSet.id:eq:{ids.MORTALITY}") == 3
    assert count("dataSet.id:in:[abcdefghijk]") == 0
    assert api.get(f"{PATH}?filter=name:eq:x").status == 400
    page = api.get(f"{PATH}?pageSize=3&page=2&fields=period[id]").json
    assert (page["pager"]["total"], len(page["lockExceptions"]), list(page["lockExceptions"][0])) == (4, 1, ["period"])
    assert len(api.get(f"{PATH}?paging=false").json["lockExceptions"]) == 4


def test_combinations_are_told_once(api: ApiClient) -> None:
    except_from_locks("201401")
    except_from_locks("201401", ids.BADJIA)

    (found,) = api.get(f"{PATH}/combinations").json["lockExceptions"]
    assert (found["dataSet"]["id"], found["period"]["id"]) == (ids.MORTALITY, "201401")


def test_exceptions_of_unreadable_data_sets_are_not_shown(api: ApiClient, badjia_clerk: User) -> None:
    except_from_locks("201401")
    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "--------", "users": {}, "userGroups": {}})

    assert api.get(PATH, user="badjia_clerk").json["lockExceptions"] == []


def test_removing_one_or_all_of_a_data_set_and_period(api: ApiClient) -> None:
    for unit in (ids.NGELEHUN_CHC, ids.BADJIA, ids.BO):
        except_from_locks("201401", unit)

    assert api.delete(PATH + ONE).status == 204
    assert api.delete(PATH + ONE).status == 409
    assert api.delete(f"{PATH}?ds={ids.MORTALITY}&pe=201401").status == 204
    assert names() == set()
    assert api.delete(f"{PATH}?ds={ids.MORTALITY}&pe=201401").status == 409
