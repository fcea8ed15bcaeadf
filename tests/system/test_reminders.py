"""The jobs that remind users, where no mail can be sent (DHIS2 2.42, scheduling, user alerts)."""

from __future__ import annotations

from scheduling.job_runs import run_next
from scheduling.system_jobs import ensure_system_jobs
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase

JOBS = {"CREDENTIALS_EXPIRY_ALERT": "sHMedQF7VYa", "ACCOUNT_EXPIRY_ALERT": "fUWM1At1TUx"}


def test_without_a_mail_server_they_fail_and_say_why(own_database: OwnDatabase, api: ApiClient) -> None:
    ensure_system_jobs()
    for type, uid in JOBS.items():
        assert api.post(f"/api/jobConfigurations/{uid}/execute").status == 200
        assert run_next("short")

        log = api.get(f"/api/system/tasks/{type}/{uid}").json
        assert any("EMAIL gateway configuration does not exist, job aborted" in entry["message"] for entry in log)
        assert api.get(f"/api/jobConfigurations/{uid}").json["lastExecutedStatus"] == "FAILED"
