"""Imports that meet: the loser sees the winner in its report, and nobody sees the database's own words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from dhis2api.objects.importer.hooks import hooks_of
from metadata.models import DataElement, DataElementGroup, OrganisationUnit, Visualization
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.documents import visualization
from tests.objects.imports import codes, data_element, errors, group, put_in, unit

WRITERS = 4
Request = Callable[[ApiClient], Answer]


def at_once(*requests: Request) -> list[Answer]:
    """The answers of requests that start together, each in a thread and a connection of its own."""
    start = threading.Barrier(len(requests))

    def run(request: Request) -> Answer:
        start.wait()
        try:
            return request(ApiClient())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def statuses(answers: Sequence[Answer]) -> list[int]:
    return sorted(answer.status for answer in answers)


def no_words_of_the_database(answers: Sequence[Answer]) -> bool:
    return not any(word in answer.text for answer in answers for word in ("Key (", "is not present", "DETAIL"))


def test_one_of_several_creates_the_uid(own_database: OwnDatabase) -> None:
    element = data_element()
    answers = at_once(*[lambda api: api.post("/api/dataElements", element)] * WRITERS)

    assert statuses(answers) == [201] + [409] * (WRITERS - 1)
    assert all(set(codes(a)) & {"E5000", "E5003"} for a in answers if a.status == 409), answers
    assert no_words_of_the_database(answers)


def test_a_uid_created_in_between_is_updated_by_an_import(own_database: OwnDatabase) -> None:
    """Or found to be taken, by who looked for it before the winner came and for its name after."""
    element = data_element()
    answers = at_once(*[lambda api: put_in(api, dataElements=[element])] * WRITERS)

    assert sum(a.summary["stats"]["created"] for a in answers if a.status == 200) == 1, answers
    assert all(set(codes(a)) == {"E5003"} for a in answers if a.status == 409), answers
    assert no_words_of_the_database(answers)


@pytest.mark.parametrize("member", ["code", "name", "shortName"])
def test_one_of_several_gets_what_is_unique(own_database: OwnDatabase, member: str) -> None:
    elements = [data_element(**{member: "CONTESTED"}) for _ in range(WRITERS)]
    answers = at_once(*[lambda api, e=e: put_in(api, dataElements=[e]) for e in elements])

    assert statuses(answers) == [200] + [409] * (WRITERS - 1)
    assert {tuple(errors(a)) for a in answers if a.status == 409} == {(("E5003", member),)}
    assert no_words_of_the_database(answers)


def test_one_of_several_gets_the_user_name(own_database: OwnDatabase) -> None:
    def user(number: int) -> dict[str, Any]:
        return {
            "id": f"contestedU{number}", "username": "contested", "firstName": "Con", "surname": "Tested",
            "userRoles": [{"id": "yrB6vc5Ip3r"}],
        }  # fmt: skip

    answers = at_once(*[lambda api, n=n: api.post("/api/users", user(n)) for n in range(WRITERS)])

    assert statuses(answers) == [201] + [409] * (WRITERS - 1)
    assert all(set(codes(a)) & {"E4054", "E5003"} for a in answers if a.status == 409), answers


def test_a_deletion_meets_imports_that_refer_to_what_it_deletes(own_database: OwnDatabase) -> None:
    """Either way the group ends without the element: it is not found (E5002), or taken out."""
    for _ in range(3):
        element = data_element()
        assert put_in(ApiClient(), dataElements=[element]).status == 200
        groups = [group(element["id"]) for _ in range(WRITERS)]

        answers = at_once(
            lambda api, e=element: api.delete(f"/api/dataElements/{e['id']}"),
            *[lambda api, g=g: put_in(api, dataElementGroups=[g]) for g in groups],
        )

        assert set(statuses(answers)) <= {200, 409}, answers
        assert all(set(codes(a)) <= {"E5002", "E4030"} for a in answers if a.status == 409), answers
        assert no_words_of_the_database(answers)
        if answers[0].status == 200:
            assert not DataElement.objects.filter(uid=element["id"]).exists()
            uids = [g["id"] for g in groups]
            assert not DataElementGroup.data_elements.through.objects.filter(dataelementgroup__uid__in=uids).exists()


def test_a_document_does_not_refer_to_what_is_deleted_meanwhile(
    own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion waits for the import, then finds the document and takes its element out."""
    element = data_element()
    chart = visualization(element["id"])
    assert put_in(ApiClient(), dataElements=[element]).status == 200
    with ThreadPoolExecutor(1) as pool:
        deletions: list[Future[list[Answer]]] = []

        def delete_meanwhile(bundle: Any, objects: list[Any]) -> None:
            deletion = lambda api: api.delete(f"/api/dataElements/{element['id']}")  # noqa: E731 - a request
            deletions.append(pool.submit(at_once, deletion))
            while not deletions[0].done() and not _somebody_waits():
                pass

        monkeypatch.setattr(hooks_of("visualization"), "after_write", [delete_meanwhile])
        assert put_in(ApiClient(), visualizations=[chart]).status == 200
        assert statuses(deletions[0].result()) == [200]

    assert Visualization.objects.get(uid=chart["id"]).content.get("dataDimensionItems") == []


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_two_moves_make_no_circle(own_database: OwnDatabase) -> None:
    """A goes below B while B goes below A: one wins, the other is a circle now."""
    a, b = unit(), unit()
    below = {a["id"]: b["id"], b["id"]: a["id"]}
    assert put_in(ApiClient(), organisationUnits=[a, b, unit(a["id"]), unit(b["id"])]).status == 200

    def move(uid: str, verb: str) -> Request:
        parent = {"id": below[uid]}
        path = f"/api/organisationUnits/{uid}"
        if verb == "PATCH":
            return lambda api: api.patch(path, [{"op": "replace", "path": "/parent", "value": parent}])
        return lambda api: put_in(api, organisationUnits=[(a if uid == a["id"] else b) | {"parent": parent}])

    for verbs in (("PATCH", "PATCH"), ("PATCH", "POST"), ("POST", "POST")) * 2:
        answers = at_once(*[move(uid, verb) for uid, verb in zip(below, verbs, strict=True)])

        assert statuses(answers) == [200, 409], answers
        assert [codes(x) for x in answers if x.status == 409] == [["E6022"]]
        stored = {u.uid: u for u in OrganisationUnit.objects.filter(uid__in=below).select_related("parent")}
        moved = next(u for u in stored.values() if u.parent)
        assert moved.path == f"{stored[below[moved.uid]].path}/{moved.uid}"
        assert put_in(ApiClient(), organisationUnits=[a, b]).status == 200


