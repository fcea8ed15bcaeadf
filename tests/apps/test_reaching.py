"""Where apps are reached: the start, the global shell, and the way through the login."""

from __future__ import annotations

import pyotp
import pytest
from django.conf import LazySettings
from django.test import Client

from configuration.settings import store_settings
from dhis2api.ciphers import encrypt_text
from tests.apps.zips import install
from tests.harness.client import PERSONA_PASSWORD, ApiClient
from tests.personas import persona
from users.models import TwoFactorType, User

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPT = {"X-Requested-With": "XMLHttpRequest", "Accept": "application/json"}


def location(api: ApiClient, path: str, **options: object) -> str | None:
    answer = api.get(path, **options)
    return answer.headers["Location"].removeprefix(HOST) if answer.status in (301, 302) else None


@pytest.fixture
def shell(api: ApiClient) -> None:
    install(api, {"index.html": "shell", "main.js": "shell.js"}, name="global-shell")


def test_without_apps_the_start_is_the_documentation(api: ApiClient) -> None:
    assert location(api, "/") == location(api, "/", user=None) == "/api/docs"


@pytest.mark.parametrize("setting", ["dashboard", "dhis-web-dashboard", "app:dashboard"])
def test_the_start_is_the_app_of_the_setting(api: ApiClient, setting: str) -> None:
    install(api, name="dashboard")
    store_settings({"startModule": setting})

    assert location(api, "/") == location(api, "/", user=None) == "/dhis-web-dashboard/index.html"


def test_who_may_not_open_the_first_app_starts_elsewhere(api: ApiClient, outsider: User) -> None:
    install(api, name="dashboard")

    assert location(api, "/", user="outsider") == "/api/docs"


def test_with_a_shell_the_start_is_the_shell(api: ApiClient, shell: None) -> None:
    assert location(api, "/") == "/apps/"


def test_the_start_sets_no_cookie(api: ApiClient) -> None:
    install(api, name="dashboard")

    assert "Set-Cookie" not in api.get("/", user=None).headers


def test_the_shell_frames_apps(api: ApiClient, shell: None) -> None:
    install(api)

    assert api.get("/apps/Test-App").text == "shell"
    assert api.get("/apps/").text == "shell"
    assert api.get("/apps/main.js").text == "shell.js"
    assert location(api, "/apps") == "/apps/"
    assert location(api, "/apps/Test-App/?a=1") == "/apps/Test-App?a=1"
    assert location(api, "/apps/Test-App?shell=false") == "/api/apps/Test-App/index.html"


@pytest.mark.parametrize("path", ["/api/apps/Test-App/", "/api/apps/Test-App/index.html?a=1", "/dhis-web-capture/"])
def test_pages_of_apps_are_shown_within_the_shell(api: ApiClient, shell: None, path: str) -> None:
    install(api)
    install(api, name="capture")
    key = "capture" if "capture" in path else "Test-App"

    assert location(api, path) == f"/apps/{key}" + ("?a=1" if "a=1" in path else "")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/apps/Test-App/?redirect=false", {}),
        ("/api/apps/Test-App/index.html?shell=false", {}),
        ("/api/apps/Test-App/index.html", {"Referer": f"{HOST}/api/apps/Test-App/service-worker.js"}),
        ("/api/apps/Test-App/static/main.js", {}),
        ("/api/apps/login/", {}),
        ("/api/apps/global-shell/", {}),
    ],
)
def test_the_shell_leaves_some_requests_alone(api: ApiClient, shell: None, path: str, headers: dict[str, str]) -> None:
    install(api)
    install(api, name="login")

    assert api.get(path, headers=headers).status == 200


@pytest.mark.parametrize("how", ["disabled", "absent", "renamed"])
def test_without_a_shell_apps_are_opened_directly(api: ApiClient, how: str) -> None:
    install(api)
    if how != "absent":
        install(api, name="global-shell")
        store_settings({"globalShellEnabled": False} if how == "disabled" else {"globalShellAppName": "another"})

    assert location(api, "/apps/Test-App") == "/api/apps/Test-App/index.html"
    assert location(api, "/apps/unknown") == "/"
    assert api.get("/api/apps/Test-App/").status == 200


