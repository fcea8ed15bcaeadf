"""Which apps a user sees, in which words, at which addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.apps.zips import FILES, dhis, install
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.authority_catalogue import list_authorities
from users.models import User

pytestmark = pytest.mark.django_db


def keys(api: ApiClient, query: str = "", user: str = "admin") -> list[str]:
    return [app["key"] for app in api.get(f"/api/apps{query}", user=user).json]


def test_every_member_of_the_manifest_is_shown(api: ApiClient) -> None:
    members: dict[str, Any] = {
        "name": "Full App", "short_name": "full", "version": "2.0", "appType": "DASHBOARD_WIDGET",
        "app_hub_id": "c968eb49-01f5-4904-b4d3-f3785c6bfc09", "description": "All of it", "launch_path": "index.html",
        "plugin_launch_path": "plugin.html", "plugin_type": "DASHBOARD", "installs_allowed_from": ["*"],
        "default_locale": "en", "icons": {"16": "a.png", "48": "b.png", "128": "c.png"},
        "developer": {"name": "N", "url": "https://n.org", "email": "n@n.org", "company": "C"},
        "activities": {"dhis": {"href": "*", "namespace": "full", "additionalNamespaces": [
            {"namespace": "more", "authorities": ["A"], "readOnlyAuthorities": ["B"]}]}},
        "authorities": ["F_FULL"], "shortcuts": [{"name": "New", "url": "#/new"}],
        "settings": {"dashboardWidget": {"hideTitle": True}}, "core_app": True,
    }  # fmt: skip

    shown = install(api, **members, unknown="ignored")

    assert {name: shown[name] for name in members if name != "shortcuts"} == {
        name: value for name, value in members.items() if name != "shortcuts"
    }
    assert shown["shortcuts"] == [{"name": "New", "displayName": "New", "url": "#/new"}]
    assert shown["pluginLaunchUrl"] == "http://testserver/api/apps/full/plugin.html"
    assert shown["displayDescription"] == "All of it"
    assert "unknown" not in shown


def test_members_of_the_wrong_shape_are_left_out(api: ApiClient) -> None:
    shown = install(api, icons=["a.png"], developer="me", authorities="X", shortcuts=[7], description="", core_app="x")

    assert {"icons", "developer", "description"}.isdisjoint(shown)
    assert (shown["authorities"], shown["shortcuts"], shown["core_app"]) == ([], [], False)


def test_a_core_app_has_an_address_of_its_own(api: ApiClient) -> None:
    shown = install(api, name="Data Store", short_name="datastore")

    assert shown["bundled"] is True
    assert shown["basePath"] == "/dhis-web-datastore"
    assert shown["launchUrl"] == "http://testserver/dhis-web-datastore/index.html"


def test_addresses_are_those_that_the_client_uses(api: ApiClient) -> None:
    install(api)

    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}
    (app,) = api.get("/api/apps", headers=headers).json

    assert app["baseUrl"] == "https://testserver:8443/api/apps/Test-App"


def test_one_key_is_a_list_of_one(api: ApiClient) -> None:
    install(api, name="First")
    install(api, name="Second")

    assert keys(api, "?key=Second") == ["Second"]
    absent = api.get("/api/apps?key=Third")
    assert (absent.status, absent.content) == (404, b"")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("filter=name:eq:Alpha", ["alpha-key"]),
        ("filter=name:eq:alpha", []),
        ("filter=name:ilike:ALPH", ["alpha-key"]),
        ("filter=name:like:Alpha", []),
        ("filter=shortName:eq:capture", ["capture"]),
        ("filter=shortName:ilike:key", ["alpha-key"]),
        ("filter=appType:eq:RESOURCE", ["Beta"]),
        ("filter=appType:eq:app", ["alpha-key", "capture"]),
        ("filter=pluginType:eq:DASHBOARD", ["alpha-key"]),
        ("filter=bundled:eq:true", ["capture"]),
        ("filter=bundled:eq:false", ["alpha-key", "Beta"]),
        ("filter=bundled:eq:false&filter=name:ilike:b", ["Beta"]),
        ("filter=version:eq:nothing", ["alpha-key", "Beta", "capture"]),
    ],
)
def test_filters_choose_apps(api: ApiClient, filters: str, expected: list[str]) -> None:
    install(api, name="Alpha", short_name="alpha key", plugin_type="DASHBOARD")
    install(api, name="Beta", appType="RESOURCE")
    install(api, name="Capture", short_name="capture")

    assert keys(api, f"?{filters}") == expected


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("name", 409, "Invalid filter: name"),
        ("name:eq", 409, "Invalid filter: name:eq"),
        ("name:eq:a:b", 409, "Invalid filter: name:eq:a:b"),
        ("appType:like:APP", 409, "Invalid filter: appType:like:APP"),
        ("pluginType:ilike:D", 409, "Invalid filter: pluginType:ilike:D"),
        ("bundled:eq:maybe", 409, "Invalid filter: bundled:eq:maybe"),
        ("version:like:1", 409, "Invalid filter: version:like:1"),
        ("appType:eq:NOTHING", 400,
         "Value 'NOTHING' is not valid for parameter filter. Valid values are: [APP, RESOURCE, DASHBOARD_WIDGET]"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_named(api: ApiClient, text: str, status: int, message: str) -> None:
    answer = api.get(f"/api/apps?filter={text}")

    assert (answer.status, answer.json["message"]) == (status, message)


@pytest.mark.parametrize(
    ("short_name", "authority"),
    [("Test App", "M_Test_App"), ("my-app", "M_myapp"), ("A  b!c", "M_A_bc"), ("capture", "M_dhis-web-capture")],
)
def test_an_app_is_seen_with_its_authority(api: ApiClient, outsider: User, short_name: str, authority: str) -> None:
    key = install(api, name="An app", short_name=short_name)["key"]
    persona("seer", [authority])

    assert keys(api, user="seer") == [key]
    assert keys(api, user="outsider") == []
    assert api.get(f"/api/apps/{key}/static/main.js", user="seer").status == 200
    refused = api.get(f"/api/apps/{key}/static/main.js", user="outsider")
    assert (refused.status, refused.json["message"]) == (404, f"App '{key}' not found.")


def test_who_manages_apps_sees_all_of_them(api: ApiClient) -> None:
    persona("manager", ["M_dhis-web-app-management"])
    install(api)

    assert keys(api, user="manager") == ["Test-App"]


@pytest.mark.parametrize("key", ["login", "global-shell", "user-profile"])
def test_some_apps_are_everybodys(api: ApiClient, outsider: User, key: str) -> None:
    install(api, name=key)

    assert keys(api, user="outsider") == [key]


def test_authorities_of_the_manifest_do_not_open_the_app(api: ApiClient) -> None:
    install(api, authorities=["F_OWN"])
    persona("holder", ["F_OWN"])

    assert keys(api, user="holder") == []


def test_authorities_of_apps_are_listed(api: ApiClient) -> None:
    additional = [{"namespace": "n", "authorities": ["F_WRITE"], "readOnlyAuthorities": ["F_READ"]}]
    install(api, authorities=["F_OWN"], activities=dhis(additionalNamespaces=additional))
    install(api, name="login")

    listed = {entry["id"]: entry["name"] for entry in list_authorities()}

    assert listed["M_Test_App"] == "Test App app"
    assert {"F_OWN", "F_WRITE", "F_READ"} <= listed.keys()
    assert "M_dhis-web-login" not in listed


def translated(entries: Any) -> dict[str, Any]:
    text = entries if isinstance(entries, str) else json.dumps(entries)
    return FILES | {"manifest.webapp.translations.json": text}


SPANISH = [
    {"locale": "es", "title": "Prueba", "description": "Una prueba", "shortcuts": {"New": "Nuevo"}},
    {"locale": "es_CO", "title": "Prueba colombiana"},
]


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        ("es", ("Prueba", "Una prueba", "Nuevo")),
        ("es_CO", ("Prueba colombiana", "Una prueba", "Nuevo")),
        ("fr", ("Test App", "A test", "New")),
        (None, ("Test App", "A test", "New")),
    ],
)
def test_an_app_speaks_the_users_language(api: ApiClient, locale: str | None, shown: tuple[str, str, str]) -> None:
    install(api, translated(SPANISH), description="A test", shortcuts=[{"name": "New", "url": "#"}])
    User.objects.filter(username="admin").update(settings={"keyUiLocale": locale} if locale else {})

    (app,) = api.get("/api/apps").json

    assert (app["displayName"], app["displayDescription"], app["shortcuts"][0]["displayName"]) == shown
    assert (app["name"], app["description"]) == ("Test App", "A test")


@pytest.mark.parametrize(
    "entries",
    [
        "{broken", {}, [1, None], [{"locale": "en", "title": 7, "shortcuts": []}], '["\\u0000"]',
        [{"locale": ["en"], "title": "No"}], [{"locale": {}, "title": "No"}], "[" * 300 + "]" * 300, "\ufeff[]",
    ],
    ids=["no JSON", "object", "no objects", "wrong shapes", "NUL", "list", "map", "deep", "mark"],
)  # fmt: skip
def test_broken_translations_are_ignored(api: ApiClient, entries: Any) -> None:
    assert install(api, translated(entries))["displayName"] == "Test App"
    assert [app["displayName"] for app in api.get("/api/apps").json] == ["Test App"]


@pytest.mark.parametrize("path", ["/api/apps/menu", "/api/42/apps/menu/", "/dhis-web-commons/menu/getModules.action"])
def test_the_menu_lists_apps_with_a_page(api: ApiClient, path: str) -> None:
    install(api, name="Test App", version="3", icons={"48": "icon.png"}, description="x" * 100)
    install(api, name="Capture", short_name="capture")
    install(api, name="No page", launch_path=None)
    install(api, name="Widget", appType="DASHBOARD_WIDGET")
    install(api, name="login")
    install(api, name="global-shell")

    answer = api.get(path)

    assert answer.headers["Content-Type"].startswith("application/json")
    capture, test, *own_pages = answer.json["modules"]
    assert [page["name"] for page in own_pages] == ["org-unit-changes", "jobs"]
    assert capture == {
        "name": "dhis-web-capture", "namespace": "/dhis-web-capture",
        "defaultAction": "http://testserver/dhis-web-capture/index.html", "displayName": "Capture",
        "icon": "http://testserver/dhis-web-capture/icons/dhis-web-capture.png", "version": "1.0.0", "shortcuts": [],
    }  # fmt: skip
    assert (test["name"], test["icon"]) == ("Test-App", "http://testserver/api/apps/Test-App/icon.png")
    assert test["description"] == test["displayDescription"] == "x" * 80


def test_the_menu_has_the_users_own_order(api: ApiClient) -> None:
    persona("other", ["M_dhis-web-app-management"])
    for name in ("Alpha", "Beta", "Gamma"):
        install(api, name=name)

    assert api.post("/api/menu", ["Gamma", "unknown", "Beta"]).status == 204

    def order(user: str) -> list[str]:
        return [module["name"] for module in api.get("/api/apps/menu", user=user).json["modules"]]

    assert order("admin") == ["Gamma", "Beta", "Alpha", "org-unit-changes", "jobs"]
    assert order("other") == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize("body", [{}, "text", [1], [["a"]], None, ["x" * 400]])
def test_an_order_is_a_list_of_names(api: ApiClient, body: Any) -> None:
    assert api.post("/api/menu", json.dumps(body)).status == 400


def test_the_menu_needs_a_user(api: ApiClient) -> None:
    answer = api.get(
        "/dhis-web-commons/menu/getModules.action", user=None, headers={"X-Requested-With": "XMLHttpRequest"}
    )

    assert (answer.status, answer.json["httpStatusCode"]) == (401, 401)


def test_lists_take_as_many_queries_for_many_apps(api: ApiClient) -> None:
    counts = []
    for names in (["A"], ["B", "C", "D", "E"]):
        for name in names:
            install(api, name=name)
        for path in ("/api/apps", "/api/apps/menu"):
            api.get(path)
            with query_counter() as queries:
                api.get(path)
            counts.append(queries.count)

    assert counts[:2] == counts[2:]
