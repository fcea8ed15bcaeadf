"""Org units are merged and split under change requests."""

from __future__ import annotations

import pytest

from dhis2api.demo import identifiers as ids
from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitProfile, ReferenceInstance
from tests.harness.client import ApiClient
from tests.objects.imports import put_in, unit
from tests.orgunit_changes.world import make_form, make_reference, place, profile, stored_change, submission

pytestmark = pytest.mark.django_db
OLD, OLDER, NEW = "mergeOldAAA", "mergeOlderA", "mergeNewAAA"


@pytest.fixture(autouse=True)
def _units(api: ApiClient) -> None:
    made = [unit(ids.SIERRA_LEONE, id=uid) for uid in (OLD, OLDER, NEW)]
    assert put_in(api, organisationUnits=made).status == 200


def merge(api: ApiClient) -> None:
    answer = api.post("/api/organisationUnits/merge", {"sources": [OLD, OLDER], "target": NEW})
    assert answer.status == 200, answer


def test_requests_pass_on_to_the_unit_that_stays_and_phones_learn_of_it(api: ApiClient) -> None:
    about, below = stored_change(OLD, new_name="Clinic"), stored_change(new_parent=place(OLDER), old_parent=place(OLD))
    other = stored_change(NEW, new_name="Other")
    stamps = {change.pk: change.updated_at for change in (about, below, other)}

    merge(api)

    for change in (about, below, other):
        change.refresh_from_db()
    assert (about.org_unit.uid, below.new_parent.uid, below.old_parent.uid) == (NEW, NEW, NEW)
    assert about.updated_at > stamps[about.pk]
    assert below.updated_at > stamps[below.pk]
    assert other.updated_at == stamps[other.pk]


def test_the_unit_that_stays_keeps_its_profile_and_the_others_go(api: ApiClient) -> None:
    kept = profile(NEW).uuid

    merge(api)

    assert profile(NEW).uuid == kept
    assert not OrgUnitProfile.objects.filter(org_unit__uid__in=(OLD, OLDER)).exists()
    assert OrgUnitProfile.objects.count() == OrganisationUnit.objects.count()


def test_references_of_the_unit_that_stays_win(api: ApiClient) -> None:
    beds, staff = make_form(), make_form()
    own, foreign, alone = submission(beds, NEW), submission(beds, OLD), submission(staff, OLDER)
    for instance, uid in ((own, NEW), (foreign, OLD), (alone, OLDER)):
        make_reference(instance, uid)

    merge(api)

    held = ReferenceInstance.objects.filter(org_unit__uid=NEW).values_list("instance_id", flat=True)
    assert set(held) == {own.pk, alone.pk}


def test_a_split_gives_the_requests_to_the_primary_target(api: ApiClient) -> None:
    about = stored_change(OLD, new_name="Clinic")

    answer = api.post("/api/organisationUnits/split", {"source": OLD, "targets": [OLDER, NEW], "primaryTarget": NEW})

    assert answer.status == 200, answer
    about.refresh_from_db()
    assert about.org_unit.uid == NEW
