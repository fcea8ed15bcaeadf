"""Several clients at once: a submission is stored once, and stands for its unit alone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from orgunit_changes.models import Instance, Project, ReferenceInstance
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.orgunit_changes.world import NGELEHUN, make_form, place

INSTANCES = "/api/instances/"
CLIENTS = 6
PATIENCE_SECONDS = 60


def at_once(call: Callable[[int], Answer]) -> list[Answer]:
    """What all clients are answered who begin together."""
    ready = Barrier(CLIENTS)

    def run(number: int) -> Answer:
        try:
            ready.wait(PATIENCE_SECONDS)
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def test_one_uuid_sent_many_times_at_once_is_one_submission(own_database: OwnDatabase) -> None:
    form = make_form()
    sent = {"uuid": str(uuid.uuid4()), "form_id": form.pk, "org_unit_id": NGELEHUN, "json": {"beds": "1"}}

    answers = at_once(lambda number: ApiClient().post(INSTANCES, sent | {"json": {"beds": str(number)}}))

    stored = Instance.objects.get(uuid=sent["uuid"])
    assert [(answer.status, answer.json["id"]) for answer in answers] == [(201, stored.pk)] * CLIENTS
    assert {answer.json["json"]["beds"] for answer in answers} == {stored.json["beds"]}


def test_of_many_that_shall_stand_for_a_unit_one_does(own_database: OwnDatabase) -> None:
    form = make_form()
    sent = {"form_id": form.pk, "org_unit_id": NGELEHUN, "json": {}, "is_reference": True}

    answers = at_once(lambda number: ApiClient().post(INSTANCES, sent))

    assert {answer.status for answer in answers} == {201}
    assert Instance.objects.filter(form=form).count() == CLIENTS
    standing = ReferenceInstance.objects.get(org_unit=place(NGELEHUN), form=form)
    assert standing.instance.form == form


def test_an_app_id_is_taken_once(own_database: OwnDatabase) -> None:
    answers = at_once(lambda number: ApiClient().post("/api/projects/", {"name": f"{number}", "app_id": "of.many"}))

    assert sorted(answer.status for answer in answers) == [201] + [400] * (CLIENTS - 1)
    assert {tuple(answer.json) for answer in answers if answer.status == 400} == {("app_id",)}
    assert Project.objects.filter(app_id="of.many").count() == 1
