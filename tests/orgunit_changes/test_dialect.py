"""What holds at every address of this app: characters that nobody can store, addresses that are none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.client import ApiClient
from tests.orgunit_changes.world import CHANGES, MOBILE, NGELEHUN, change_body, place, stored_change

pytestmark = pytest.mark.django_db

NUL = ["Null characters are not allowed."]


def upload() -> dict[str, Any]:
    return change_body(new_name="A")


def review() -> dict[str, Any]:
    return {"status": "rejected", "rejection_comment": "No"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", CHANGES, None),
        ("POST", CHANGES, upload),
        ("PUT", CHANGES, upload),
        ("GET", f"{CHANGES}1/", None),
        ("PATCH", f"{CHANGES}{{change}}/", review),
        ("PATCH", f"{CHANGES}bulk_review/", review),
        ("POST", f"{CHANGES}bulk_delete/", dict),
        ("GET", f"{CHANGES}export_to_csv/", None),
        ("GET", MOBILE, None),
        ("GET", "/api/mobile/orgunits/{unit}/reference_instances", None),
        ("POST", "/api/token/", lambda: {"username": "admin", "password": "district"}),
        ("GET", "/api/projects/", None),
        ("GET", "/api/instances/", None),
    ],
)
def test_a_nul_character_in_a_parameter_is_refused(api: ApiClient, method: str, path: str, body: Any) -> None:
    """PostgreSQL stores none, nor can it be asked for one."""
    path = path.format(change=stored_change(new_name="A").pk, unit=place(NGELEHUN).pk)

    answer = api.request(method, f"{path}?app_id=x%00y", body and body())

    assert (answer.status, answer.json) == (400, {"app_id": NUL})


def test_a_nul_character_in_the_search_is_refused(api: ApiClient) -> None:
    answer = api.get(f"{CHANGES}?org_unit_search=codes:%00")

    assert (answer.status, answer.json) == (400, {"org_unit_search": NUL})


def test_who_is_unknown_is_told_nothing_else(api: ApiClient) -> None:
    assert api.get(f"{CHANGES}?app_id=%00", user=None).status == 401


@pytest.mark.parametrize("path", ["/api/tokens", "/api/formsAndMore", "/api/mobileApps", "/api/42/projectsX"])
def test_addresses_that_only_begin_alike_answer_as_dhis2(api: ApiClient, path: str) -> None:
    assert api.get(path).json["httpStatusCode"] == 404


@pytest.mark.parametrize("path", ["/api/mobile/nothing", "/api/42/orgunits/nothing", "/api/token/nothing/"])
def test_addresses_below_ours_answer_in_our_shape(api: ApiClient, path: str) -> None:
    assert api.get(path).json == {"detail": "Not found."}


def test_what_is_no_json_is_said_once(api: ApiClient) -> None:
    answer = api.post(CHANGES, "{")

    assert answer.status == 400
    assert answer.json["detail"].startswith("JSON parse error - unexpected")
