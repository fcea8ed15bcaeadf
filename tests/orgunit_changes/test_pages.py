"""The review page as the server gives it: for whom, with which headers, with what to filter by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

import orgunit_changes
from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    NGELEHUN,
    make_group,
    place,
    reviewer,
    stored_change,
    worker,
)
from users.models import User

pytestmark = pytest.mark.django_db

PAGE = "/orgunit-changes/"
STATIC = Path(orgunit_changes.__file__).parent / "static" / "orgunit_changes"
MODULES = sorted(STATIC.glob("*.js"))


def browser_of(user: User) -> Client:
    """A session."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def nurse(db: None) -> User:
    """A field worker of Badjia."""
    return worker("nurse", at=BADJIA)


def test_without_a_session_the_login_comes_first() -> None:
    answer = Client().get(PAGE)

    assert answer.status_code == 302
    assert answer["Location"].endswith(f"/login/?next={PAGE}")


def test_scripts_come_from_files_of_this_server_alone(nurse: User) -> None:
    answer = browser_of(nurse).get(PAGE)
    policy = dict(rule.split(" ", 1) for rule in answer["Content-Security-Policy"].split("; "))

    assert answer.status_code == 200
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'self'"
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|style=", page)
    assert "no-store" in answer["Cache-Control"]


def test_what_the_page_names_is_served(nurse: User) -> None:
    browser = browser_of(nurse)
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', browser.get(PAGE).content.decode())

    assert len(named) == 5
    assert {browser.get(address).status_code for address in named} == {200}


def test_filters_offer_what_occurs_in_requests_that_the_user_sees(nurse: User) -> None:
    stored_change(NGELEHUN, new_parent=place(BADJIA), groups=[make_group("<b>Seen</b>")])
    stored_change(BAOMA, groups=[make_group("Hidden")])

    page = browser_of(nurse).get(PAGE).content.decode()

    assert "&lt;b&gt;Seen&lt;/b&gt;" in page
    assert f'<option value="{place(BADJIA).pk}">Badjia</option>' in page
    assert "Hidden" not in page
    assert "<b>" not in page


def test_the_number_of_queries_does_not_grow_with_the_requests(nurse: User) -> None:
    browser = browser_of(nurse)
    browser.get(PAGE)
    with query_counter() as few:
        browser.get(PAGE)
    for _ in range(5):
        stored_change(NGELEHUN, groups=[make_group()])
    with query_counter() as many:
        browser.get(PAGE)

    assert many.count == few.count


def test_the_map_shows_the_parents_outline_and_the_units_beside(api: ApiClient, nurse: User) -> None:
    area = {"type": "Polygon", "coordinates": [[[-12, 8], [-11, 8], [-11, 9], [-12, 8]]]}
    OrganisationUnit.objects.filter(uid=BADJIA).update(geometry=area)

    around = api.get(f"{PAGE}surroundings/{place(NGELEHUN).pk}", user="nurse").json

    beside = OrganisationUnit.objects.filter(parent=place(BADJIA)).exclude(uid=NGELEHUN)
    assert around["outline"] == area
    assert [other["name"] for other in around["neighbours"]] == [unit.name for unit in beside.order_by("pk")]
    first = beside.order_by("pk").first()
    assert around["neighbours"][0] == {
        "name": first.name, "longitude": first.geometry["coordinates"][0],
        "latitude": first.geometry["coordinates"][1], "altitude": 0.0,
    }  # fmt: skip


def test_units_beside_that_are_out_of_sight_are_not_shown(api: ApiClient) -> None:
    worker("clinic_nurse", NGELEHUN)

    around = api.get(f"{PAGE}surroundings/{place(NGELEHUN).pk}", user="clinic_nurse")

    assert (around.status, around.json["neighbours"]) == (200, [])


def test_the_map_of_a_root_shows_nothing_around(api: ApiClient) -> None:
    root = OrganisationUnit.objects.get(parent=None)

    assert api.get(f"{PAGE}surroundings/{root.pk}").json == {"outline": None, "neighbours": []}


def test_what_lies_around_units_out_of_sight_is_not_shown(api: ApiClient, nurse: User) -> None:
    assert api.get(f"{PAGE}surroundings/{place(BAOMA).pk}", user="nurse").status == 403
    assert api.get(f"{PAGE}surroundings/{place(BAOMA).pk}", user=None).status == 401
    assert api.get(f"{PAGE}surroundings/x", user="nurse").status == 404


def test_the_menu_of_apps_lists_the_page_for_reviewers(api: ApiClient, nurse: User) -> None:
    reviewer("judge")

    (module,) = api.get("/api/apps/menu", user="judge").json["modules"]

    assert (module["displayName"], module["defaultAction"]) == ("Org unit changes", f"http://testserver{PAGE}")
    assert browser_of(nurse).get(module["icon"].removeprefix("http://testserver")).status_code == 200
    assert api.get("/api/apps/menu", user="nurse").json["modules"] == []


@pytest.mark.parametrize("module", MODULES, ids=[module.name for module in MODULES])
def test_modules_never_read_data_as_markup(module: Path) -> None:
    source = module.read_text()

    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|DOMParser", source)
    assert len(source.splitlines()) < 200


def test_leaflet_comes_with_its_licence_and_its_images() -> None:
    leaflet = STATIC / "leaflet"
    images = set(re.findall(r"url\((images/[^)]+)\)", (leaflet / "leaflet.css").read_text()))

    assert "Leaflet 1.9.4" in (leaflet / "leaflet.js").read_text()[:200]
    assert "BSD 2-Clause" in (leaflet / "LICENSE").read_text()
    assert images and all((leaflet / image).exists() for image in images)