def refusing(error: Exception, times: int) -> Callable[[Any, Any], None]:
    """A rule that fails so many times as another writer makes the database fail."""
    left = [error] * times

    def fail(bundle: Any, objects: list[Any]) -> None:
        if left:
            raise left.pop()

    return fail


def deadlock(state: str = "40P01") -> OperationalError:
    cause = type("Refusal", (Exception,), {"pgcode": state})("deadlock detected DETAIL: Process 7 waits")
    error = OperationalError("deadlock detected")
    error.__cause__ = cause
    return error


@pytest.mark.django_db
@pytest.mark.parametrize("error", [IntegrityError("Key (a)=(secret)"), deadlock(), deadlock("40001")])
def test_an_import_begins_again_once(api: ApiClient, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """From a clean payload: sharing and credentials are prepared anew, nothing is counted twice."""
    payload = [data_element(sharing={"public": "r-------"}), data_element(id=None)]
    monkeypatch.setattr(hooks_of("dataElement"), "after_write", [refusing(error, 1)])

    answer = put_in(api, dataElements=payload)
    assert (answer.status, answer.summary["stats"]["created"]) == (200, 2)
    assert DataElement.objects.get(uid=payload[0]["id"]).sharing["public"] == "r-------"


@pytest.mark.django_db
@pytest.mark.parametrize("error", [IntegrityError("Key (a)=(secret)"), deadlock(), deadlock("40001")])
def test_twice_in_a_row_is_a_409(api: ApiClient, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    element = data_element()
    monkeypatch.setattr(hooks_of("dataElement"), "after_write", [refusing(error, 2)])

    answer = put_in(api, dataElements=[element])
    assert (answer.status, answer.json["errorCode"]) == (409, "E1004")
    assert "secret" not in answer.text and "DETAIL" not in answer.text
    assert not DataElement.objects.filter(uid=element["id"]).exists()


@pytest.mark.django_db
def test_a_database_that_is_gone_is_no_other_writer(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks_of("dataElement"), "after_write", [refusing(deadlock("57P01"), 1)])

    assert put_in(api, dataElements=[data_element()]).status == 503
