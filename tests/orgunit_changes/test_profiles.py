"""Every org unit has a UUID and a type, however it was created."""

from __future__ import annotations

import uuid

import pytest

from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitProfile, OrgUnitType, Project
from tests.harness.client import ApiClient
from tests.orgunit_changes.world import BADJIA, NGELEHUN, make_form, make_type, profile

pytestmark = pytest.mark.django_db

NAMESPACE = uuid.UUID("273422e6-a3c5-5236-ac88-5a87e8a8951f")
NEW = {"name": "New clinic", "shortName": "New clinic", "openingDate": "2020-01-01"}


def test_each_unit_of_the_demo_has_a_profile_with_the_type_of_its_level() -> None:
    assert OrgUnitProfile.objects.count() == OrganisationUnit.objects.count()
    assert not OrgUnitProfile.objects.filter(org_unit_type=None).exists()
    assert profile(BADJIA).org_unit_type.depth == 3
    assert profile(NGELEHUN).org_unit_type.depth == 4


def test_the_uuid_follows_from_the_uid() -> None:
    """The same on every server, so that phones find their units after a reload."""
    found = profile(NGELEHUN).uuid

    assert found == uuid.uuid3(NAMESPACE, NGELEHUN)
    assert (found.version, found.variant) == (3, uuid.RFC_4122)


@pytest.mark.parametrize("path", ["/api/organisationUnits", "/api/metadata"])
def test_a_unit_that_dhis2_clients_create_gets_them_too(api: ApiClient, path: str) -> None:
    unit = {**NEW, "id": "newClinic01", "parent": {"id": BADJIA}}

    answer = api.post(path, {"organisationUnits": [unit]} if path.endswith("metadata") else unit)

    assert answer.status in (200, 201), answer
    assert profile("newClinic01").uuid == uuid.uuid3(NAMESPACE, "newClinic01")
    assert profile("newClinic01").org_unit_type.depth == 4
    assert profile("newClinic01").version.is_default


def test_a_unit_that_moves_keeps_its_type(api: ApiClient) -> None:
    before = profile(NGELEHUN).org_unit_type
    unit = api.get(f"/api/organisationUnits/{NGELEHUN}?fields=:owner").json
    unit["parent"] = {"id": "ImspTQPwCqd"}

    assert api.put(f"/api/organisationUnits/{NGELEHUN}", unit).status == 200
    assert OrganisationUnit.objects.get(uid=NGELEHUN).hierarchy_level == 2
    assert profile(NGELEHUN).org_unit_type == before


def test_a_new_level_brings_a_type_for_the_units_that_have_none(api: ApiClient) -> None:
    OrgUnitType.objects.filter(depth=5).delete()
    OrganisationUnit.objects.filter(uid=NGELEHUN).update(hierarchy_level=5)
    OrgUnitProfile.objects.filter(org_unit__uid=NGELEHUN).update(org_unit_type=None)

    assert api.post("/api/organisationUnitLevels", {"name": "Ward", "level": 5}).status == 201
    assert profile(NGELEHUN).org_unit_type.name == "Ward"


def test_the_default_project_holds_each_new_type_and_form() -> None:
    default = Project.objects.get(is_default=True)

    assert default in make_type("Hospital").projects.all()
    assert default in make_form("Beds").projects.all()


def test_the_profile_goes_with_its_unit(api: ApiClient) -> None:
    assert api.post("/api/organisationUnits", {**NEW, "id": "newClinic01", "parent": {"id": BADJIA}}).status == 201

    assert api.delete("/api/organisationUnits/newClinic01").status == 200
    assert not OrgUnitProfile.objects.filter(uuid=uuid.uuid3(NAMESPACE, "newClinic01")).exists()
