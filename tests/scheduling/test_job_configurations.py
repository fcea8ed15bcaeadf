"""`/api/jobConfigurations`: configuring jobs, and every rule that refuses a configuration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, ImportObject
from dhis2api.objects.uids import generate_uid
from scheduling.catalogue import CONFIGURABLE
from scheduling.environments import environments
from scheduling.job_types import JobType
from scheduling.models import Job
from scheduling.states import SchedulingType, Status
from scheduling.system_jobs import SYSTEM_JOBS, ensure_system_jobs
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
JOBS = "/api/jobConfigurations"
PATCH = "application/json-patch+json"
WEEKLY = {"name": "weekly", "jobType": "TEST", "cronExpression": "0 0 3 ? * MON"}


def create(api: ApiClient, **members: Any) -> str:
    answer = api.post(JOBS, WEEKLY | members)
    assert answer.status == 201, answer.text
    return answer.json["response"]["uid"]


def codes(answer: Any) -> list[str]:
    return [error["errorCode"] for error in answer.json["response"]["errorReports"]]


def read(api: ApiClient, uid: str) -> dict[str, Any]:
    return api.get(f"{JOBS}/{uid}").json


@pytest.fixture
def system_jobs(db: None) -> None:
    ensure_system_jobs()


def test_a_job_is_created_as_documented(api: ApiClient) -> None:
    answer = api.post(JOBS, {
        "name": "Analytics tables last two years", "jobType": "ANALYTICS_TABLE", "cronExpression": "0 * * ? * *",
        "jobParameters": {"lastYears": "2", "skipTableTypes": [], "skipResourceTables": False},
    })  # fmt: skip

    assert answer.status == 201
    uid = answer.json["response"]["uid"]
    assert answer.headers["Location"].endswith(f"{JOBS}/{uid}")
    shown = read(api, uid)
    assert shown["jobParameters"]["lastYears"] == 2
    assert shown["jobParameters"]["skipTableTypes"] == []
    assert shown["jobParameters"]["skipResourceTables"] is False


def test_a_job_is_shown_with_all_its_members(api: ApiClient) -> None:
    shown = read(api, create(api))

    expected = {
        "name": "weekly", "displayName": "weekly", "jobType": "TEST", "schedulingType": "CRON", "enabled": True,
        "cronExpression": "0 0 3 ? * MON", "configurable": True, "leaderOnlyJob": True, "jobStatus": "SCHEDULED",
        "lastExecutedStatus": "NOT_STARTED", "externalAccess": False, "favorite": False, "favorites": [],
        "translations": [], "attributeValues": [], "userAccesses": [], "userGroupAccesses": [],
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert shown["nextExecutionTime"].endswith("T03:00:00.000")
    assert shown["maxDelayedExecutionTime"].endswith("T07:00:00.000")
    assert set(shown["access"]) == {"manage", "externalize", "write", "read", "update", "delete"}
    assert not {"lastExecuted", "lastFinished", "lastRuntimeExecution", "queueName", "errorCodes"} & set(shown)


def test_a_fixed_delay_may_be_a_text(api: ApiClient) -> None:
    answer = api.post(JOBS, {
        "name": "Continuous analytics table", "jobType": "CONTINUOUS_ANALYTICS_TABLE", "delay": "120",
        "jobParameters": {"fullUpdateHourOfDay": 4},
    })  # fmt: skip

    shown = read(api, answer.json["response"]["uid"])
    assert (shown["schedulingType"], shown["delay"]) == ("FIXED_DELAY", 120)
    assert shown["jobParameters"]["fullUpdateHourOfDay"] == 4
    assert "maxDelayedExecutionTime" not in shown


def test_a_job_without_a_time_waits_to_be_executed(api: ApiClient) -> None:
    shown = read(api, create(api, cronExpression=None))

    assert (shown["schedulingType"], shown["jobStatus"]) == ("ONCE_ASAP", "NOT_STARTED")
    assert "nextExecutionTime" not in shown


def test_a_cron_expression_wins_over_a_delay(api: ApiClient) -> None:
    assert read(api, create(api, delay=60))["schedulingType"] == "CRON"
    other = create(api, name="x", cronExpression="0 0 4 * * *", delay=60, schedulingType="FIXED_DELAY")
    assert read(api, other)["schedulingType"] == "FIXED_DELAY"


@pytest.mark.parametrize("path", ["/api/jobConfigurations", "/api/jobConfiguration"])
def test_a_job_is_replaced_and_deleted_under_both_names(api: ApiClient, path: str) -> None:
    uid = create(api, jobType="ANALYTICS_TABLE", jobParameters={"lastYears": 2})

    answer = api.put(f"{path}/{uid}", {
        "name": "analytics last two years", "enabled": True, "cronExpression": "0 0 3 ? * TUE",
        "jobType": "ANALYTICS_TABLE", "jobParameters": {"lastYears": "3", "skipTableTypes": []},
    })  # fmt: skip

    assert answer.status == 200, answer.text
    shown = api.get(f"{path}/{uid}").json
    assert (shown["name"], shown["jobParameters"]["lastYears"]) == ("analytics last two years", 3)
    assert api.delete(f"{path}/{uid}").status == 200
    assert api.get(f"{path}/{uid}").status == 404


def test_the_type_of_a_job_stays(api: ApiClient) -> None:
    uid = create(api)

    assert api.put(f"{JOBS}/{uid}", WEEKLY | {"jobType": "PREDICTOR"}).status == 200
    assert read(api, uid)["jobType"] == "TEST"


def test_what_the_server_sets_cannot_be_set(api: ApiClient) -> None:
    uid = create(api, jobStatus="RUNNING", lastExecuted="2020-01-01", lastExecutedStatus="FAILED", queueName="q",
                 configurable=False, executedBy="a1234567890", nextExecutionTime="2020-01-01")  # fmt: skip

    shown = read(api, uid)
    assert (shown["jobStatus"], shown["lastExecutedStatus"], shown["configurable"]) == (
        "SCHEDULED",
        "NOT_STARTED",
        True,
    )
    assert not {"lastExecuted", "queueName", "executedBy"} & set(shown)


def test_enabled_counts_in_a_replacement_that_names_it(api: ApiClient) -> None:
    uid = create(api)

    api.put(f"{JOBS}/{uid}", WEEKLY | {"enabled": False})
    assert read(api, uid)["jobStatus"] == "DISABLED"
    api.put(f"{JOBS}/{uid}", WEEKLY)
    assert read(api, uid)["enabled"] is False
    api.put(f"{JOBS}/{uid}", WEEKLY | {"enabled": True})
    assert read(api, uid)["jobStatus"] == "SCHEDULED"


def test_a_disabled_job_has_no_next_time(api: ApiClient) -> None:
    shown = read(api, create(api, enabled=False))

    assert shown["jobStatus"] == "DISABLED"
    assert "nextExecutionTime" not in shown


def test_a_patch_changes_what_it_names(api: ApiClient) -> None:
    uid = create(api, jobParameters={"items": 3})
    patch = [{"op": "replace", "path": "/cronExpression", "value": "0 0 4 * * *"},
             {"op": "replace", "path": "/enabled", "value": False}]  # fmt: skip

    answer = api.patch(f"{JOBS}/{uid}", patch, content_type="application/json-patch+json")

    assert answer.status == 200, answer.text
    shown = read(api, uid)
    assert (shown["cronExpression"], shown["enabled"], shown["name"]) == ("0 0 4 * * *", False, "weekly")
    assert shown["jobParameters"]["items"] == 3


def test_a_patch_that_takes_the_time_away_makes_a_job_that_waits(api: ApiClient) -> None:
    uid = create(api)

    api.patch(f"{JOBS}/{uid}", [{"op": "remove", "path": "/cronExpression"}],
              content_type="application/json-patch+json")  # fmt: skip

    assert read(api, uid)["schedulingType"] == "ONCE_ASAP"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"name": None}, "E4000"),
        ({"jobType": None}, "E4000"),
        ({"cronExpression": "0 1 ? * *"}, "E7005"),
        ({"cronExpression": "0 0 25 * * *"}, "E7005"),
        ({"cronExpression": None, "schedulingType": "CRON"}, "E7004"),
        ({"cronExpression": None, "schedulingType": "FIXED_DELAY"}, "E7007"),
        ({"jobType": "DATA_SYNC"}, "E7010"),
        ({"jobType": "META_DATA_SYNC"}, "E7010"),
        ({"jobType": "EVENT_PROGRAMS_DATA_SYNC"}, "E7010"),
        ({"jobType": "TRACKER_PROGRAMS_DATA_SYNC"}, "E7010"),
        ({"jobType": "SEND_SCHEDULED_MESSAGE"}, "E7010"),
        ({"jobType": "DATA_SYNC", "jobParameters": {"pageSize": 49}}, "E4008"),
        ({"jobType": "DATA_SYNC", "jobParameters": {"pageSize": "30001"}}, "E4008"),
        ({"jobType": "TRACKED_ENTITY_DATA_SYNC", "jobParameters": {"pageSize": 4}}, "E4008"),
        ({"jobType": "DISABLE_INACTIVE_USERS", "jobParameters": {"inactiveMonths": 25}}, "E4008"),
        ({"jobType": "DISABLE_INACTIVE_USERS", "jobParameters": {"inactiveMonths": 3, "reminderDaysBefore": 29}},
         "E4008"),
        ({"jobType": "DISABLE_INACTIVE_USERS"}, "E4000"),
        ({"jobType": "LOCK_EXCEPTION_CLEANUP", "jobParameters": {"expiresAfterMonths": 13}}, "E4008"),
        ({"jobType": "AGGREGATE_DATA_EXCHANGE"}, "E4000"),
        ({"jobType": "HTML_PUSH_ANALYTICS", "jobParameters": {"dashboard": "x", "mode": "EXECUTOR"}}, "E4000"),
        ({"jobType": "MONITORING", "jobParameters": {"validationRuleGroups": ["x"]}}, "E4014"),
        ({"jobType": "PUSH_ANALYSIS", "jobParameters": {"pushAnalysis": []}}, "E4014"),
    ],
)  # fmt: skip
def test_a_job_that_cannot_run_is_refused(api: ApiClient, members: dict[str, Any], code: str) -> None:
    body = {name: value for name, value in (WEEKLY | members).items() if value is not None}
    before = Job.objects.count()

    answer = api.post(JOBS, body)

    assert answer.status == 409, answer.text
    assert codes(answer) == [code]
    assert Job.objects.count() == before


def test_a_bad_expression_is_explained(api: ApiClient) -> None:
    error = api.post(JOBS, WEEKLY | {"cronExpression": "0 1 ? * *"}).json["response"]["errorReports"][0]

    assert error["message"] == (
        'Cron expression is invalid: `Cron expression must consist of 6 fields (found 5 in "0 1 ? * *")`'
    )


def test_two_jobs_of_a_type_do_not_have_the_same_expression(api: ApiClient) -> None:
    create(api)

    answer = api.post(JOBS, WEEKLY | {"name": "other"})

    assert (answer.status, codes(answer)) == (409, ["E7000"])
    assert api.post(JOBS, WEEKLY | {"name": "other", "jobType": "RESOURCE_TABLE"}).status == 201


def test_two_jobs_do_not_have_the_same_name(api: ApiClient) -> None:
    create(api)

    assert codes(api.post(JOBS, WEEKLY | {"cronExpression": "0 0 4 ? * *"})) == ["E5003"]


@pytest.mark.parametrize(
    "members",
    [
        {"jobType": "NO_SUCH_TYPE"}, {"jobType": 7}, {"jobType": ["TEST"]}, {"jobParameters": []}, {"delay": "soon"},
        {"jobParameters": {"items": "many"}}, {"jobParameters": {"items": 2**40}}, {"jobParameters": {"items": {}}},
        {"jobParameters": {"failWithPolicy": "MAYBE"}}, {"jobParameters": {"failWithMessage": "a\x00"}},
        {"cronExpression": ["0 0 3 * * *"]}, {"cronExpression": {}}, {"delay": 2**31},
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_a_bad_request(api: ApiClient, members: dict[str, Any]) -> None:
    answer = api.post(JOBS, WEEKLY | members)

    assert answer.status == 400, answer.text
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"sendNotification": True, "persistsResults": "true"}, {"sendNotifications": True, "persistResults": True}),
        ({"sendNotifications": "true", "persistResults": True}, {"sendNotifications": True, "persistResults": True}),
        ({}, {"sendNotifications": False, "persistResults": False, "relativeStart": 0, "validationRuleGroups": []}),
    ],
)
def test_both_spellings_of_monitoring_are_understood(
    api: ApiClient, sent: dict[str, Any], kept: dict[str, Any]
) -> None:
    shown = read(api, create(api, jobType="MONITORING", jobParameters=sent))["jobParameters"]

    assert {name: shown[name] for name in kept} == kept


def test_a_single_push_analysis_may_stand_alone(api: ApiClient) -> None:
    uid = create(api, jobType="PUSH_ANALYSIS", jobParameters={"pushAnalysis": "jtcMAKhWwnc"})

    assert read(api, uid)["jobParameters"] == {"pushAnalysis": ["jtcMAKhWwnc"]}


def test_a_type_without_parameters_shows_none(api: ApiClient) -> None:
    assert "jobParameters" not in read(api, create(api, jobType="RESOURCE_TABLE", jobParameters={"a": 1}))


@pytest.mark.parametrize("type", ["AGGREGATE_DATA_EXCHANGE", "HTML_PUSH_ANALYTICS"])
def test_jobs_that_act_for_somebody_run_as_their_creator(api: ApiClient, type: str) -> None:
    parameters = {"dataExchangeIds": ["a"], "dashboard": "d", "receivers": "r", "mode": "RECEIVER"}
    uid = create(api, jobType=type, jobParameters=parameters)

    shown = read(api, uid)
    admin = User.objects.get(username="admin").uid
    assert (shown["executedBy"], shown["userUid"]) == (admin, admin)
    api.put(f"{JOBS}/{uid}", WEEKLY | {"jobParameters": parameters})
    assert read(api, uid)["executedBy"] == admin


def test_a_remote_that_is_configured_lets_sync_jobs_in(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(environments, JobType.DATA_SYNC, lambda: None)

    assert read(api, create(api, jobType="DATA_SYNC"))["jobParameters"] == {"pageSize": 10000}


@pytest.mark.parametrize("type", [type for type in JobType if type not in CONFIGURABLE])
def test_types_of_the_server_itself_cannot_be_configured(api: ApiClient, type: JobType) -> None:
    answer = api.post(JOBS, WEEKLY | {"jobType": type.value})

    assert (answer.status, answer.json["message"]) == (409, "Job weekly must be configurable but was not.")
    imported = api.post("/api/metadata", {"jobConfigurations": [WEEKLY | {"jobType": type.value}]})
    assert imported.status == 409
    assert Job.objects.count() == 0


@pytest.mark.usefixtures("system_jobs")
def test_system_jobs_are_there_with_their_known_ids(api: ApiClient) -> None:
    housekeeping = read(api, "DHIS2rocks1")

    assert (housekeeping["name"], housekeeping["delay"], housekeeping["configurable"]) == ("Housekeeping", 20, False)
    assert ensure_system_jobs() == 0
    Job.objects.filter(uid="pd6O228pqr0").delete()
    assert ensure_system_jobs() == 1
    assert {job["id"] for job in api.get(f"{JOBS}?paging=false").json["jobConfigurations"]} <= {
        found.uid for found in SYSTEM_JOBS
    }


@pytest.mark.usefixtures("system_jobs")
def test_system_jobs_are_not_changed(api: ApiClient) -> None:
    uid = "DHIS2rocks1"

    replaced = api.put(f"{JOBS}/{uid}", WEEKLY)
    assert (replaced.status, replaced.json["message"]) == (409, f"Job {uid} is a system job that cannot be modified.")
    deleted = api.delete(f"{JOBS}/{uid}")
    assert (deleted.status, deleted.json["message"]) == (409, f"Job {uid} is a system job that cannot be deleted.")
    assert api.post(f"{JOBS}/{uid}/disable").status == 409
    patched = api.patch(f"{JOBS}/{uid}", [{"op": "replace", "path": "/name", "value": "x"}],
                        content_type="application/json-patch+json")  # fmt: skip
    assert (patched.status, codes(patched)) == (409, ["E7003"])
    assert read(api, uid)["name"] == "Housekeeping"


@pytest.mark.usefixtures("system_jobs")
def test_the_time_of_a_system_job_may_be_patched(api: ApiClient) -> None:
    patch = [{"op": "replace", "path": "/cronExpression", "value": "0 0 5 ? * *"}]

    answer = api.patch(f"{JOBS}/pd6O228pqr0", patch, content_type="application/json-patch+json")

    assert answer.status == 200, answer.text
    assert read(api, "pd6O228pqr0")["nextExecutionTime"].endswith("T05:00:00.000")


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_who_may_not_schedule_changes_nothing(api: ApiClient, outsider: User, verb: str) -> None:
    uid = create(api)
    path = JOBS if verb == "post" else f"{JOBS}/{uid}"
    body = {"patch": [{"op": "remove", "path": "/cronExpression"}], "delete": None}.get(verb, WEEKLY | {"name": "n"})
    options = {"content_type": "application/json-patch+json"} if verb == "patch" else {}

    answer = getattr(api, verb)(path, body, user="outsider", **options)

    assert answer.status == 403, answer.text
    assert api.get(f"{JOBS}/{uid}", user="outsider").json["name"] == "weekly"


def test_the_authority_of_scheduling_suffices(api: ApiClient, db: None) -> None:
    persona("scheduler", ["F_SCHEDULING_ADMIN"])

    answer = api.post(JOBS, WEEKLY, user="scheduler")

    assert answer.status == 201, answer.text
    assert api.delete(f"{JOBS}/{answer.json['response']['uid']}", user="scheduler").status == 200


def test_jobs_of_requests_are_seen_by_their_user_and_who_may_read_logs(api: ApiClient, outsider: User) -> None:
    persona("reader", ["F_JOB_LOG_READ"])
    own, other = (
        Job.objects.create(type="DATAVALUE_IMPORT", name="import", queue="short", user_uid=user)
        for user in (outsider.uid, generate_uid())
    )

    assert api.get(f"{JOBS}/{own.uid}", user="outsider").status == 200
    assert api.get(f"{JOBS}/{other.uid}", user="outsider").status == 404
    assert api.get(f"{JOBS}/{other.uid}", user="reader").status == 200
    assert len(api.get(JOBS, user="outsider").json["jobConfigurations"]) == 1


@pytest.mark.parametrize("type", list(CONFIGURABLE))
def test_every_type_is_described(api: ApiClient, type: JobType) -> None:
    listed = {entry["jobType"]: entry for entry in api.get(f"{JOBS}/jobTypes").json["jobTypes"]}
    extended = api.get(f"{JOBS}/jobTypesExtended").json

    entry = listed[type]
    by_delay = type is JobType.CONTINUOUS_ANALYTICS_TABLE
    assert entry["schedulingType"] == ("FIXED_DELAY" if by_delay else "CRON")
    assert entry.get("key") == CONFIGURABLE[type].key
    assert {parameter["name"] for parameter in entry.get("jobParameters", [])} == set(extended[type])
    for parameter in entry.get("jobParameters", []):
        assert {"fieldName", "klass", "required", "collection", "persisted"} <= set(parameter)
        assert ("itemKlass" in parameter) is parameter["collection"]


def test_a_parameter_is_described_for_forms(api: ApiClient) -> None:
    found = api.get(f"{JOBS}/jobTypesExtended").json["ANALYTICS_TABLE"]

    years, types = found["lastYears"], found["skipTableTypes"]
    assert (years["fieldName"], years["klass"], years["required"]) == ("Last years", "java.lang.Integer", False)
    assert types["klass"] == "java.util.Set"
    assert types["itemKlass"] == "org.hisp.dhis.analytics.AnalyticsTableType"
    assert types["constants"][:2] == ["DATA_VALUE", "COMPLETENESS"]
    assert (types["defaultValue"], types["collectionName"]) == ([], "skipTableTypes")
    assert types["relativeApiEndpoint"] == "/api/analytics/tableTypes"


def test_types_are_described_in_the_known_order(api: ApiClient) -> None:
    listed = api.get(f"{JOBS}/jobTypes").json["jobTypes"]

    assert [entry["jobType"] for entry in listed] == list(CONFIGURABLE)
    assert (listed[0]["name"], listed[0]["key"]) == ("Data integrity", "dataIntegrityJob")


def test_a_list_takes_as_many_queries_for_many_jobs(api: ApiClient) -> None:
    def queries(size: int) -> int:
        for number in range(size):
            create(api, name=f"job {size} {number}", cronExpression=f"{number} 0 {size} * * *")
        with query_counter() as counter:
            api.get(f"{JOBS}?fields=*")
        return int(counter.count)

    assert queries(3) == queries(15)


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("scheduling_type", list(SchedulingType))
def test_every_state_has_its_words(
    api: ApiClient, status: Status, enabled: bool, scheduling_type: SchedulingType
) -> None:
    job = Job.objects.create(
        type="TEST", name="x", queue="long", status=status, enabled=enabled, scheduling_type=scheduling_type,
        configurable=True,
    )  # fmt: skip
    ended = status in (Status.COMPLETED, Status.FAILED, Status.STOPPED)
    resting = "DISABLED" if not enabled else "NOT_STARTED" if scheduling_type == "ONCE_ASAP" else "SCHEDULED"
    expected = "DISABLED" if ended else {"RUNNING": "RUNNING", "QUEUED": "SCHEDULED"}.get(status, resting)

    assert read(api, job.uid)["jobStatus"] == expected
    assert len(api.get(f"{JOBS}?filter=jobStatus:eq:{expected}").json["jobConfigurations"]) == 1


def test_an_import_of_several_jobs_writes_back_nothing_that_the_engine_has_changed(api: ApiClient) -> None:
    moved, renamed = create(api, name="a"), create(api, name="b", cronExpression="0 0 4 * * *")
    later = timezone.now() + timedelta(minutes=1)

    def engine(bundle: Bundle, objects: list[ImportObject]) -> None:
        Job.objects.filter(uid=renamed).update(status=Status.QUEUED, slot=later, enabled=True)

    hooks = hooks_of("jobConfiguration")
    hooks.check_all.append(engine)
    try:
        shown = [api.get(f"{JOBS}/{uid}?fields=:owner").json for uid in (moved, renamed)]
        shown[0]["cronExpression"], shown[1]["name"] = "0 0 5 * * *", "c"
        answer = api.post("/api/metadata", {"jobConfigurations": shown})
    finally:
        hooks.check_all.remove(engine)

    assert answer.status == 200, answer.text
    job = Job.objects.get(uid=renamed)
    assert (job.name, job.status, job.slot) == ("c", Status.QUEUED, later)
    assert Job.objects.get(uid=moved).cron_expression == "0 0 5 * * *"


@pytest.mark.usefixtures("system_jobs")
def test_an_import_deletes_only_what_users_have_configured(api: ApiClient) -> None:
    own = create(api)
    request = Job.objects.create(type="DATAVALUE_IMPORT", name="import", queue="short", user_uid=generate_uid())

    for uid, status in ((own, 200), (request.uid, 409), ("DHIS2rocks1", 409)):
        body = {"jobConfigurations": [{"id": uid}]}
        answer = api.post("/api/metadata?importStrategy=DELETE", body)
        assert (answer.status, Job.objects.filter(uid=uid).exists()) == (status, status == 409), answer.text


@pytest.mark.usefixtures("system_jobs")
def test_a_system_job_is_not_disabled(api: ApiClient) -> None:
    patch = [{"op": "replace", "path": "/enabled", "value": False}]

    assert codes(api.patch(f"{JOBS}/DHIS2rocks1", patch, content_type=PATCH)) == ["E7003"]


@pytest.mark.usefixtures("system_jobs")
def test_exported_jobs_can_be_imported(api: ApiClient) -> None:
    own = create(api)
    Job.objects.create(type="DATAVALUE_IMPORT", name="import", queue="short", user_uid=generate_uid())

    exported = api.get("/api/metadata?jobConfigurations=true").json
    answer = api.post("/api/metadata", exported)

    known = {own} | set(Job.objects.filter(is_system=True).values_list("uid", flat=True))
    assert {job["id"] for job in exported["jobConfigurations"]} == known
    assert (answer.status, answer.json["response"]["stats"]["updated"]) == (200, len(known)), answer.text
