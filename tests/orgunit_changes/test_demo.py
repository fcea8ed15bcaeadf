"""The demo's change requests: what somebody finds who looks for the first time."""

from __future__ import annotations

import pytest

from dhis2api.demo.change_requests import load_requests
from dhis2api.demo.facility_profiles import APP_ID, FORM, PROPOSALS
from orgunit_changes.apps import REVIEW_AUTHORITY
from orgunit_changes.models import Form, Instance, OrgUnitChangeRequest, OrgUnitType, Project, ReferenceInstance, Status
from tests.orgunit_changes.world import NGELEHUN, profile
from users.models import User

pytestmark = pytest.mark.django_db


def test_the_four_levels_are_types_of_the_demos_project() -> None:
    project = Project.objects.get(app_id=APP_ID)

    assert list(project.org_unit_types.order_by("depth").values_list("name", flat=True)) == [
        "Country", "District", "Chiefdom", "Facility",
    ]  # fmt: skip
    assert list(project.forms.values_list("name", flat=True)) == [FORM]
    assert profile(NGELEHUN).org_unit_type.name == "Facility"


def test_ngelehun_has_a_reference_instance_whose_questions_have_labels_in_two_languages() -> None:
    instance = ReferenceInstance.objects.get(org_unit__uid=NGELEHUN, form__name=FORM).instance
    labels = {question["name"]: question["label"] for question in instance.form_version.questions}

    assert instance.json.keys() == labels.keys()
    assert all(label.keys() == {"English", "French"} for label in labels.values())


def test_requests_wait_for_a_review_and_one_was_rejected() -> None:
    asked = {field for change in OrgUnitChangeRequest.objects.all() for field in change.requested_fields}
    (rejected,) = OrgUnitChangeRequest.objects.filter(status=Status.REJECTED)

    assert {
        "new_name", "new_location", "new_parent", "new_groups", "new_closed_date", "new_reference_instances",
    } <= asked  # fmt: skip
    assert rejected.rejection_comment
    assert OrgUnitChangeRequest.objects.filter(status=Status.NEW).count() == len(PROPOSALS) - 1


def test_the_districts_officer_may_review() -> None:
    assert REVIEW_AUTHORITY in User.objects.get(username="bo_officer").authorities
    assert REVIEW_AUTHORITY not in User.objects.get(username="badjia_clerk").authorities


def test_loading_again_adds_nothing_and_keeps_what_was_reviewed() -> None:
    models = (Form, Instance, OrgUnitChangeRequest, OrgUnitType, Project, ReferenceInstance)
    reviewed = OrgUnitChangeRequest.objects.filter(status=Status.NEW).first()
    OrgUnitChangeRequest.objects.filter(pk=reviewed.pk).update(status=Status.VALIDATED)
    before = [sorted(model.objects.values_list("pk", flat=True)) for model in models]

    load_requests()

    assert [sorted(model.objects.values_list("pk", flat=True)) for model in models] == before
    reviewed.refresh_from_db()
    assert reviewed.status == Status.VALIDATED
