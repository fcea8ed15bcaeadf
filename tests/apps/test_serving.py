"""Files of apps: what an address leads to, under which headers, and who gets nothing."""

from __future__ import annotations

import mimetypes
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.serving import content_type_of, with_addresses
from tests.apps.zips import PAGE, install
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona

pytestmark = pytest.mark.django_db
BASE = "/api/apps/Test-App"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (BASE, f"{BASE}/"),
        (f"{BASE}?a=1&b=2", f"{BASE}/?a=1&b=2"),
        (f"{BASE}/static", f"{BASE}/static/"),
        (f"{BASE}/static?x=%C3%A9", f"{BASE}/static/?x=%C3%A9"),
        (f"{BASE}/index.action", f"{BASE}/pages/start.html"),
        ("/api/42/apps/Test-App", f"{BASE}/"),
    ],
)
def test_some_addresses_lead_on(api: ApiClient, path: str, location: str) -> None:
    install(api, {"index.html": "", "static/a.js": "", "pages/start.html": ""}, launch_path="pages/start.html")

    answer = api.get(path)

    assert (answer.status, answer.headers["Location"]) == (302, f"http://testserver{location}")


def test_a_folder_is_its_index(api: ApiClient) -> None:
    install(api, {"index.html": "top", "docs/index.html": "docs"})

    assert api.get(f"{BASE}/").text == "top"
    assert api.get(f"{BASE}/docs/").text == "docs"


def test_a_page_learns_where_it_is_served_from(api: ApiClient) -> None:
    """Everywhere, and the length is that of what is sent."""
    install(api)

    answer = api.get(f"{BASE}/index.html")

    expected = PAGE.replace("__DHIS2_BASE_URL__", "http://testserver").replace(
        "__DHIS2_APP_ROOT_URL__", f"http://testserver{BASE}"
    )
    assert answer.text == expected
    assert answer.headers["Content-Length"] == str(len(expected))
    assert answer.headers["Content-Type"] == "text/html;charset=UTF-8"


def test_only_pages_learn_it(api: ApiClient) -> None:
    install(api, {"index.html": "", "a.js": "'__DHIS2_BASE_URL__'"})

    assert api.get(f"{BASE}/a.js").text == "'__DHIS2_BASE_URL__'"


def test_a_core_app_is_served_at_both_addresses(api: ApiClient) -> None:
    install(api, name="Data Store", short_name="datastore")

    for path in ("/dhis-web-datastore/index.html", "/api/apps/datastore/index.html"):
        assert '<base href="http://testserver/dhis-web-datastore/">' in api.get(path).text
    assert api.get("/dhis-web-datastore").headers["Location"] == "http://testserver/dhis-web-datastore/"


def test_no_other_app_is_served_beside_the_api(api: ApiClient) -> None:
    install(api, name="mine")

    answer = api.get("/dhis-web-mine/")

    assert (answer.status, answer.json["message"]) == (404, "App 'mine' not found.")


def test_the_manifest_is_the_app_object(api: ApiClient) -> None:
    install(api, activities={"dhis": {"href": "*"}})

    answer = api.get(f"{BASE}/manifest.webapp")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json["activities"] == {"dhis": {"href": "http://testserver"}}
    assert answer.json["baseUrl"] == f"http://testserver{BASE}"


def test_file_names_are_left_alone(api: ApiClient) -> None:
    """No suffix, no negotiation, no `format=`: an app fetches its `manifest.json`."""
    install(api, {"manifest.json": '{"a":1}', "data.xml": "<a/>", "table.csv.gz": b"\x1f\x8b"})

    for name, content in (("manifest.json", b'{"a":1}'), ("data.xml", b"<a/>"), ("table.csv.gz", b"\x1f\x8b")):
        answer = api.get(f"{BASE}/{name}?format=nonsense", headers={"Accept": "image/png"})
        assert (answer.status, answer.content) == (200, content)


@pytest.mark.parametrize(
    "path",
    ["/nothing.js", "/static/nothing/", "/../index.html", "/static/../index.html", "//index.html", "/%2e%2e/secret_key",
     "/static/%00", "/stat", "/STATIC/main.js"],
)  # fmt: skip
def test_what_the_app_does_not_have_is_a_404(api: ApiClient, path: str) -> None:
    install(api)

    assert api.get(f"{BASE}{path}").status in (400, 404)


