"""People review change requests in a browser: from the list to both sides of a request, to what became of the unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitChangeRequest, ReferenceInstance
from tests.browser.conftest import Site, open_site
from tests.browser.test_notes import log_in
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from tests.orgunit_changes.world import (
    BADJIA,
    BO,
    NGELEHUN,
    make_form,
    make_group,
    make_reference,
    make_type,
    place,
    profile,
    reviewer,
    stored_change,
    submission,
    worker,
)

PAGE = "/orgunit-changes/"
NEIGHBOUR = ".map .place-neighbour:not([d='M0 0'])"  # Leaflet's path of what lies outside the view
MARKUP = "<img src=x onerror=document.title=1><b>B</b>"
QUESTIONS = [{"name": "beds", "type": "integer", "label": {"English": "Number of beds", "French": "Nombre de lits"}}]
UNIT = f"""async () => {{
    const answer = await fetch('/api/organisationUnits/{NGELEHUN}?fields=name,geometry', {{
        headers: {{'X-Requested-With': 'XMLHttpRequest'}},
    }})
    return await answer.json()
}}"""


@pytest.fixture
def requests(own_database: OwnDatabase) -> None:
    """Instead of the demo's: `judge` may review those in Bo, `asker` made them and may not."""
    OrgUnitChangeRequest.objects.all().delete()
    ReferenceInstance.objects.all().delete()
    reviewer("judge", at=BO)
    asker = worker("asker", at=BO)
    form = make_form("Facility", QUESTIONS)
    make_reference(submission(form, answers={"beds": "12"}))
    stored_change(by=asker, new_name="Ngelehun Health Centre", location=(8.1402, -11.6571, 61.5))
    stored_change(
        BADJIA, by=asker, new_name="Badjia East", new_parent=place(BO), groups=[make_group("Chosen")],
        new_org_unit_type=make_type("Ward"),
    )  # fmt: skip
    stored_change(by=asker, instances=[submission(form, answers={"beds": "20"})], new_closed_date="2026-06-30")
    stored_change(by=asker, new_name="Old wish", status="rejected", rejection_comment="No")


@pytest.fixture
def reviews(requests: None, own_database: OwnDatabase) -> Iterator[Site]:
    """A browser at a server with these requests, which checks that who changes something comes from its own pages."""
    with WebProcess(own_database, API_CSRF="true") as process, open_site(process) as opened:
        yield opened


def enter(site: Site, user: str = "judge", address: str = PAGE) -> None:
    """Through the login page, which comes first."""
    site.page.goto(site.url + address)
    log_in(site, user)
    site.page.wait_for_url(re.compile(re.escape(site.url + PAGE)))


def assert_quiet(site: Site) -> None:
    """Nothing went wrong in the browser; the login page has no icon, which is a 404."""
    assert all("404" in complaint for complaint in site.complaints), site.complaints


def rows(site: Site) -> Locator:
    return site.page.locator("table.changes tbody tr")


def field(site: Site, name: str) -> Locator:
    return site.page.locator(f"tr[data-field={name}]")


def open_request(site: Site, what: str) -> None:
    """The request of the list whose row has this text."""
    rows(site).filter(has_text=what).get_by_role("link").click()
    expect(site.page.locator("#request-heading")).to_be_focused()


def stored_unit(site: Site) -> dict[str, Any]:
    """Ngelehun, as the API shows it to the reviewer."""
    return site.page.evaluate(UNIT)


