"""Several people manage apps at the same time."""

from __future__ import annotations

import threading

from django.db import transaction

from apps import installing
from tests.apps.zips import app_zip, dhis, install, post_zip, stored
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase


def test_installations_of_one_key_at_once_leave_one_whole_version(own_database: OwnDatabase, api: ApiClient) -> None:
    before = stored()
    answers: list[Answer] = []

    def send(number: int) -> None:
        files = {f"{name}.txt": str(number) for name in range(30)}
        answers.append(post_zip(ApiClient(), app_zip({"version": str(number)}, files)))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status for answer in answers] == [201] * 6
    (app,) = api.get("/api/apps").json
    shown = {api.get(f"/api/apps/Test-App/{name}.txt").text for name in range(30)}
    assert shown == {app["version"]}
    assert len(stored() - before) == 32  # files, manifest and folder of one


def test_of_two_apps_that_want_one_namespace_at_once_one_gets_it(own_database: OwnDatabase) -> None:
    answers: list[Answer] = []

    def send(name: str) -> None:
        answers.append(post_zip(ApiClient(), app_zip({"name": name, "activities": dhis(namespace="wanted")})))

    threads = [threading.Thread(target=send, args=(name,)) for name in ("First", "Second", "Third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status for answer in answers) == [201, 409, 409]


def test_while_an_app_is_being_removed_nobody_installs_or_removes_it(own_database: OwnDatabase, api: ApiClient) -> None:
    install(api)
    answers: dict[str, Answer] = {}
    with transaction.atomic():
        assert installing._begin_deleting("Test-App")

        def ask() -> None:
            answers["install"] = post_zip(ApiClient(), app_zip())
            answers["remove"] = ApiClient().delete("/api/apps/Test-App")

        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    assert (answers["install"].status, answers["install"].json["message"]) == (
        409, "App is currently being deleted. Please try again after few minutes.",
    )  # fmt: skip
    assert (answers["remove"].status, answers["remove"].json["message"]) == (
        409, "App is already being deleted: Test-App",
    )  # fmt: skip
    assert [app["key"] for app in api.get("/api/apps").json] == ["Test-App"]


def test_an_app_that_is_being_installed_is_removed_afterwards(own_database: OwnDatabase, api: ApiClient) -> None:
    """Who removes it waits; it does not look as if somebody else removed it."""
    install(api)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(ApiClient().delete("/api/apps/Test-App")))
    with transaction.atomic():
        installing._await_other_installs()
        thread.start()
        thread.join(1)
        assert not answers
    thread.join()

    assert answers[0].status == 204
