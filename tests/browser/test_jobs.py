"""Administrators watch jobs in a browser: what runs, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Site, open_site
from tests.browser.test_notes import log_in
from tests.harness.client import ApiClient
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.harness.processes import JobProcesses, WebProcess
from tests.personas import persona

PAGE = "/jobs/"
LONG_WORK_MS = 30_000  # jobs of a type wait for each other, also for one that an earlier test started
MARKUP = "<img src=x onerror=document.title=1>"


def configure(name: str, day: int, **parameters: Any) -> str:
    body = {"name": name, "jobType": "TEST", "cronExpression": f"0 0 0 {day} 1 ?", "jobParameters": parameters}
    answer = ApiClient().post("/api/jobConfigurations", body)
    assert answer.status == 201, answer.text
    return answer.json["response"]["uid"]


@pytest.fixture(scope="module")
def server(cluster: Cluster, django_db_blocker: Any) -> Iterator[WebProcess]:
    """A server whose workers run, with jobs that take their time; one for all tests."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock():
        configure("Long work", 1, stages=3, items=40, itemDuration=100)
        configure(f"Bad work {MARKUP}", 2, stages=2, items=3, failAtStage=1, failAtItem=2, failWithMessage="Item lost")
        configure("Quick work", 3, stages=1, items=2)
        persona("chief", ["ALL"])
        persona("reader", ["F_JOB_LOG_READ"])
        persona("planner", ["F_SCHEDULING_ADMIN"])
        with WebProcess(database, API_CSRF="true") as process, JobProcesses(database):
            yield process


@pytest.fixture
def jobs(server: WebProcess) -> Iterator[Site]:
    """A browser at that server."""
    with open_site(server) as opened:
        yield opened


def enter(site: Site, user: str = "chief") -> None:
    site.page.goto(site.url + PAGE)
    log_in(site, user)
    expect(site.page.locator("#overview")).to_be_visible()


def run_now(site: Site, name: str) -> None:
    site.page.locator("table.scheduled").get_by_role("button", name=f"Run now {name}").click()


def running(site: Site, name: str) -> Locator:
    return site.page.locator("#running .run").filter(has_text=name)


def ended(site: Site, name: str) -> Locator:
    return site.page.locator("table.ended tbody tr").filter(has_text=name)


def test_a_running_job_is_watched_and_cancelled(jobs: Site) -> None:
    enter(jobs)
    expect(jobs.page.locator("#running")).to_contain_text("Nothing runs just now.")
    run_now(jobs, "Long work")

    card = running(jobs, "Long work")
    expect(card.locator("li.RUNNING")).to_contain_text("Stage 1")
    expect(card.locator("li.RUNNING .facts")).to_contain_text("of 40")
    expect(card.locator("li.RUNNING .facts")).to_contain_text("a second")
    expect(card.locator("li.RUNNING .current")).to_contain_text("Item")
    first = float(card.locator("progress").get_attribute("value") or 0)
    jobs.page.wait_for_function(
        "first => Number(document.querySelector('#running progress')?.value) > first", arg=first
    )

    card.get_by_role("button", name="Cancel Long work").click()
    expect(ended(jobs, "Long work").locator(".outcome")).to_have_text("stopped")
    expect(running(jobs, "Long work")).to_have_count(0)
    assert not [found for found in jobs.complaints if "404" not in found], jobs.complaints


def test_a_failure_is_explained_and_names_are_no_markup(jobs: Site) -> None:
    enter(jobs)
    run_now(jobs, "Bad work")

    row = ended(jobs, "Bad work")
    expect(row.locator(".outcome")).to_have_text("failed", timeout=LONG_WORK_MS)
    row.get_by_role("link").click()
    expect(jobs.page.locator("#job-heading")).to_be_focused()
    expect(jobs.page.locator("#job-heading")).to_have_text(f"Bad work {MARKUP}")
    expect(jobs.page.locator(".stages li.ERROR").first).to_contain_text("Item lost")
    expect(jobs.page.locator(".stages li.SUCCESS").first).to_contain_text("3 of 3")
    expect(jobs.page.locator(".log")).to_contain_text("Item lost")
    assert jobs.page.title() == "Jobs – dhis2api"

    jobs.page.get_by_role("link", name="All jobs").click()
    expect(jobs.page.locator("#running-heading")).to_be_focused()


def test_jobs_are_disabled_and_enabled(jobs: Site) -> None:
    enter(jobs)
    row = jobs.page.locator("table.scheduled tbody tr").filter(has_text="Quick work")

    row.get_by_role("button", name="Disable Quick work").click()
    expect(row).to_contain_text("disabled")
    row.get_by_role("button", name="Enable Quick work").click()
    expect(row).to_contain_text("scheduled")


def test_who_only_reads_is_offered_nothing_else(jobs: Site) -> None:
    enter(jobs, "reader")

    expect(jobs.page.locator("table.scheduled")).to_contain_text("Housekeeping")
    expect(jobs.page.locator("main button")).to_have_count(0)


def test_who_may_not_read_logs_still_sees_what_runs(jobs: Site) -> None:
    enter(jobs, "planner")
    run_now(jobs, "Long work")

    expect(running(jobs, "Long work")).to_be_visible()
    running(jobs, "Long work").get_by_role("link").click()
    expect(jobs.page.locator("#job-heading")).to_have_text("Long work")
    expect(jobs.page.locator("#alert")).to_be_empty()


def test_the_page_fits_a_phone(jobs: Site) -> None:
    jobs.page.set_viewport_size({"width": 360, "height": 700})
    enter(jobs)
    run_now(jobs, "Quick work")
    expect(ended(jobs, "Quick work")).to_have_count(1, timeout=LONG_WORK_MS)

    assert jobs.page.evaluate("document.documentElement.scrollWidth") <= 360