def test_a_reviewer_takes_the_name_and_leaves_the_location(reviews: Site) -> None:
    enter(reviews)
    expect(rows(reviews)).to_have_count(3)
    before = stored_unit(reviews)

    reviews.page.get_by_label("Name of the org unit").fill("ngele")
    reviews.page.get_by_role("button", name="Filter").click()
    expect(rows(reviews)).to_have_count(2)
    open_request(reviews, "Name, Location")

    expect(field(reviews, "new_name").locator("td").nth(0)).to_have_text("Ngelehun CHC")
    expect(field(reviews, "new_name").locator("td").nth(1)).to_have_text("Ngelehun Health Centre")
    expect(field(reviews, "new_location").locator("td").nth(0)).to_contain_text("8.13130, -11.66640")
    expect(field(reviews, "new_location").locator("td").nth(1)).to_contain_text("8.14020, -11.65710")
    expect(reviews.page.locator(".map .place-before")).to_have_count(1)
    expect(reviews.page.locator(".map .place-after")).to_have_count(1)
    expect(reviews.page.locator(NEIGHBOUR).first).to_be_visible()

    reviews.page.get_by_label("Approve: Location").uncheck()
    reviews.page.get_by_role("button", name="Approve the chosen fields").click()

    expect(reviews.page.get_by_role("status")).to_have_text("Approved: Ngelehun CHC")
    expect(reviews.page.locator("#request-heading")).to_have_text("Ngelehun Health Centre")
    expect(field(reviews, "new_name").locator("td").nth(0)).to_have_text("Ngelehun CHC")
    expect(field(reviews, "new_name").locator("td").last).to_have_text("yes")
    expect(field(reviews, "new_location").locator("td").last).to_have_text("no")
    expect(reviews.page.get_by_role("button")).to_have_count(2)  # the map's
    assert stored_unit(reviews) == before | {"name": "Ngelehun Health Centre"}
    assert_quiet(reviews)


def test_a_reviewer_rejects_and_says_why(reviews: Site) -> None:
    enter(reviews)
    open_request(reviews, "Reference submissions")
    answers = field(reviews, "new_reference_instances").locator("dl")
    expect(answers.nth(0)).to_have_text("Number of beds12")
    expect(answers.nth(1)).to_have_text("Number of beds20")

    reviews.page.get_by_role("button", name="Reject").click()
    expect(reviews.page.get_by_role("alert").filter(has_text="Say why the request is rejected.")).to_be_visible()
    expect(reviews.page.get_by_label("Comment")).to_be_focused()
    reviews.page.get_by_label("Comment").fill("It is open, I was there.")
    reviews.page.get_by_role("button", name="Reject").click()

    expect(reviews.page.get_by_role("status")).to_have_text("Rejected: Ngelehun CHC")
    expect(reviews.page.locator(".course")).to_contain_text("It is open, I was there.")
    expect(reviews.page.locator(".course")).to_contain_text("by judge")
    reviews.page.get_by_role("link", name="Back to the list").click()
    expect(rows(reviews)).to_have_count(2)
    reviews.page.get_by_label("Rejected").check()
    reviews.page.get_by_role("button", name="Filter").click()
    expect(rows(reviews)).to_have_count(4)


def test_what_the_server_refuses_is_said(reviews: Site) -> None:
    """Somebody else was quicker."""
    enter(reviews)
    open_request(reviews, "Name, Location")
    session = reviews.page.context.storage_state()
    other = reviews.page.context.browser.new_page(storage_state=session)
    other.goto(reviews.page.url)
    other.get_by_label("Comment").fill("Mine")
    other.get_by_role("button", name="Reject").click()
    expect(other.get_by_role("status")).to_have_text("Rejected: Ngelehun CHC")

    reviews.page.get_by_role("button", name="Approve the chosen fields").click()

    expect(reviews.page.locator("#problem")).to_have_text("Status must be `new` but current status is `rejected`.")


def test_lists_are_narrowed_and_the_address_keeps_it(reviews: Site) -> None:
    enter(reviews)
    reviews.page.get_by_label("Group").select_option("Chosen")
    reviews.page.get_by_label("Type").select_option("Ward")
    reviews.page.get_by_label("Parent").select_option("Bo")
    reviews.page.get_by_role("button", name="Filter").click()
    expect(rows(reviews)).to_have_count(1)
    expect(rows(reviews)).to_contain_text("Badjia")

    reviews.page.reload()

    expect(rows(reviews)).to_have_count(1)
    expect(reviews.page.get_by_label("Group").locator("option:checked")).to_have_text("Chosen")
    reviews.page.get_by_role("link", name="Clear").click()
    expect(rows(reviews)).to_have_count(3)
    reviews.page.get_by_label("Name of the org unit").fill("never asked for")
    reviews.page.get_by_role("link", name="Clear").click()
    expect(reviews.page.get_by_label("Name of the org unit")).to_have_value("")


