"""Somebody follows the link of a mail in a browser, and has a password again."""

from __future__ import annotations

from tests.browser.conftest import TOKEN, Site

NEW = "Nouveau-2x"


def test_the_link_of_a_mail_leads_back_into_the_account(site: Site) -> None:
    """What a browser sends along with a form depends on the page's own words; only a browser knows what it is."""
    page = site.page
    page.goto(f"{site.url}/account/restore/?token={TOKEN}")
    page.get_by_label("New password").fill(NEW)
    page.get_by_label("Once more").fill(NEW)
    page.get_by_role("button", name="Set password").click()

    page.wait_for_url(f"{site.url}/login/")
    page.get_by_label("Username").fill("forgetful")
    page.get_by_label("Password").fill(NEW)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    status = page.evaluate("async () => (await fetch('/api/me')).status")
    assert status == 200