def test_another_app_can_be_the_shell(api: ApiClient) -> None:
    install(api, {"index.html": "my shell"}, name="my-shell")
    install(api)
    store_settings({"globalShellAppName": "my-shell"})

    assert api.get("/apps/Test-App").text == "my shell"


PAGES = ["/api/apps/Test-App/", "/api/apps/Test-App/index.html?a=1", "/dhis-web-capture/", "/apps/Test-App"]


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_logs_in_first_and_then_gets_its_page(api: ApiClient, path: str) -> None:
    persona("user")
    browser = Client()

    asked = browser.get(path, headers=BROWSER)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/login/?next=")

    login = browser.post(
        "/api/auth/login", {"username": "user", "password": PERSONA_PASSWORD}, content_type="application/json"
    )
    assert login.json() == {"loginStatus": "SUCCESS", "redirectUrl": path}
    assert list(login.cookies) == ["JSESSIONID"]
    again = browser.post(
        "/api/auth/login", {"username": "user", "password": PERSONA_PASSWORD}, content_type="application/json"
    )
    assert again.json()["redirectUrl"] == "/"


@pytest.mark.parametrize("path", ["/api/me", "/api/apps", "/api/apps/Test-App/static/main.js", "/admin/"])
def test_only_pages_of_apps_are_returned_to(api: ApiClient, path: str) -> None:
    persona("user")
    browser = Client()
    browser.get(path, headers=BROWSER)

    login = browser.post(
        "/api/auth/login", {"username": "user", "password": PERSONA_PASSWORD}, content_type="application/json"
    )

    assert login.json()["redirectUrl"] == "/"


@pytest.mark.parametrize("path", [*PAGES, "/dhis-web-commons/menu/getModules.action"])
def test_a_script_is_told_instead(api: ApiClient, path: str) -> None:
    answer = api.get(path, user=None, headers=SCRIPT)

    assert (answer.status, answer.json["httpStatusCode"]) == (401, 401)
    assert "Set-Cookie" not in answer.headers


def test_the_login_app_needs_no_login(api: ApiClient) -> None:
    install(api, {"index.html": "log in", "main.js": "1"}, name="login")

    for path, text in (("/dhis-web-login/", "log in"), ("/dhis-web-login/main.js", "1")):
        assert api.get(path, user=None).text == text
    assert api.get("/dhis-web-login/manifest.webapp", user=None).json["key"] == "login"


@pytest.mark.parametrize("path", ["/dhis-web-login", "/dhis-web-login/", "/dhis-web-commons/security/login.action"])
def test_without_it_the_servers_own_page_is_there(api: ApiClient, path: str) -> None:
    assert location(api, path, user=None) == "/login/"


def test_the_form_of_older_clients_logs_in(api: ApiClient) -> None:
    persona("user")
    browser = Client(enforce_csrf_checks=True)

    answer = browser.post(
        "/dhis-web-commons-security/login.action", {"j_username": "user", "j_password": PERSONA_PASSWORD}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/api/me?fields=username").json() == {"username": "user"}


def test_the_form_leads_to_the_page_that_was_asked_for(api: ApiClient) -> None:
    persona("user")
    browser = Client()
    browser.get("/api/apps/Test-App/", headers=BROWSER)

    answer = browser.post(
        "/dhis-web-commons-security/login.action", {"j_username": "user", "j_password": PERSONA_PASSWORD}
    )

    assert answer["Location"] == "/api/apps/Test-App/"


@pytest.mark.parametrize("way", ["form", "page", "api"])
def test_a_login_changes_the_session_that_somebody_may_have_planted(api: ApiClient, way: str) -> None:
    persona("user")
    browser = Client()
    browser.get("/api/apps/Test-App/", headers=BROWSER)
    planted = browser.cookies["JSESSIONID"].value
    page = {"username": "user", "password": PERSONA_PASSWORD}
    form = {"j_username": "user", "j_password": PERSONA_PASSWORD}

    ways = {
        "form": lambda: browser.post("/dhis-web-commons-security/login.action", form),
        "page": lambda: browser.post("/login/", page),
        "api": lambda: browser.post("/api/auth/login", page, content_type="application/json"),
    }
    assert ways[way]().status_code in (200, 302)

    assert browser.get("/api/me").status_code == 200
    assert browser.cookies["JSESSIONID"].value != planted
    assert Client(headers={"Cookie": f"JSESSIONID={planted}"}).get("/api/me").status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {}, {"j_username": "user"}, {"j_username": "user", "j_password": "wrong"},
        {"j_username": "us\x00er", "j_password": "wrong"}, {"j_username": "user", "j_password": "wro\x00ng"},
    ],
)  # fmt: skip
def test_a_failed_form_comes_back_to_the_login_page(api: ApiClient, form: dict[str, str]) -> None:
    persona("user")
    browser = Client()

    answer = browser.post("/dhis-web-commons-security/login.action", form)

    assert (answer.status_code, answer["Location"]) == (302, "/login/?failed=true")
    assert "The login failed" in browser.get("/login/?failed=true").content.decode()


