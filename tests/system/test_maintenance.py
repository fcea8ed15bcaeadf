"""`/api/maintenance…`: what an administrator has the server tidy up (DHIS2 2.42, maintenance)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from datavalues.models import CompleteDataSetRegistration, DataValueFile
from dhis2api.demo import identifiers as ids
from dhis2api.embedded.gate_state import gate_redis
from dhis2api.web.params import parameters_of
from files.models import FileResource
from metadata.models import CategoryOptionCombo, DataElement, DataSet, OrganisationUnit, Period
from scheduling.models import Job
from system.maintenance.params import MaintenanceParams
from system.maintenance.services import TASKS
from system.maintenance.urls import TASKS as ADDRESSES
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from tests.system.violations import element, execute, unit, user
from tracker.models import Event, EventChangeLog
from users.models import User
from users.restoring import Purpose

pytestmark = pytest.mark.django_db
TOP = "/api/maintenance"
REFUSED = "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]"
OTHERS = (
    "softDeletedDataValueRemoval", "softDeletedEventRemoval", "softDeletedProgramStageInstanceRemoval",
    "softDeletedEnrollmentRemoval", "softDeletedProgramInstanceRemoval", "softDeletedTrackedEntityRemoval",
    "softDeletedTrackedEntityInstanceRemoval", "softDeletedRelationshipRemoval", "categoryOptionComboUpdate",
)  # fmt: skip


def number(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def values_of(data_element: DataElement) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM datavalue WHERE data_element_id = %s ORDER BY value", [data_element.pk])
        return [row[0] for row in cursor.fetchall()]


def store_value(data_element: DataElement, value: str, **given: Any) -> None:
    """A value for an org unit of its own, of the first period."""
    default = CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO).pk
    place, now = unit(), timezone.now()
    execute(
        "INSERT INTO datavalue VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        data_element.pk, Period.objects.first().pk, place.pk, default, default, given.get("followup", False),
        given.get("deleted", False), now, now, value, given.get("comment"),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("name", [*ADDRESSES, *OTHERS, "appReload"])
def test_every_task_is_there_for_both_verbs(api: ApiClient, method: str, name: str) -> None:
    answer = api.request(method, f"{TOP}/{name}")

    assert (answer.status, answer.content) == (204, b"")


@pytest.mark.parametrize("name", ["", "/appReload", *(f"/{name}" for name in (*ADDRESSES, *OTHERS))])
def test_tasks_are_for_maintainers(api: ApiClient, outsider: User, name: str) -> None:
    refused = api.post(TOP + name, user="outsider")

    assert (refused.status, refused.json["message"]) == (403, REFUSED)
    assert api.post(f"{TOP}{name}?periodPruning=true", user=None).status == 401


def test_every_task_can_be_named_in_the_batch() -> None:
    assert [parameter.field for parameter in parameters_of(MaintenanceParams)] == list(TASKS)
    assert set(ADDRESSES.values()) <= set(TASKS)


@pytest.mark.parametrize(
    "name",
    [name for parameter in parameters_of(MaintenanceParams) for name in parameter.names if "resource" not in name],
)
def test_every_name_of_the_batch_is_taken(api: ApiClient, name: str) -> None:
    persona("maintainer", ["F_PERFORM_MAINTENANCE"])

    assert api.put(f"{TOP}?{name}=true", user="maintainer").status == 204
    assert api.post(f"{TOP}?{name}=maybe").status == 400


def test_the_batch_does_what_is_asked_and_no_more(api: ApiClient) -> None:
    Event.objects.filter(pk=Event.objects.first().pk).update(deleted=True)
    unused = Period.objects.create(iso="190002", period_type="Monthly", start_date="1900-02-01", end_date="1900-02-28")

    assert api.post(f"{TOP}?softDeletedProgramStageInstanceRemoval=true&periodPruning=false").status == 204

    assert not Event.objects.filter(deleted=True).exists()
    assert Period.objects.filter(pk=unused.pk).exists()


def test_apps_are_reloaded(api: ApiClient, outsider: User) -> None:
    answer = api.get(f"{TOP}/appReload")

    assert (answer.status, answer.json["message"]) == (200, "Apps reloaded")
    assert api.get(f"{TOP}/appReload", user="outsider").status == 403


def test_periods_that_nothing_refers_to_are_deleted(api: ApiClient) -> None:
    stray, held = (
        Period.objects.create(iso=iso, period_type="Monthly", start_date=f"{iso[:4]}-02-01", end_date="2099-02-28")
        for iso in ("190002", "209902")
    )
    CompleteDataSetRegistration.objects.create(
        data_set=DataSet.objects.first(), period=held, organisation_unit=OrganisationUnit.objects.first(),
        attribute_option_combo=CategoryOptionCombo.objects.first(), date="2020-01-01", last_updated=timezone.now(),
    )  # fmt: skip
    with_values = number("SELECT count(DISTINCT period_id) FROM datavalue")

    assert api.post(f"{TOP}/periodPruning").status == 204

    assert not Period.objects.filter(pk=stray.pk).exists()
    assert Period.objects.filter(pk=held.pk).exists()
    left = number("SELECT count(DISTINCT period_id) FROM datavalue JOIN metadata_period p ON p.id = period_id")
    assert left == with_values > 0


def test_paths_and_levels_are_computed_anew(api: ApiClient) -> None:
    root = OrganisationUnit.objects.get(parent=None)
    child, other = unit(root), unit(root)
    grandchild = unit(child)
    right = OrganisationUnit.objects.get(uid=ids.BO).last_updated
    wrong = {grandchild: f"/{grandchild.uid}", child: f"{other.path}x"}
    for row, path in wrong.items():
        OrganisationUnit.objects.filter(pk=row.pk).update(path=path, hierarchy_level=9)
    OrganisationUnit.objects.filter(pk=other.pk).update(path=child.path, hierarchy_level=None)

    assert api.put(f"{TOP}/ouPathsUpdate").status == 204

    stored = dict(OrganisationUnit.objects.values_list("pk", "path"))
    levels = dict(OrganisationUnit.objects.values_list("pk", "hierarchy_level"))
    for row, level in ((child, 2), (other, 2), (grandchild, 3)):
        assert (stored[row.pk], levels[row.pk]) == (row.path, level)
    assert OrganisationUnit.objects.get(uid=ids.BO).last_updated == right


def test_zeros_that_do_not_matter_are_removed(api: ApiClient) -> None:
    plain, averaged = element(), element(aggregation_type="AVERAGE")
    kept, text = element(zero_is_significant=True), element(value_type="TEXT", aggregation_type="NONE")
    for data_element in (plain, averaged, kept, text):
        for value in ("0", "0.0", "10"):
            store_value(data_element, value)
    store_value(plain, "0", comment="nobody came")
    store_value(plain, "0", followup=True)

    assert api.post(f"{TOP}/zeroDataValueRemoval").status == 204

    assert values_of(plain) == ["0", "0", "10"]
    assert all(values_of(data_element) == ["0", "0.0", "10"] for data_element in (averaged, kept, text))


def test_users_who_did_not_answer_their_invitation_are_deleted(api: ApiClient) -> None:
    now = timezone.now()

    def invited(expires: timedelta, **given: Any) -> str:
        account = user()
        values = {"invitation": True, "restore_purpose": Purpose.INVITE, "restore_expires": now + expires} | given
        User.objects.filter(pk=account.pk).update(**values)
        return account.uid

    late = invited(timedelta(days=-1))
    others = {
        invited(timedelta(days=1)), invited(timedelta(days=-1), restore_purpose=Purpose.RECOVER),
        invited(timedelta(days=-1), invitation=False), invited(timedelta(days=-1), last_login=now),
    }  # fmt: skip
    DataElement.objects.update(sharing={"owner": None, "users": {late: {"id": late, "access": "rw------"}}})
    persona("maintainer", ["F_PERFORM_MAINTENANCE"])

    assert api.post(f"{TOP}/expiredInvitationsClear", user="maintainer").status == 204

    assert not User.objects.filter(uid=late).exists()
    assert set(User.objects.filter(uid__in=others).values_list("uid", flat=True)) == others
    assert not DataElement.objects.filter(sharing__users__has_key=late).exists()


def test_the_cache_is_emptied_and_nothing_else(api: ApiClient) -> None:
    cache.set("something", 1)
    gate_redis().set("somebody else's", 1)

    assert api.post(f"{TOP}/cacheClear").status == 204

    assert cache.get("something") is None
    assert gate_redis().getdel("somebody else's") == b"1"


def test_resource_tables_are_built_by_a_job(api: ApiClient) -> None:
    assert api.post(f"{TOP}?resourceTableUpdate=true").status == 204

    assert Job.objects.filter(type="RESOURCE_TABLE", status="QUEUED").count() == 1


def test_all_data_of_an_org_unit_is_pruned(api: ApiClient) -> None:
    place = OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC)
    tables = ("datavalue", "datavalue_audit", "datavalues_completedatasetregistration")
    execute("UPDATE datavalue SET value = '11' WHERE organisation_unit_id = %s AND value ~ '^[2-9]+$'", place.pk)
    file = FileResource.objects.create(
        name="a.txt", content_type="text/plain", content_length=1, content_md5="0", domain="DATA_VALUE",
        storage_status="STORED", storage_key="dataValue/a",
    )  # fmt: skip
    combo = CategoryOptionCombo.objects.first()
    DataValueFile.objects.create(
        file=file, organisation_unit=place, data_element=DataElement.objects.first(), period=Period.objects.first(),
        category_option_combo=combo, attribute_option_combo=combo,
    )  # fmt: skip
    counts = {t: number(f"SELECT count(*) FROM {t} WHERE organisation_unit_id = %s", place.pk) for t in tables}
    others = number("SELECT count(*) FROM datavalue WHERE organisation_unit_id <> %s", place.pk)
    assert counts["datavalue"] and counts["datavalue_audit"]

    answer = api.post(f"{TOP}/dataPruning/organisationUnits/{place.uid}")

    assert (answer.status, answer.json["message"]) == (200, "Data was pruned successfully")
    assert not any(number(f"SELECT count(*) FROM {t} WHERE organisation_unit_id = %s", place.pk) for t in tables)
    assert number("SELECT count(*) FROM datavalue") == others
    assert not FileResource.objects.filter(pk=file.pk).exists()


def test_all_values_of_a_data_element_are_pruned(api: ApiClient) -> None:
    data_element = DataElement.objects.get(uid=ids.MEASLES)
    event = Event.objects.first()
    for changed in (data_element, DataElement.objects.get(uid=ids.AGE_AT_VISIT)):
        EventChangeLog.objects.create(
            event=event, data_element=changed, type="UPDATE", current_value="1", created_at=timezone.now()
        )
    store_value(data_element, "7")

    answer = api.put(f"{TOP}/dataPruning/dataElements/{ids.MEASLES}")

    assert (answer.status, answer.json["message"]) == (200, "Data was pruned successfully")
    assert values_of(data_element) == []
    assert number("SELECT count(*) FROM datavalue_audit WHERE data_element_id = %s", data_element.pk) == 0
    assert not EventChangeLog.objects.filter(data_element=data_element).exists()
    assert EventChangeLog.objects.filter(data_element__uid=ids.AGE_AT_VISIT).exists()
    assert DataElement.objects.filter(uid=ids.MEASLES).exists()


@pytest.mark.parametrize(
    ("kind", "words"), [("organisationUnits", "Organisation unit"), ("dataElements", "Data element")]
)
def test_pruning_of_nothing_and_by_others(api: ApiClient, kind: str, words: str) -> None:
    persona("maintainer", ["F_PERFORM_MAINTENANCE"])
    path = f"{TOP}/dataPruning/{kind}/nothingHere"

    missing, refused = api.post(path), api.post(path, user="maintainer")

    assert (missing.status, missing.json["message"]) == (409, f"{words} does not exist: nothingHere")
    assert (refused.status, refused.json["message"]) == (403, "Access is denied, requires one Authority from [ALL]")


@pytest.mark.parametrize("path", ["zeroDataValueRemoval", "ouPathsUpdate", "periodPruning"])
def test_the_number_of_statements_does_not_follow_that_of_rows(api: ApiClient, path: str) -> None:
    def disturb(times: int) -> None:
        for _ in range(times):
            store_value(element(), "0")
            OrganisationUnit.objects.filter(pk=unit().pk).update(path=None)
            Period.objects.create(iso=str(Period.objects.count()), period_type="Daily", start_date="1990-01-01",
                                  end_date="1990-01-01")  # fmt: skip

    disturb(1)
    with query_counter() as few:
        api.post(f"{TOP}/{path}")
    disturb(5)

    with query_counter() as many:
        api.post(f"{TOP}/{path}")

    assert many.count == few.count
