"""What a phone must hear of at its next sync, though nobody touched the row itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from orgunit_changes.models import Instance, OrgUnitChangeRequest, ReferenceInstance
from tests.harness.client import ApiClient
from tests.orgunit_changes.world import (
    CHANGES,
    MOBILE,
    NGELEHUN,
    make_form,
    place,
    reviewer,
    stored_change,
    submission,
    worker,
)
from users.models import User

pytestmark = pytest.mark.django_db
REJECTION = {"status": "rejected", "rejection_comment": "No"}
REFERENCES = f"/api/mobile/orgunits/{NGELEHUN}/reference_instances"


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    return client


def pulled(api: ApiClient, since: datetime, path: str = MOBILE) -> list[int]:
    answer = api.get(f"{path}?app_id=default&last_sync={since:%Y-%m-%dT%H:%M:%S.%fZ}", user="worker").json
    return [row["id"] for row in answer.get("results", answer.get("instances"))]


def asking_for(instance: Instance) -> OrgUnitChangeRequest:
    return stored_change(by=worker(), new_name="X", instances=[instance, submission(make_form())])


def test_an_old_submission_that_becomes_a_reference_is_new(api: ApiClient) -> None:
    reviewer()
    instance = submission(make_form())
    change = stored_change(by=worker(), instances=[instance])
    synced = timezone.now()

    review = {"status": "validated", "approved_fields": ["new_reference_instances"]}
    assert api.patch(f"{CHANGES}{change.pk}/", review, user="reviewer").status == 204

    assert pulled(api, synced, REFERENCES) == [instance.pk]


def test_a_reference_that_the_admin_chooses_is_new(api: ApiClient, browser: Client) -> None:
    worker()
    instance = submission(make_form())
    synced = timezone.now()
    members = {"org_unit": place(NGELEHUN).pk, "form": instance.form_id, "instance": instance.pk}

    assert browser.post("/admin/orgunit_changes/referenceinstance/add/", members).status_code == 302

    assert ReferenceInstance.objects.filter(instance=instance).exists()
    assert pulled(api, synced, REFERENCES) == [instance.pk]


def test_a_request_changes_with_a_submission_that_is_deleted(api: ApiClient) -> None:
    instance = submission(make_form())
    change = asking_for(instance)
    synced = timezone.now()

    assert api.delete(f"/api/instances/{instance.pk}/").status == 204

    assert pulled(api, synced) == [change.pk]


def test_a_request_is_back_with_the_submission_that_the_admin_brings_back(api: ApiClient, browser: Client) -> None:
    instance = submission(make_form(), deleted=True)
    change = stored_change(by=worker(), instances=[instance])
    synced = timezone.now()
    members = {"uuid": str(instance.uuid), "form": instance.form_id, "form_version": instance.form_version_id,
               "org_unit": place(NGELEHUN).pk, "json": "{}"}  # fmt: skip
    assert pulled(api, change.updated_at) == []

    answer = browser.post(f"/admin/orgunit_changes/instance/{instance.pk}/change/", members)

    assert answer.status_code == 302, answer.content
    assert pulled(api, synced) == [change.pk]


def test_a_request_changes_with_a_form_that_is_deleted(api: ApiClient) -> None:
    instance = submission(make_form())
    change = asking_for(instance)
    synced = timezone.now()

    assert api.delete(f"/api/forms/{instance.form_id}/").status == 204

    assert pulled(api, synced) == [change.pk]


def test_a_request_is_back_with_the_form_that_the_admin_brings_back(api: ApiClient, browser: Client) -> None:
    form = make_form()
    form.deleted_at = timezone.now()
    form.save()
    change = stored_change(by=worker(), instances=[submission(form)])
    synced = timezone.now()
    versions = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}

    answer = browser.post(f"/admin/orgunit_changes/form/{form.pk}/change/", {"name": form.name} | versions)

    assert answer.status_code == 302, answer.content
    assert pulled(api, synced) == [change.pk]


@pytest.mark.parametrize(
    ("method", "path", "body"), [("PATCH", "bulk_review/", REJECTION), ("POST", "bulk_delete/", {})]
)
def test_requests_that_change_together_have_times_of_their_own(
    api: ApiClient, method: str, path: str, body: dict[str, str]
) -> None:
    """A phone that asks for the first page since the last time it has seen would stand still on a page of equals."""
    me = worker()
    changes = [stored_change(by=me, new_name="X") for _ in range(30)]
    synced, found = timezone.now(), set()
    ids = [change.pk for change in changes]

    assert api.request(method, f"{CHANGES}{path}", body | {"selected_ids": ids}).status in (200, 201)

    for _ in range(6):
        page = api.get(f"{MOBILE}?app_id=default&limit=8&last_sync={synced:%Y-%m-%dT%H:%M:%S.%fZ}", user="worker").json
        found |= {row["id"] for row in page["results"]}
        synced = datetime.fromtimestamp(page["results"][-1]["updated_at"], UTC)
    assert found == set(ids)
