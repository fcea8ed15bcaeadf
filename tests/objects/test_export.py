"""`GET /api/metadata`: which types it carries (DHIS2 2.42, metadata API, export)."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
REFUSED = "Exporting user metadata requires the 'F_USER_VIEW' authority."


def test_an_unselected_export_leaves_out_what_the_caller_may_not_read(api: ApiClient) -> None:
    persona("exporter", ["F_METADATA_EXPORT"])

    answer = api.get("/api/metadata?fields=id", user="exporter")
    assert answer.status == 200, answer
    assert "smsCommands" not in answer.json
    assert {"system", "organisationUnits", "categoryCombos"} <= answer.json.keys()


def test_who_may_export_everything_exports_users(api: ApiClient) -> None:
    """Without the authority to read them elsewhere."""
    persona("exporter", ["F_METADATA_EXPORT"])

    assert "users" in api.get("/api/metadata?fields=id", user="exporter").json
    shown = api.get("/api/metadata?users=true&fields=username", user="exporter").json["users"]
    assert {"username": "admin"} in shown
    assert api.get("/api/users", user="exporter").status == 403


def test_users_that_are_asked_for_are_refused(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/metadata?users=true&dataElements=true", user="outsider")
    assert (answer.status, answer.json["message"]) == (409, REFUSED)


def test_an_export_of_one_type(api: ApiClient) -> None:
    shown = api.get("/api/metadata?organisationUnits=true&fields=id").json

    assert list(shown) == ["system", "organisationUnits"]
    whole = api.get("/api/organisationUnits?fields=id&paging=false").json["organisationUnits"]
    assert shown["organisationUnits"] == whole


def test_a_type_without_objects_has_no_key(api: ApiClient) -> None:
    assert list(api.get("/api/metadata?constants=true&constants:filter=name:eq:none").json) == ["system"]
