"""Context path, version, suffix and trailing slash come off an address before routing."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dhis2api.web.addresses import Address, parse_address


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/api/dataElements", Address("/api/dataElements", None, None)),
        ("/api/dataElements/", Address("/api/dataElements", None, None)),
        ("/api/33/dataElements.json", Address("/api/dataElements", 33, "json")),
        ("/api/26/dataValueSets.xml/", Address("/api/dataValueSets", 26, "xml")),
        ("/api/metadata.json.gz", Address("/api/metadata", None, "json.gz")),
        ("/api/metadata.JSON.ZIP", Address("/api/metadata", None, "json.zip")),
        ("/api/dataValueSets.adx.xml", Address("/api/dataValueSets", None, "adx.xml")),
        ("/api/dataValueSets.adx+xml", Address("/api/dataValueSets", None, "adx+xml")),
        ("/api/dataStore/ns/v1.0", Address("/api/dataStore/ns/v1.0", None, None)),
        ("/api/dataStore/ns/v1.0.json", Address("/api/dataStore/ns/v1.0", None, "json")),
        ("/api/dataStore/a.json/key", Address("/api/dataStore/a.json/key", None, None)),
        ("/api/dataStore/ns/.json", Address("/api/dataStore/ns/.json", None, None)),
        ("/api/dataStore/ns/x.gz", Address("/api/dataStore/ns/x.gz", None, None)),
        ("/api/apps/chart/data/index.json", Address("/api/apps/chart/data/index.json", None, None)),
        ("/api/42/apps/chart/", Address("/api/apps/chart/", 42, None)),
        ("/api/apps.json", Address("/api/apps", None, "json")),
        ("/api", Address("/api", None, None)),
        ("/api/", Address("/api", None, None)),
        ("/api/43", Address("/api", 43, None)),
        ("/apiary.json", Address("/apiary.json", None, None)),
        ("/admin/", Address("/admin/", None, None)),
    ],
)
def test_an_address_is_read(path: str, address: Address) -> None:
    assert parse_address(path) == address


@pytest.mark.parametrize("version", ["1", "25", "44", "100", "033", "99999999999999999999"])
def test_an_unknown_version_is_not_found(web: Client, version: str) -> None:
    answer = web.get(f"/api/{version}/test/address")

    assert answer.status_code == 404
    assert answer.json()["httpStatusCode"] == 404


def test_the_version_is_42_unless_named(web: Client) -> None:
    unnamed, named = web.get("/api/test/address").json(), web.get("/api/36/test/address").json()

    assert (unnamed["version"], unnamed["explicitVersion"]) == (42, None)
    assert (named["version"], named["explicitVersion"]) == (36, 36)


def test_a_trailing_slash_never_redirects_a_post(web: Client) -> None:
    answer = web.post("/api/33/test/address.json/", b"{}", content_type="text/plain")

    assert answer.status_code == 200
    assert answer.json()["suffix"] == "json"


def test_files_of_apps_keep_their_names(web: Client) -> None:
    assert web.get("/api/apps/chart/index.xml").json()["key"] == "chart/index.xml"


def test_the_context_path_is_taken_off_and_stands_in_links(web: Client, settings: Settings) -> None:
    settings.CONTEXT_PATH = "/demo"

    inside = web.get("/demo/api/33/test/list?page=2")
    behind_a_stripping_proxy = web.get("/api/test/message/created")
    login = web.get("/demo/api/test/closed", headers={"Accept": "text/html"})

    assert inside.json()["pager"]["nextPage"] == "http://testserver/demo/api/33/test/list?page=3"
    assert behind_a_stripping_proxy["Location"] == "http://testserver/demo/api/dataElements/fbfJHSPpUQD"
    assert login["Location"] == "/demo/login/?next=/demo/api/test/closed"


def test_a_path_that_only_begins_like_the_context_path_is_not_inside(web: Client, settings: Settings) -> None:
    settings.CONTEXT_PATH = "/demo"

    assert web.get("/demography/api/test/address").status_code == 404


def test_a_nul_in_a_path_is_refused(web: Client) -> None:
    assert web.get("/api/test/address/a%00b").status_code == 400


def test_outside_the_api_suffixes_and_slashes_are_left_alone(web: Client) -> None:
    assert web.get("/login/").status_code == 200
    assert web.get("/login").status_code == 301
    assert web.get("/login.json").status_code == 404
