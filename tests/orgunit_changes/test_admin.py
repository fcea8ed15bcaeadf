"""The Django admin of change requests: everything is listed, what was decided is only shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from orgunit_changes.models import AppliedChange, Form, FormVersion, Instance, OrgUnitChangeRequest, Project
from tests.harness.client import ApiClient
from tests.orgunit_changes.world import NGELEHUN, make_form, make_reference, place, stored_change, submission
from users.models import User

pytestmark = pytest.mark.django_db

# Versions stand on the page of their form.
MODELS = [model for model in apps.get_app_config("orgunit_changes").get_models() if model is not FormVersion]
SEARCHED = "?q=a"


@pytest.fixture
def browser(admin: User) -> Client:
    """The superuser's session."""
    client = Client()
    client.force_login(admin)
    return client


def address(row: Any, rest: str = "") -> str:
    model = type(row) if not isinstance(row, type) else row
    page = f"/admin/orgunit_changes/{model._meta.model_name}/"
    return page if isinstance(row, type) else f"{page}{row.pk}/{rest}"


@pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
def test_every_kind_is_listed_and_opened(browser: Client, admin: User, model: Any) -> None:
    change = stored_change(
        new_name="<b>New</b>", by=admin, instances=[make_reference(submission(make_form())).instance]
    )
    AppliedChange.objects.create(
        request=change, request_uuid=change.uuid, org_unit_uid=NGELEHUN, fields=["new_name"], applied_by=admin,
        applied_at=timezone.now(),
    )  # fmt: skip

    assert browser.get(address(model)).status_code == 200
    assert browser.get(address(model) + SEARCHED).status_code == 200
    page = browser.get(address(model.objects.last(), "change/"))
    assert page.status_code == 200
    assert "<b>New</b>" not in page.content.decode()


@pytest.mark.parametrize("model", [OrgUnitChangeRequest, AppliedChange])
def test_what_was_asked_and_decided_is_shown_and_never_changed(browser: Client, admin: User, model: Any) -> None:
    change = stored_change(new_name="New", by=admin)
    AppliedChange.objects.create(
        request=change, request_uuid=change.uuid, org_unit_uid=NGELEHUN, applied_at=timezone.now()
    )
    row = model.objects.last()

    assert browser.get(address(model) + "add/").status_code == 403
    assert browser.post(address(row, "change/"), {"status": "validated"}).status_code == 403
    assert browser.post(address(row, "delete/"), {"post": "yes"}).status_code == 403


def test_a_form_is_made_with_its_versions(browser: Client) -> None:
    versions = {"versions-TOTAL_FORMS": "1", "versions-INITIAL_FORMS": "0", "versions-0-version_id": "1"}

    answer = browser.post(address(Form) + "add/", {"name": "Of the admin", "versions-0-questions": "[]"} | versions)

    assert answer.status_code == 302, answer.content
    assert Form.objects.get(name="Of the admin").versions.get().version_id == "1"


def test_an_edited_submission_gets_a_later_stamp(browser: Client) -> None:
    instance = submission(make_form())
    members = {
        "uuid": str(instance.uuid),
        "form": instance.form_id,
        "org_unit": place(NGELEHUN).pk,
        "json": '{"a": "1"}',
    }

    answer = browser.post(address(instance, "change/"), members | {"json": '{"a": "1"}'})

    assert answer.status_code == 302, answer.content
    changed = Instance.objects.get(pk=instance.pk)
    assert changed.json == {"a": "1"}
    assert changed.updated_at > instance.updated_at


def test_the_default_project_is_not_deleted(browser: Client) -> None:
    default = Project.objects.get(is_default=True)

    assert browser.post(address(default, "delete/"), {"post": "yes"}).status_code == 403


def test_it_is_the_superusers(api: ApiClient, outsider: User) -> None:
    client = Client()
    client.force_login(outsider)

    assert client.get(address(Project)).status_code == 302
