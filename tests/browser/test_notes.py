"""People open an app of a zip in a browser: through the login page, into the app, to their data and back."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.harness.client import PERSONA_PASSWORD

APP = "/api/apps/Notes/"
STORED = """async () => {
    const answer = await fetch('/api/dataStore/notes', {headers: {'X-Requested-With': 'XMLHttpRequest'}})
    return [answer.status, await answer.json()]
}"""


def log_in(site: Site, user: str) -> None:
    """On the server's own page, which the browser is shown."""
    site.page.get_by_label("Username").fill(user)
    site.page.get_by_label("Password").fill(PERSONA_PASSWORD)
    site.page.get_by_role("button", name="Log in").click()


def test_an_app_stores_and_reads_for_its_user(site: Site) -> None:
    """Asked for the app, the server shows the login first and the app then."""
    site.page.goto(site.url + APP)
    log_in(site, "keeper")

    site.page.wait_for_url(site.url + APP)
    expect(site.page.locator("#user")).to_have_text("keeper")
    expect(site.page.locator("#note")).to_have_text("Nothing yet")

    site.page.get_by_label("Note").fill("Water the plants")
    site.page.get_by_role("button", name="Save").click()
    expect(site.page.locator("#status")).to_have_text("Saved")

    site.page.reload()
    expect(site.page.locator("#note")).to_have_text("Water the plants")
    status, keys = site.page.evaluate(STORED)
    assert (status, len(keys)) == (200, 1)
    # What is not stored yet is a 404, which a browser reports; nothing else went wrong.
    assert all("404" in complaint for complaint in site.complaints), site.complaints


def test_without_the_authority_neither_app_nor_namespace_opens(site: Site) -> None:
    site.page.goto(f"{site.url}/login/")
    log_in(site, "stranger")
    site.page.wait_for_url(lambda url: "/login" not in url)

    refused = site.page.goto(site.url + APP)

    assert refused is not None and refused.status == 404
    status, answer = site.page.evaluate(STORED)
    assert (status, answer["message"]) == (403, "Namespace 'notes' is protected, access denied")


def test_a_wrong_password_stays_on_the_login_page(site: Site) -> None:
    site.page.goto(site.url + APP)
    site.page.get_by_label("Username").fill("keeper")
    site.page.get_by_label("Password").fill("wrong")
    site.page.get_by_role("button", name="Log in").click()

    expect(site.page.get_by_role("alert")).to_be_visible()
    assert "/login/" in site.page.url


def test_an_app_is_found_in_the_menu_that_headers_show(site: Site) -> None:
    site.page.goto(site.url + APP)
    log_in(site, "keeper")
    site.page.wait_for_url(site.url + APP)

    (module,) = site.page.evaluate(
        "async () => (await (await fetch('/dhis-web-commons/menu/getModules.action')).json()).modules"
    )

    assert module["name"] == "Notes"
    assert module["defaultAction"] == f"{site.url}/api/apps/Notes/index.html"
    opened = site.page.goto(module["defaultAction"])
    assert opened is not None and opened.status == 200