def test_without_the_authority_there_is_nothing_to_decide(reviews: Site) -> None:
    enter(reviews, "asker")
    open_request(reviews, "Name, Location")

    expect(field(reviews, "new_name")).to_be_visible()
    expect(reviews.page.get_by_role("checkbox")).to_have_count(0)
    expect(reviews.page.get_by_role("button", name="Approve")).to_have_count(0)


def test_a_request_is_reviewed_with_the_keyboard_alone_on_a_phone(reviews: Site) -> None:
    reviews.page.set_viewport_size({"width": 360, "height": 740})
    enter(reviews)
    link = rows(reviews).filter(has_text="Name, Location").get_by_role("link")
    link.focus()
    reviews.page.keyboard.press("Enter")
    reviews.page.get_by_label("Comment").focus()
    reviews.page.keyboard.type("Not yet")
    for _ in range(2):
        reviews.page.keyboard.press("Tab")
    reviews.page.keyboard.press("Enter")

    expect(reviews.page.get_by_role("status")).to_have_text("Rejected: Ngelehun CHC")
    width = reviews.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


@pytest.fixture
def many(requests: None) -> None:
    """More than a page."""
    for number in range(20):
        stored_change(BADJIA, new_name=f"Badjia {number}")


def test_pages_are_turned_and_found_again(many: None, reviews: Site) -> None:
    enter(reviews)
    expect(rows(reviews)).to_have_count(20)
    expect(reviews.page.get_by_text("23 requests")).to_be_visible()

    reviews.page.get_by_role("link", name="Next").click()
    expect(rows(reviews)).to_have_count(3)
    rows(reviews).first.get_by_role("link").click()
    reviews.page.get_by_role("link", name="Back to the list").click()

    expect(rows(reviews)).to_have_count(3)
    expect(reviews.page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(reviews.page.get_by_role("link", name="Next")).to_have_count(0)
    reviews.page.go_back()
    expect(reviews.page.locator("#request-heading")).to_have_text("Badjia")


@pytest.fixture
def marked_up(requests: None) -> None:
    """Names of everything that hold markup."""
    unit, form = OrganisationUnit.objects.get(uid=NGELEHUN), make_form(MARKUP, [{"name": "beds", "label": MARKUP}])
    OrganisationUnit.objects.filter(pk__in=[unit.pk, unit.parent_id]).update(name=MARKUP)
    OrganisationUnit.objects.filter(parent=unit.parent_id).update(name=MARKUP)
    kind = profile(NGELEHUN).org_unit_type
    kind.name = MARKUP
    kind.save()
    make_reference(submission(form, answers={"beds": MARKUP}))
    stored_change(
        new_name=MARKUP, groups=[make_group(MARKUP, [NGELEHUN])], new_parent=unit.parent, location=(8.14, -11.66, 0.0),
        new_org_unit_type=kind, instances=[submission(form, answers={"beds": MARKUP})],
    )  # fmt: skip


def test_markup_in_names_is_shown_as_text(marked_up: None, reviews: Site) -> None:
    enter(reviews)
    open_request(reviews, "Parent, Name, Type, Groups, Location, Reference submissions")

    expect(reviews.page.locator("#request-heading")).to_have_text(MARKUP)
    for name in ("new_name", "new_parent", "new_org_unit_type", "new_groups", "new_reference_instances"):
        expect(field(reviews, name).locator("td").nth(1)).to_contain_text(MARKUP)
    reviews.page.locator(NEIGHBOUR).first.hover(force=True)
    expect(reviews.page.locator(".leaflet-tooltip").filter(has_text=MARKUP).first).to_be_visible()
    assert reviews.page.locator("b").count() == reviews.page.locator("img").count() == 0
    assert reviews.page.title() != "1"
    assert_quiet(reviews)
