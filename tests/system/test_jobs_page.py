"""The page of jobs as the server gives it: for whom, with which headers, with files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

import system
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
PAGE = "/jobs/"
MODULES = sorted((Path(system.__file__).parent / "static" / "system").glob("*.js"))


def test_without_a_session_the_login_comes_first() -> None:
    answer = Client().get(PAGE)

    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={PAGE}")


def test_what_the_page_and_its_modules_name_is_served(outsider: User) -> None:
    client = Client()
    client.force_login(outsider)
    page = client.get(PAGE)
    named = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.content.decode()))
    for module in MODULES:
        for address in re.findall(r"from '(\.{1,2}/[^']+)'", module.read_text()):
            named.add("/static/" + address[3:] if address.startswith("../") else f"/static/system/{address[2:]}")

    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert {"/static/pages/base.css", "/static/pages/asking.js", "/static/system/stages.js"} <= named
    assert {client.get(address).status_code for address in named} == {200}


@pytest.mark.parametrize(
    ("authorities", "is_listed"),
    [([], False), (["F_SCHEDULING_ADMIN"], True), (["F_JOB_LOG_READ"], True), (["F_PERFORM_MAINTENANCE"], True)],
)
def test_the_menu_offers_it_to_those_who_schedule_or_read_logs(
    api: ApiClient, authorities: list[str], is_listed: bool
) -> None:
    persona("someone", authorities)

    modules = api.get("/api/apps/menu", user="someone").json["modules"]
    assert ("jobs" in [module["name"] for module in modules]) is is_listed