@pytest.mark.parametrize("path", ["", "/", "/index.html", "/a/b.js"])
def test_an_unknown_app_is_a_404(api: ApiClient, path: str) -> None:
    answer = api.get(f"/api/apps/unknown{path}")

    assert (answer.status, answer.json["message"]) == (404, "App 'unknown' not found.")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.js", "text/javascript"), ("a.mjs", "text/javascript"), ("a.css", "text/css"),
        ("a.json", "application/json"), ("a.webapp", "application/json"), ("a.js.map", "application/json"),
        ("a.woff2", "font/woff2"), ("a.svg", "image/svg+xml"), ("a.wasm", "application/wasm"),
        ("a.png", "image/png"), ("a.JPG", "image/jpeg"), ("a.html", "text/html;charset=UTF-8"),
        ("LICENSE", "application/octet-stream"), ("a.unknown", "application/octet-stream"),
    ],
)  # fmt: skip
def test_types_follow_from_names(api: ApiClient, name: str, content_type: str) -> None:
    """A module script of another type is a blank page."""
    install(api, {name: "x"})

    answer = api.get(f"{BASE}/{name}")

    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_types_do_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mimetypes, "guess_type", lambda *args, **options: ("x/y", None))

    assert content_type_of("a.png") == "image/png"


def test_files_may_be_framed_by_the_server_alone_and_run_scripts(api: ApiClient) -> None:
    install(api)

    policy = api.get(f"{BASE}/index.html").headers["Content-Security-Policy"]

    assert policy.startswith("frame-ancestors 'self'")
    assert "script-src" not in policy


def test_allowed_origins_may_frame_apps_wherever_they_are_served(api: ApiClient) -> None:
    api.post("/api/configuration/corsAllowlist", ["https://portal.example.org"])
    install(api, name="dashboard")

    for path in ("/api/apps/dashboard/index.html", "/dhis-web-dashboard/index.html", "/apps/dashboard"):
        policy = api.get(path).headers["Content-Security-Policy"]
        assert policy == "frame-ancestors 'self' https://portal.example.org;"


@pytest.mark.parametrize(
    ("path", "kept"), [("/index.html", False), ("/", False), ("/static/main.js", True), ("/manifest.json", True)]
)
def test_pages_are_never_kept_and_files_are(api: ApiClient, path: str, kept: bool) -> None:
    install(api)

    headers = api.get(BASE + path).headers

    assert headers.get("Cache-Control") == (None if kept else "no-cache, no-store, max-age=0, must-revalidate")
    assert headers["ETag"] and headers["Last-Modified"]


def test_an_unchanged_file_is_not_sent_again(api: ApiClient) -> None:
    install(api)
    path = f"{BASE}/static/main.js"
    first = api.get(path)

    for condition in (
        {"If-None-Match": first.headers["ETag"]}, {"If-Modified-Since": first.headers["Last-Modified"]},
    ):  # fmt: skip
        again = api.get(path, headers=condition)
        assert (again.status, again.content) == (304, b"")
    assert api.get(path, headers={"If-None-Match": '"other"'}).status == 200


def test_who_may_not_open_the_app_any_more_learns_nothing_by_a_tag(api: ApiClient) -> None:
    user = persona("user", ["M_Test_App"])
    install(api)
    path = f"{BASE}/static/main.js"
    tag = {"If-None-Match": api.get(path, user="user").headers["ETag"]}
    assert api.get(path, user="user", headers=tag).status == 304

    user.user_roles.clear()

    assert api.get(path, user="user", headers=tag).status == 404


def test_an_update_changes_the_tag(api: ApiClient) -> None:
    install(api, version="1")
    before = api.get(f"{BASE}/static/main.js").headers["ETag"]

    install(api, version="2")

    assert api.get(f"{BASE}/static/main.js").headers["ETag"] != before


def test_a_head_has_the_headers_alone(api: ApiClient) -> None:
    install(api)

    answer = api.request("HEAD", f"{BASE}/static/main.js")

    assert (answer.status, answer.content, answer.headers["Content-Length"]) == (200, b"", "20")


def test_a_large_file_goes_in_pieces(api: ApiClient) -> None:
    content = random.Random(1).randbytes(1_000_000)
    install(api, {"large.bin": content})

    assert api.get(f"{BASE}/large.bin").content == content


@pytest.mark.parametrize("path", ["/index.html", "/static/main.js", "/nothing.js"])
def test_serving_takes_few_queries_however_many_files_there_are(api: ApiClient, path: str) -> None:
    counts = []
    for number in (2, 300):
        install(api, {"index.html": "", "static/main.js": "", **{f"{n}.js": "" for n in range(number)}})
        api.get(BASE + path)
        with query_counter() as queries:
            api.get(BASE + path)
        counts.append(queries.count)

    assert counts[0] == counts[1] <= 7


@given(st.binary(max_size=200).filter(lambda text: b"__" not in text))
def test_nothing_else_of_a_page_changes(text: bytes) -> None:
    page = with_addresses(text + b"\n__DHIS2_BASE_URL__\n" + text, "https://h.org", "https://h.org/api/apps/a")

    assert page == text + b"\nhttps://h.org\n" + text
