"""The job MONITORING, configured and executed by requests: each parameter, in both spellings, makes a difference."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement, ValidationRule
from scheduling.job_runs import run_next
from scheduling.models import Job
from tests.analytics.building import element, store
from tests.harness.client import ApiClient
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.validation.world import RESULTS, forget_values, make_group, make_rule, make_template
from validation import notifications
from validation.models import ValidationResult
from validation.notifications import Notice

JOBS = "/api/jobConfigurations"
Told = list[Sequence[Notice]]


@pytest.fixture(scope="module")
def module_database(cluster: Cluster, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of the module's own, without the demo's values."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        forget_values()
        yield database


@pytest.fixture
def committed(module_database: OwnDatabase) -> Iterator[OwnDatabase]:
    """Rules, values, results and jobs of one test are gone before the next."""
    yield module_database
    ValidationRule.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue, validation_validationresult, job, job_payload, job_notification")
        cursor.execute("DELETE FROM metadata_validationrulegroup; DELETE FROM metadata_validationnotificationtemplate")


@pytest.fixture
def told() -> Iterator[Told]:
    """What a consumer was handed."""
    found: Told = []
    notifications.register_consumer(found.append)
    yield found
    notifications._consumers.remove(found.append)


@pytest.fixture
def month(committed: OwnDatabase) -> str:
    """The month of today."""
    return f"{timezone.localdate():%Y%m}"


@pytest.fixture
def a(committed: OwnDatabase, month: str) -> DataElement:
    """Has violated every rule this month."""
    found = element()
    store(found, "3", pe=month)
    return found


@pytest.fixture
def rule(a: DataElement) -> ValidationRule:
    """Somebody shall be told of its violations."""
    rule = make_rule(f"#{{{a.uid}}}", "1")
    make_template(rule)
    return rule


def run_monitoring(api: ApiClient, **parameters: Any) -> list[dict[str, Any]]:
    """Configure the job, execute it, see it through; its log."""
    body = {"name": f"Monitoring {Job.objects.count()}", "jobType": "MONITORING", "jobParameters": parameters}
    created = api.post(JOBS, body)
    assert created.status == 201, created
    uid = created.json["response"]["uid"]
    assert api.post(f"{JOBS}/{uid}/execute").status == 200
    assert run_next("long")
    log = api.get(f"/api/system/tasks/MONITORING/{uid}").json
    assert (log[0]["completed"], log[0]["level"]) == (True, "INFO"), log
    return log


def stored() -> list[tuple[str, str, str]]:
    """Rule, period and org unit of what is stored."""
    rows = ValidationResult.objects.order_by("validation_rule", "period__start_date", "pk")
    return list(rows.values_list("validation_rule__uid", "period__iso", "organisation_unit__uid"))


def in_days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


@pytest.mark.parametrize("persist", ["persistResults", "persistsResults"])
def test_a_planted_violation_is_found_and_stored(
    api: ApiClient, rule: ValidationRule, month: str, persist: str
) -> None:
    log = run_monitoring(api, **{persist: True})

    assert stored() == [(rule.uid, month, ids.NGELEHUN_CHC)]
    assert log[0]["message"] == "Found 1 violations of 1 validation rules"
    (shown,) = api.get(RESULTS).json["validationResults"]
    assert (shown["leftsideValue"], shown["rightsideValue"], shown["notificationSent"]) == (3.0, 1.0, False)


def test_nothing_is_stored_unless_asked(api: ApiClient, rule: ValidationRule) -> None:
    log = run_monitoring(api)

    assert stored() == []
    assert log[0]["message"] == "Found 1 violations of 1 validation rules"


def test_a_second_run_finds_the_same_and_stores_it_once(
    api: ApiClient, rule: ValidationRule, a: DataElement, month: str
) -> None:
    run_monitoring(api, persistResults=True)
    before = ValidationResult.objects.get()
    store(a, "9", pe=month)

    log = run_monitoring(api, persistResults=True)

    after = ValidationResult.objects.get()
    assert (after.pk, after.leftside_value, after.created) == (before.pk, 3.0, before.created)
    assert log[0]["message"] == "Found 1 violations of 1 validation rules"


def test_rules_are_those_of_the_groups_or_those_with_templates(api: ApiClient, a: DataElement, month: str) -> None:
    silent, loud, other = (make_rule(f"#{{{a.uid}}}", "1") for _ in range(3))
    make_template(loud)
    group = make_group(silent, other)

    run_monitoring(api, persistResults=True)
    assert [uid for uid, _, _ in stored()] == [loud.uid]

    ValidationResult.objects.all().delete()
    log = run_monitoring(api, persistResults=True, validationRuleGroups=[group.uid, "Jkhdsf8sdf4"])
    assert [uid for uid, _, _ in stored()] == [silent.uid, other.uid]
    assert "Validation rule groups that do not exist: Jkhdsf8sdf4" in [each["message"] for each in log]


class TestPeriods:
    """This one and the one before, of each rule's type, or those between two days."""

    def test_without_days(self, api: ApiClient, rule: ValidationRule, a: DataElement, month: str) -> None:
        previous, older = in_days(-timezone.localdate().day), in_days(-timezone.localdate().day - 31)
        for day in (previous, older):
            store(a, "3", pe=f"{day:%Y%m}")
        yearly = make_rule(f"#{{{a.uid}}}", "1", period_type="Yearly")
        make_template(yearly)
        year = timezone.localdate().year
        for number in (year, year - 1, year - 2):
            store(a, "3", pe=str(number))

        run_monitoring(api, persistResults=True)

        assert [pe for uid, pe, _ in stored() if uid == rule.uid] == [f"{previous:%Y%m}", month]
        assert [pe for uid, pe, _ in stored() if uid == yearly.uid] == [str(year - 1), str(year)]

    def test_between_days(self, api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
        days = [in_days(number) for number in (-400, -200, -120)]
        for day in days:
            store(a, "3", pe=f"{day:%Y%m}")

        run_monitoring(api, persistResults=True, relativeStart=-200, relativeEnd=-120)

        assert [pe for _, pe, _ in stored()] == [f"{day:%Y%m}" for day in days[1:]]

    @pytest.mark.parametrize("parameters", [{"relativeStart": -400}, {"relativeEnd": -100}])
    def test_one_day_alone_says_nothing(
        self, api: ApiClient, rule: ValidationRule, a: DataElement, month: str, parameters: dict[str, int]
    ) -> None:
        store(a, "3", pe=f"{in_days(-200):%Y%m}")

        run_monitoring(api, persistResults=True, **parameters)

        assert [pe for _, pe, _ in stored()] == [month]

    def test_days_beyond_the_calendar(self, api: ApiClient, rule: ValidationRule) -> None:
        run_monitoring(api, persistResults=True, relativeStart=-(10**9), relativeEnd=10**9)

        assert len(stored()) == 1


class TestNotifications:
    @pytest.mark.parametrize("send", ["sendNotifications", "sendNotification"])
    def test_users_are_told_once(self, api: ApiClient, rule: ValidationRule, told: Told, send: str) -> None:
        run_monitoring(api, **{send: True, "persistResults": True})
        run_monitoring(api, **{send: True, "persistResults": True})

        ((notice,),) = told
        assert (notice.violation.rule.uid, notice.subject, notice.message) == (rule.uid, rule.name, "3.0")
        assert ValidationResult.objects.get().notification_sent

    def test_not_unless_asked(self, api: ApiClient, rule: ValidationRule, told: Told) -> None:
        run_monitoring(api, persistResults=True)

        assert told == []
        assert not ValidationResult.objects.get().notification_sent

    def test_nobody_listens(self, api: ApiClient, rule: ValidationRule, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(notifications, "_consumers", [])
        run_monitoring(api, sendNotifications=True, persistResults=True)

        assert not ValidationResult.objects.get().notification_sent

    def test_a_request_has_those_told_who_were_not(self, api: ApiClient, rule: ValidationRule, told: Told) -> None:
        run_monitoring(api, persistResults=True)

        answer = api.post("/api/validation/sendNotifications")
        assert answer.json["response"]["jobType"] == "VALIDATION_RESULTS_NOTIFICATION"
        assert run_next("short")

        assert len(told) == 1
        assert ValidationResult.objects.get().notification_sent


def test_a_rule_that_cannot_be_read_is_told_of(api: ApiClient, rule: ValidationRule, a: DataElement) -> None:
    broken = make_rule(f"#{{{a.uid}}} +", "1")
    make_template(broken)

    log = run_monitoring(api, persistResults=True)

    assert f"Left out, since their expressions are not well-formed: {broken.uid}" in [each["message"] for each in log]
    assert [uid for uid, _, _ in stored()] == [rule.uid]


def test_maintenance_starts_it(api: ApiClient, rule: ValidationRule) -> None:
    answer = api.post("/api/resourceTables/monitoring")

    assert (answer.status, answer.json["response"]["jobType"]) == (200, "MONITORING")
    assert run_next("long")
    assert Job.objects.get(uid=answer.json["response"]["id"]).status == "COMPLETED"
