"""The triggers that follow the metadata: taken away, brought back, and of bounded cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from orgunit_changes.models import OrgUnitChangeRequest, OrgUnitProfile, OrgUnitType, Project
from tests.harness.databases import OwnDatabase
from tests.orgunit_changes.world import make_type, place, stored_change


def migrate(target: str) -> None:
    call_command("migrate", "orgunit_changes", target, verbosity=0, skip_checks=True)


def counted() -> list[int]:
    return [model.objects.count() for model in (OrgUnitChangeRequest, OrgUnitProfile, OrgUnitType, Project)]


def test_the_triggers_can_be_taken_away_and_brought_back_without_a_loss(own_database: OwnDatabase) -> None:
    kind = make_type("Hospital")
    stored_change(new_org_unit_type=kind, old_org_unit_type=kind)
    before = counted()

    migrate("0001")
    migrate("0002")

    assert counted() == before
    assert make_type("Clinic").projects.filter(is_default=True).exists()


def test_all_tables_can_be_taken_away_and_brought_back(own_database: OwnDatabase) -> None:
    units = OrgUnitProfile.objects.count()
    stored_change(new_org_unit_type=make_type("Hospital"))

    migrate("zero")
    migrate("0002")

    assert OrgUnitProfile.objects.count() == units
    assert not OrgUnitChangeRequest.objects.exists()


@pytest.mark.django_db
def test_no_trigger_compares_all_units_of_a_statement_with_each_other() -> None:
    """The plan of such a join is kept from the first call, which may have seen a single unit."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT tgname FROM pg_trigger
            WHERE tgrelid = 'metadata_organisationunit'::regclass AND tgoldtable IS NOT NULL AND NOT tgisinternal
        """)
        joined = cursor.fetchall()

    assert joined == []


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "kept"), [(None, False), (4, True)])
def test_a_unit_gets_its_type_with_its_first_level_alone(before: Any, kept: bool) -> None:
    unit = place("DiszpKrYNg8")
    type(unit).objects.filter(pk=unit.pk).update(hierarchy_level=before)
    OrgUnitProfile.objects.filter(pk=unit.pk).update(org_unit_type=None)

    type(unit).objects.filter(pk=unit.pk).update(hierarchy_level=3)

    found = OrgUnitProfile.objects.get(pk=unit.pk).org_unit_type
    assert (found is None) if kept else (found.depth == 3)