@pytest.mark.parametrize(
    ("origin", "status"), [("http://testserver", 302), ("https://dev.example.org", 302), ("https://evil.org", 200)]
)
def test_the_form_of_another_site_logs_nobody_in(
    api: ApiClient, settings: LazySettings, origin: str, status: int
) -> None:
    """A visitor of that site would work in an account that is not his, and show its owner what he does."""
    settings.CORS_ALLOWLIST = ["https://dev.example.org"]
    persona("user")
    browser = Client(headers={"Origin": origin})

    answer = browser.post(
        "/dhis-web-commons-security/login.action", {"j_username": "user", "j_password": PERSONA_PASSWORD}
    )

    assert answer.status_code == status
    assert ("JSESSIONID" in answer.cookies) == (status == 302)


def test_an_app_of_an_allowed_origin_has_the_menu(api: ApiClient, settings: LazySettings) -> None:
    """Developers run their app elsewhere; its header asks for the menu, which is not below the API."""
    settings.CORS_ALLOWLIST = ["https://dev.example.org"]
    path = "/dhis-web-commons/menu/getModules.action"

    answer = api.get(path, headers={"Origin": "https://dev.example.org"})
    asked = {"Origin": "https://dev.example.org", "Access-Control-Request-Method": "GET"}

    assert answer.headers["Access-Control-Allow-Origin"] == "https://dev.example.org"
    assert api.request("OPTIONS", path, user=None, headers=asked).status == 204
    assert api.get(path, headers={"Origin": "https://evil.org"}).content == b""


def test_the_login_page_asks_for_a_second_factor(api: ApiClient) -> None:
    assert 'name="2fa_code"' in api.get("/login/", user=None).text


def test_the_second_factor_is_asked_for_on_every_way_in(api: ApiClient) -> None:
    persona("user")
    secret = pyotp.random_base32()
    User.objects.filter(username="user").update(
        two_factor_type=TwoFactorType.TOTP_ENABLED, two_factor_secret=encrypt_text(secret)
    )
    browser = Client()
    path = "/dhis-web-commons-security/login.action"
    form = {"j_username": "user", "j_password": PERSONA_PASSWORD}
    page = {"username": "user", "password": PERSONA_PASSWORD}

    assert browser.post(path, form)["Location"] == "/login/?failed=true"
    assert "authenticator app" in browser.post("/login/", page).content.decode()
    assert browser.post(path, form | {"2fa_code": pyotp.TOTP(secret).now()})["Location"] == "/"


def test_below_a_context_path_everything_leads_back_below_it(api: ApiClient, settings: LazySettings) -> None:
    settings.CONTEXT_PATH = "/demo"
    install(api, launch_path="index.html")
    install(api, name="dashboard")
    persona("user")
    browser = Client()

    assert location(api, "/demo/") == "/demo/dhis-web-dashboard/index.html"
    assert location(api, "/demo/api/apps/Test-App") == "/demo/api/apps/Test-App/"
    assert 'content="http://testserver/demo"' in api.get("/demo/api/apps/Test-App/").text
    asked = browser.get("/demo/api/apps/Test-App/", headers=BROWSER)
    assert asked["Location"] == "/demo/login/?next=/demo/api/apps/Test-App/"
    credentials = {"username": "user", "password": PERSONA_PASSWORD}
    login = browser.post("/demo/api/auth/login", credentials, content_type="application/json")
    assert login.json()["redirectUrl"] == "/demo/api/apps/Test-App/"
