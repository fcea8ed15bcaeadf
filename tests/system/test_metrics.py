"""`/api/metrics`: what Prometheus reads, counted over all processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import TestCase
from django.utils import timezone

from dhis2api.figures import count_request, counting_processes, figures_directory, forget_dead_processes
from scheduling.models import Job
from tests.datavalues.payloads import value, value_set
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
# What another process of the same home counts.
COUNT_ELSEWHERE = """
import django; django.setup()
from dhis2api.figures import count_request
count_request("GET", 299, 0.2)
"""


def figures(api: ApiClient, **options: str) -> dict[str, float]:
    """Each sample by its name and labels, as they are written."""
    answer = api.get("/api/metrics", **options)
    assert answer.status == 200, answer
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(SAMPLE.match(line)["value"]) for line in lines}


def test_the_format_is_what_prometheus_asks_for(api: ApiClient) -> None:
    accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"

    answer = api.get("/api/metrics", headers={"Accept": accept})

    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    again = api.get("/api/metrics", headers={"Accept": "application/json"})
    assert again.text.startswith("# HELP")
    assert "# TYPE http_server_requests_seconds histogram" in again.text


def test_figures_are_for_those_who_may_see_the_server(api: ApiClient, outsider: User) -> None:
    for authority in ("F_VIEW_SERVER_INFO", "F_PERFORM_MAINTENANCE"):
        persona(f"with_{authority[2:6].lower()}", [authority])

    refused = api.get("/api/metrics", user="outsider")

    assert api.get("/api/metrics", user=None).status == 401
    assert refused.status == 403 and "F_VIEW_SERVER_INFO" in refused.json["message"]
    assert [api.get("/api/metrics", user=name).status for name in ("with_view", "with_perf")] == [200, 200]


def test_requests_are_counted_by_method_and_status(api: ApiClient) -> None:
    missing, odd = (
        f'http_server_requests_seconds_count{{method="{method}",status="{status}"}}'
        for method, status in (("GET", 404), ("OTHER", 405))
    )  # fmt: skip
    before = figures(api)

    api.get("/api/dataElements/nothingHere")
    api.request("INVENTED", "/api/dataElements")

    after = figures(api)
    assert after[missing] - before.get(missing, 0) == 1
    assert after[odd] - before.get(odd, 0) == 1
    assert after[missing.replace("_count{", '_bucket{le="+Inf",')] == after[missing]


def test_processes_are_added_up_and_begin_anew_with_the_server(api: ApiClient) -> None:
    sample = 'http_server_requests_seconds_count{method="GET",status="299"}'
    count_request("GET", 299, 0.01)
    before = figures(api)[sample]

    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "dhis2api.settings"}
    subprocess.run([sys.executable, "-c", COUNT_ELSEWHERE], check=True, env=environment,
                   cwd=Path(__file__).parents[2])  # fmt: skip

    assert figures(api)[sample] == before + 1
    files = len(list(figures_directory().glob("*.db")))
    forget_dead_processes()
    assert figures(api)[sample] == before
    assert len(list(figures_directory().glob("*.db"))) < files
    assert os.getpid() in [process.pid for process in counting_processes()]


def test_imports_are_counted_once_they_are_committed(api: ApiClient) -> None:
    before = figures(api)

    with TestCase.captureOnCommitCallbacks(execute=True):
        api.post("/api/dataValueSets", value_set(value(value="17"), value(orgUnit="nothingHere")))
        api.post("/api/dataValueSets?dryRun=true", value_set(value(value="18")))
        api.post("/api/metadata", {"constants": [{"name": "Half", "shortName": "Half", "value": 1}]})
        api.post("/api/metadata?importMode=VALIDATE", {"constants": [{"name": "E", "shortName": "E", "value": 2}]})

    after = figures(api)
    grown = {name: after[name] - before.get(name, 0) for name in after if "dhis_import" in name}
    assert {name: number for name, number in grown.items() if number and "_created" not in name} == {
        'dhis_imported_objects_total{change="imported",kind="dataValue"}': 1,
        'dhis_imported_objects_total{change="ignored",kind="dataValue"}': 1,
        'dhis_imported_objects_total{change="imported",kind="metadata"}': 1,
        'dhis_imports_total{kind="dataValue"}': 1, 'dhis_imports_total{kind="metadata"}': 1,
    }  # fmt: skip


def test_what_the_server_stands_on(api: ApiClient) -> None:
    shown = figures(api)

    assert shown["dhis_redis_up"] == 1
    assert shown["dhis_database_size_bytes"] > 1e6
    assert shown['dhis_database_connections{state="active"}'] >= 1
    assert shown["process_uptime_seconds"] > 0 and shown["dhis_processes"] >= 1
    assert any(name.startswith("dhis_build_info{") for name in shown)


def test_jobs_by_type_and_state(api: ApiClient) -> None:
    api.post("/api/dataIntegrity/summary")
    now = timezone.now()

    with query_counter() as few:
        shown = figures(api)
    Job.objects.bulk_create(
        Job(uid=f"j123456789{n}", name=f"J{n}", type="DATA_INTEGRITY", queue="long", user_uid=f"u123456789{n}",
            created=now, last_updated=now)
        for n in range(5)
    )  # fmt: skip
    with query_counter() as many:
        more = figures(api)

    assert shown['dhis_jobs{status="QUEUED",type="DATA_INTEGRITY"}'] == 1
    assert (shown['dhis_jobs_queued{queue="long"}'], shown['dhis_jobs_queued{queue="short"}']) == (1, 0)
    assert shown['dhis_jobs_oldest_waiting_seconds{queue="long"}'] >= 0
    assert more['dhis_jobs_queued{queue="long"}'] == 6
    assert many.count == few.count


def test_no_label_tells_of_users_or_objects(api: ApiClient, outsider: User) -> None:
    api.get("/api/dataElements/fbfJHSPpUQD", user="outsider")

    text = api.get("/api/metrics").text

    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {
        "method",
        "status",
        "le",
        "kind",
        "change",
        "state",
        "type",
        "queue",
        "version",
        "revision",
        "built",
    }
    assert "outsider" not in text and "fbfJHSPpUQD" not in text
