"""Copies of programs (DHIS2 2.42, programs, copy)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import Program
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.metadata.packages import contents, one, program
from tests.objects.payloads import create
from tests.personas import persona, private
from users.models import User

pytestmark = pytest.mark.django_db
PARTS = ("programStages", "programSections", "programIndicators", "programRuleVariables")


def copy(api: ApiClient, uid: str, query: str = "", user: str = "admin") -> Answer:
    return api.post(f"/api/programs/{uid}/copy{query}", user=user)


def copied(api: ApiClient, uid: str, query: str = "") -> str:
    """The id of the copy."""
    answer = copy(api, uid, query)
    assert answer.status == 201, answer
    return answer.headers["Location"].rpartition("/")[2]


def found(api: ApiClient, uid: str, fields: str) -> Any:
    return api.get(f"/api/programs/{uid}?fields={fields}").json


def test_a_copy_has_all_parts_under_new_ids_and_shares_the_rest(api: ApiClient) -> None:
    uid, _ = program(api)

    answer = copy(api, uid)

    new = answer.headers["Location"].rpartition("/")[2]
    assert (answer.status, answer.json["message"]) == (201, f"Program created: '{new}'")
    before, after = contents(api, "programs", uid), contents(api, "programs", new)
    for name in (*PARTS, "programStageSections", "programs"):
        assert len(after[name]) == len(before[name]) == 1 and not after[name] & before[name], name
    for name in ("categoryCombos", "trackedEntityTypes", "trackedEntityAttributes", "programNotificationTemplates"):
        assert after[name] == before[name], name
    elements = "programStages[programStageDataElements[dataElement],programStageSections[programIndicators]]"
    stage, original = (found(api, one, elements)["programStages"][0] for one in (new, uid))
    assert stage["programStageDataElements"] == original["programStageDataElements"]
    (indicator,) = after["programIndicators"]
    assert stage["programStageSections"][0]["programIndicators"] == [{"id": indicator}]


def test_the_original_keeps_its_parts(api: ApiClient) -> None:
    uid, _ = program(api)
    before = contents(api, "programs", uid)

    copied(api, uid)

    assert contents(api, "programs", uid) == before


def test_names_begin_with_the_prefix(api: ApiClient) -> None:
    uid = create(api, "program", name="Births", shortName="B", code="BIRTHS")["id"]
    create(api, "programIndicator", program={"id": uid}, name="Rate of births")

    new = copied(api, uid)
    again = copied(api, uid, "?prefix=Second%20")

    assert found(api, new, "name,shortName,code") == {"name": "Copy of Births", "shortName": "Copy of B"}
    shown = found(api, again, "name,programIndicators[name]")
    assert shown == {"name": "Second Births", "programIndicators": [{"name": "Second Rate of births"}]}


def test_expressions_name_the_copied_stages(api: ApiClient) -> None:
    uid = create(api, "program")["id"]
    stage, element = create(api, "programStage", program={"id": uid})["id"], create(api, "dataElement")["id"]
    create(api, "programIndicator", program={"id": uid}, expression=f"#{{{stage}.{element}}}")

    shown = found(api, copied(api, uid), "programStages,programIndicators[expression]")

    (of_copy,) = shown["programStages"]
    assert shown["programIndicators"] == [{"expression": f"#{{{of_copy['id']}.{element}}}"}]


def test_unique_attribute_values_are_the_originals_alone(api: ApiClient) -> None:
    unique, free = (
        one(api, "attribute", valueType="TEXT", programAttribute=True, unique=flag) for flag in (True, False)
    )
    values = [{"attribute": unique, "value": "A"}, {"attribute": free, "value": "B"}]
    uid = create(api, "program", attributeValues=values)["id"]

    shown = found(api, copied(api, uid), "attributeValues")["attributeValues"]

    assert [(value["attribute"]["id"], value["value"]) for value in shown] == [(free["id"], "B")]


def test_a_name_that_is_taken_is_in_the_report(api: ApiClient) -> None:
    uid = create(api, "program")["id"]
    create(api, "programIndicator", program={"id": uid})
    copied(api, uid)
    before = Program.objects.count()

    answer = copy(api, uid)

    assert (answer.status, answer.json["status"]) == (409, "WARNING")
    reports = [r for t in answer.summary["typeReports"] for r in t["objectReports"]]
    assert {error["errorCode"] for report in reports for error in report["errorReports"]} == {"E5003"}
    assert Program.objects.count() == before


@pytest.mark.parametrize("uid", ["nobodyAAAAA", "no-uid"])
def test_a_program_that_does_not_exist(api: ApiClient, uid: str) -> None:
    assert copy(api, uid).status == 404


def test_a_program_that_the_caller_may_not_read(api: ApiClient, editor: User) -> None:
    uid = create(api, "program", sharing=private())["id"]

    assert copy(api, uid, user="editor").status == 404


def test_a_copy_takes_the_right_to_create_programs(api: ApiClient, outsider: User) -> None:
    uid = create(api, "program", sharing=private() | {"public": "rw------"})["id"]
    persona("author", ["F_PROGRAM_PUBLIC_ADD"])

    assert copy(api, uid, user="outsider").status == 403
    assert copy(api, uid, user="author").status == 201


def test_a_stage_that_the_caller_may_not_read_stays_with_the_original(api: ApiClient, editor: User) -> None:
    uid = create(api, "program", sharing=private() | {"public": "rw------"})["id"]
    stage = create(api, "programStage", program={"id": uid}, sharing=private())["id"]

    answer = copy(api, uid, user="editor")

    assert answer.status == 201, answer
    assert found(api, uid, "programStages") == {"programStages": [{"id": stage}]}


def test_the_number_of_queries_does_not_follow_the_parts(api: ApiClient) -> None:
    counts = []
    for number in (1, 6):
        uid = create(api, "program")["id"]
        for _ in range(number):
            create(api, "programStage", program={"id": uid})
        with query_counter() as queries:
            copied(api, uid)
        counts.append(queries.count)

    assert counts[1] <= counts[0] + 2  # one writer in a hundred sweeps up after others
