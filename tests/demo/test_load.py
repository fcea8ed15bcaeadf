"""The demo in the database: it came in through the import services, whole, and may come again."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dhis2api.demo import load as loading
from dhis2api.demo.identifiers import ADMIN, BADJIA, DEFAULT_OPTION_COMBO, LOCATION_AND_AGE, MORTALITY, NGELEHUN_CHC
from dhis2api.demo.load import DemoRefused, load
from dhis2api.demo.payloads import data_value_sets, metadata_payload
from dhis2api.objects.registry import find_by_plural
from metadata.models import CategoryOptionCombo, OrganisationUnit
from users.models import User

pytestmark = pytest.mark.django_db


def stored(plural: str) -> set[str]:
    return set(find_by_plural(plural).model._base_manager.values_list("uid", flat=True))


def stored_values() -> tuple[int, int]:
    """How many values there are, and how many different stamps of their last change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT last_updated) FROM datavalue WHERE NOT deleted")
        return cursor.fetchone()


def test_every_object_of_the_payload_is_in_the_database():
    for plural, rows in metadata_payload(1).items():
        assert {row["id"] for row in rows} <= stored(plural), plural


def test_option_combos_are_those_of_the_payload_and_no_others():
    sent = {row["id"] for row in metadata_payload(1)["categoryOptionCombos"]}

    assert stored("categoryOptionCombos") == sent | {DEFAULT_OPTION_COMBO}
    assert CategoryOptionCombo.objects.filter(category_combo__uid=LOCATION_AND_AGE).count() == 4


def test_ngelehun_has_its_path_and_level():
    unit = OrganisationUnit.objects.get(uid=NGELEHUN_CHC)

    assert unit.path == f"/ImspTQPwCqd/O6uvpzGd5pu/{BADJIA}/{NGELEHUN_CHC}"
    assert unit.hierarchy_level == 4


def test_every_data_value_is_stored():
    count, _ = stored_values()

    assert count == sum(len(payload["dataValues"]) for payload in data_value_sets(1))


def test_users_log_in_with_their_documented_passwords():
    assert User.objects.get(username="admin").check_password("district")
    assert User.objects.get(username="badjia_clerk").check_password("Badjia-2026")


def test_loading_again_changes_no_counts_no_values_and_no_password():
    clerk = User.objects.get(username="badjia_clerk")
    clerk.set_password("Changed-1")
    clerk.save()
    before = {plural: stored(plural) for plural in metadata_payload(1)}
    values = stored_values()
    seen = []

    load(progress=lambda part, done, total: seen.append((part, done, total)))

    assert {plural: stored(plural) for plural in before} == before
    assert stored_values() == values
    assert User.objects.get(username="badjia_clerk").check_password("Changed-1")
    assert User.objects.get(uid=ADMIN).check_password("district")
    assert all(0 <= done <= total for _, done, total in seen)
    assert {part for part, done, total in seen if done == total} == {part for part, _, _ in seen}


def test_what_the_import_refuses_ends_the_loading_with_the_reasons(monkeypatch):
    constants = [{"id": f"refused000{number}", "shortName": f"refused {number}"} for number in range(9)]
    monkeypatch.setattr(loading, "metadata_payload", lambda scale: {"users": [], "constants": constants})

    with pytest.raises(DemoRefused, match="^Metadata of the demo refused with 9 errors:") as refusal:
        load()

    assert len(str(refusal.value).splitlines()) == 1 + 5
    assert "refused0000" not in stored("constants")


def test_the_command_refuses_a_scale_below_one():
    with pytest.raises(CommandError, match="--scale must be 1 or more, not 0"):
        call_command("load_demo", scale=0)


def test_the_command_loads_the_demo_again():
    call_command("load_demo")

    assert {row["id"] for row in metadata_payload(1)["dataSets"]} <= stored("dataSets")


def test_a_refused_data_value_ends_the_loading_with_its_reason(monkeypatch):
    value = {"dataElement": "nosuchthing", "period": "202501", "orgUnit": NGELEHUN_CHC, "value": "1"}
    sets = [{"dataSet": MORTALITY, "dataValues": [value]}]
    monkeypatch.setattr(loading, "data_value_sets", lambda scale: sets)

    with pytest.raises(DemoRefused, match="Data values of the demo refused with 1 errors:\n.*nosuchthing"):
        load()
