"""What cannot be approved any more: the hierarchy has moved on since it was asked for."""

from __future__ import annotations

from datetime import date

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.orgunit_changes.approving import (
    GONE,
    NON_FIELD,
    approve,
    refused,
)
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    NGELEHUN,
    make_form,
    make_group,
    make_type,
    make_version,
    place,
    profile,
    reviewer,
    stored_change,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_reviewer")]


def test_below_itself_a_unit_cannot_be(api: ApiClient) -> None:
    change = stored_change(BADJIA, new_parent=place(NGELEHUN), new_name="Other")

    answer = approve(api, change)

    assert refused(answer, 400, {NON_FIELD: ["`new_parent_id` is already a child of `org_unit_id`."]}, change)
    assert place(BADJIA).name == "Badjia"


def test_two_moves_that_are_right_alone_make_no_circle(api: ApiClient) -> None:
    first = stored_change(BADJIA, new_parent=place(BAOMA))
    second = stored_change(BAOMA, new_parent=place(BADJIA))
    assert approve(api, first).status == 204

    answer = approve(api, second)

    assert refused(answer, 400, {NON_FIELD: ["`new_parent_id` is already a child of `org_unit_id`."]}, second)


def test_a_parent_of_another_version_is_refused(api: ApiClient) -> None:
    change = stored_change(new_parent=place(BAOMA))
    type(profile(BAOMA)).objects.filter(org_unit__uid=BAOMA).update(version=make_version())

    answer = approve(api, change)

    words = ["`new_parent_id` and `org_unit_id` must have the same version."]
    assert refused(answer, 400, {NON_FIELD: words}, change)


def test_a_parent_out_of_the_reviewers_sight_is_a_403(api: ApiClient) -> None:
    reviewer("at.badjia", at=BADJIA)
    change = stored_change(new_parent=place(BAOMA), new_name="Other")

    answer = approve(api, change, user="at.badjia")

    assert refused(answer, 403, {"detail": "You do not have permission to perform this action."}, change)
    assert approve(api, change, "new_name", user="at.badjia").status == 204


def test_a_parent_that_was_deleted_is_refused_but_other_fields_go_in(api: ApiClient) -> None:
    parent = OrganisationUnit.objects.create(
        uid=generate_uid(), name="Short-lived", short_name="Short-lived", parent=place(BO), opening_date="2000-01-01"
    )
    change = stored_change(new_parent=parent, new_name="Other")
    assert api.delete(f"/api/organisationUnits/{parent.uid}").status == 200

    answer = approve(api, change)

    assert refused(answer, 400, {"new_parent": [GONE]}, change)
    assert (place(NGELEHUN).name, place(NGELEHUN).parent.uid) == ("Ngelehun CHC", BADJIA)
    assert approve(api, change, "new_name").status == 204


def test_groups_that_are_all_gone_do_not_mean_none(api: ApiClient) -> None:
    kept, gone = make_group("Kept", [NGELEHUN]), make_group("Gone")
    change = stored_change(groups=[gone])
    gone.delete()

    answer = approve(api, change)

    assert refused(answer, 400, {"new_groups": [GONE]}, change)
    assert kept in place(NGELEHUN).organisation_unit_groups.all()


def test_a_type_that_was_deleted_is_refused(api: ApiClient) -> None:
    type = make_type()
    change = stored_change(new_org_unit_type=type)
    type.delete()

    assert refused(approve(api, change), 400, {"new_org_unit_type": [GONE]}, change)


def test_a_type_that_left_all_projects_is_refused(api: ApiClient) -> None:
    type = make_type()
    change = stored_change(new_org_unit_type=type)
    type.projects.clear()

    words = ["`new_org_unit_type_id` is not part of the user account."]
    assert refused(approve(api, change), 400, {"new_org_unit_type_id": words}, change)


def test_submissions_that_are_all_gone_are_refused(api: ApiClient) -> None:
    instance = submission(make_form())
    change = stored_change(instances=[instance], new_name="Other")
    type(instance).objects.filter(pk=instance.pk).update(deleted=True)

    assert refused(approve(api, change), 400, {"new_reference_instances": [GONE]}, change)


def test_two_submissions_of_one_form_are_refused(api: ApiClient) -> None:
    form = make_form()
    change = stored_change(instances=[submission(form), submission(form)])

    words = ["Only one reference instance can exist by org_unit/form pair."]
    assert refused(approve(api, change), 400, {"new_reference_instances": words}, change)


CLOSED = "`new_closed_date` must be later than `new_opening_date`."
OPENED = "`new_opening_date` must be before the current org_unit closed date."


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["new_opening_date"], OPENED), (["new_closed_date"], CLOSED), (["new_opening_date", "new_closed_date"], None),
    ],
    ids=["opening alone", "closing alone", "both"],
)  # fmt: skip
def test_dates_are_held_against_those_that_the_unit_will_have(
    api: ApiClient, fields: list[str], message: str | None
) -> None:
    """The unit was open in 1990 when the request was made; now it was from 2000 to 2010."""
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(opening_date="2000-01-01", closed_date="2010-01-01")
    change = stored_change(new_opening_date=date(2010, 1, 1), new_closed_date=date(2011, 1, 1))
    if fields == ["new_closed_date"]:
        OrganisationUnit.objects.filter(uid=NGELEHUN).update(opening_date="2011-01-01", closed_date="2012-01-01")

    answer = approve(api, change, *fields)

    if message is None:
        assert answer.status == 204
    else:
        assert refused(answer, 400, {NON_FIELD: [message]}, change)
