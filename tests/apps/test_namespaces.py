"""The namespaces of the data store that apps reserve: who uses them, and what becomes of them."""

from __future__ import annotations

import pytest

from apps.namespaces import find_reservation, list_reservations
from tests.apps.zips import app_zip, dhis, install, post_zip
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
MANAGEMENT = "M_dhis-web-app-management"


@pytest.mark.parametrize(("query", "left"), [("", 200), ("?deleteAppData=false", 200), ("?deleteAppData=true", 404)])
def test_the_main_namespace_goes_with_the_data_alone(api: ApiClient, query: str, left: int) -> None:
    additional = [{"namespace": "more", "authorities": ["A"]}]
    install(api, activities=dhis(namespace="main", additionalNamespaces=additional))
    for namespace in ("main", "more"):
        assert api.post(f"/api/dataStore/{namespace}/key", {"a": 1}).status == 201

    assert api.delete(f"/api/apps/Test-App{query}").status == 204

    assert api.get("/api/dataStore/main/key").status == left
    assert api.get("/api/dataStore/more/key").status == 200


def test_a_namespace_is_for_those_who_may_see_the_app(api: ApiClient, outsider: User) -> None:
    persona("seer", ["M_Test_App"])
    install(api, activities=dhis(namespace="main"))

    assert api.post("/api/dataStore/main/key", {"a": 1}, user="seer").status == 201
    assert api.get("/api/dataStore/main/key", user="seer").json == {"a": 1}
    refused = api.get("/api/dataStore/main/key", user="outsider")
    assert (refused.status, refused.json["message"]) == (403, "Namespace 'main' is protected, access denied")

    api.delete("/api/apps/Test-App")
    assert api.get("/api/dataStore/main/key", user="outsider").status == 200


def test_namespaces_are_reserved_and_set_free(api: ApiClient) -> None:
    additional = [
        {"namespace": "shared", "authorities": ["WRITE"], "readOnlyAuthorities": ["READ"]},
        {"namespace": "readable", "readOnlyAuthorities": ["READ"]},
    ]
    install(api, short_name="My app!", activities=dhis(namespace="main", additionalNamespaces=additional))

    main, shared, readable = (find_reservation(name) for name in ("main", "shared", "readable"))
    assert main.read_authorities == main.write_authorities == {MANAGEMENT, "M_My_app"}
    assert (shared.read_authorities, shared.write_authorities) == ({"READ", "WRITE"}, {"WRITE"})
    # A list of none would open it to everybody: only superusers write here.
    assert (readable.read_authorities, readable.write_authorities) == ({"READ"}, {"ALL"})
    assert {reservation.app for reservation in list_reservations()} == {"My-app"}

    api.delete("/api/apps/My-app")
    assert list_reservations() == []


def test_an_update_changes_the_namespaces(api: ApiClient) -> None:
    install(api, activities=dhis(namespace="first"))
    install(api, activities=dhis(namespace="second"))

    assert [reservation.namespace for reservation in list_reservations()] == ["second"]


def test_a_core_app_keeps_its_namespace_closed(api: ApiClient) -> None:
    """Its data stays, and another version of the app will want it."""
    install(api, short_name="capture", activities=dhis(namespace="capture"))

    assert api.delete("/api/apps/capture").status == 204
    assert find_reservation("capture") is not None


@pytest.mark.parametrize("where", ["main", "additional"])
def test_a_namespace_belongs_to_one_app(api: ApiClient, where: str) -> None:
    install(api, name="First", activities=dhis(namespace="taken"))
    wanted = {
        "main": dhis(namespace="taken"),
        "additional": dhis(namespace="own", additionalNamespaces=[{"namespace": "taken", "authorities": ["A"]}]),
    }

    answer = post_zip(api, app_zip({"name": "Second", "activities": wanted[where]}))

    assert (answer.status, answer.json["message"]) == (409, "Namespace defined in manifest is already in use")
    assert [app["key"] for app in api.get("/api/apps").json] == ["First"]


@pytest.mark.parametrize(
    "entry",
    [
        {"authorities": ["A"]},
        {"namespace": "", "authorities": ["A"]},
        {"namespace": "more"},
        {"namespace": "more", "authorities": []},
        {"namespace": "more", "readAuthorities": ["A"], "writeAuthorities": ["A"]},
    ],
    ids=["no namespace", "empty", "no authorities", "none", "unknown"],
)
def test_an_additional_namespace_says_who_may_use_it(api: ApiClient, entry: dict[str, object]) -> None:
    answer = post_zip(api, app_zip({"activities": dhis(additionalNamespaces=[entry])}))

    assert answer.status == 409
    assert answer.json["message"] == (
        "An additional namespace declaration in the manifest does not define all required properties"
    )


def test_a_namespace_in_use_is_told_before_the_zip_is_judged(api: ApiClient) -> None:
    install(api, name="First", activities=dhis(namespace="taken"))

    answer = post_zip(api, app_zip({"name": "Second", "activities": dhis(namespace="taken")}, {"../evil": "x"}))

    assert answer.json["message"] == "Namespace defined in manifest is already in use"
