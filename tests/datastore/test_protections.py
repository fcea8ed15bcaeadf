"""Namespaces that not everybody may use (DHIS2 2.42, data store, namespace protection)."""

from __future__ import annotations

from typing import Any

import pytest

from apps import namespaces
from apps.models import NamespaceReservation
from datastore.models import DatastoreEntry
from datastore.protections import BUILT_IN, Mode, Protection
from tests.datastore.test_entries import told
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
HIDDEN = "/api/dataStore/METADATASTORE"
ANDROID = "/api/dataStore/ANDROID_SETTINGS_APP"
SMS = "/api/dataStore/sms-config"
CALLS = [("GET", "", None), ("GET", "/keys", None), ("GET", "?fields=.", None), ("GET", "/k", None),
         ("GET", "/k/metaData", None), ("POST", "/k", 1), ("PUT", "/k", 1), ("DELETE", "/k", None),
         ("DELETE", "", None)]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_restricted_namespace(api: ApiClient, outsider: User, method: str, path: str, body: Any) -> None:
    api.post(f"{SMS}/k", 7)

    answer = api.request(method, SMS + path, body, user="outsider")
    assert told(answer) == (403, "Namespace 'sms-config' is protected, access denied", None)
    assert api.get(f"{SMS}/k").json == 7


def test_the_name_of_a_restricted_namespace_is_known(api: ApiClient, outsider: User) -> None:
    api.post(f"{SMS}/k", 7)

    assert "sms-config" in api.get("/api/dataStore", user="outsider").json


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_any_one_authority_opens(api: ApiClient, method: str, path: str, body: Any) -> None:
    persona("texter", ["F_MOBILE_SENDSMS"])
    if method != "POST":
        api.post(f"{SMS}/k", 7)

    assert api.request(method, SMS + path, body, user="texter").status in (200, 201)


def test_a_hidden_namespace_seems_not_to_be_there(api: ApiClient, outsider: User) -> None:
    api.post(f"{HIDDEN}/k", 7)

    assert "METADATASTORE" not in api.get("/api/dataStore", user="outsider").json
    assert "METADATASTORE" in api.get("/api/dataStore").json
    assert told(api.get(HIDDEN, user="outsider"))[1] == "Namespace not found: 'METADATASTORE'"
    for path in ("/k", "/k/metaData"):
        assert told(api.get(HIDDEN + path, user="outsider"))[0] == 404
    assert api.get(f"{HIDDEN}?fields=.", user="outsider").json["entries"] == []
    assert told(api.delete(f"{HIDDEN}/k", user="outsider"))[0] == 404
    assert told(api.delete(HIDDEN, user="outsider"))[0] == 404
    assert api.get(f"{HIDDEN}/k").json == 7


def test_what_is_written_to_a_hidden_namespace_is_dropped_as_if_it_were_stored(api: ApiClient, outsider: User) -> None:
    api.post(f"{HIDDEN}/old", 7)

    assert told(api.post(f"{HIDDEN}/new", 1, user="outsider")) == (201, "Key 'new' created.", None)
    assert api.put(f"{HIDDEN}/old", 1, user="outsider").status == 201
    assert api.post(f"{HIDDEN}/old", 1, user="outsider").status == 201
    assert api.post(f"{HIDDEN}/bad", "{", user="outsider").status == 400
    assert api.get(f"{HIDDEN}?fields=.").json["entries"] == [{"key": "old", "value": 7}]


def test_everybody_reads_the_settings_of_android_and_few_write_them(api: ApiClient, outsider: User) -> None:
    persona("android_admin", ["M_androidsettingsapp"])
    api.post(f"{ANDROID}/k", 7, user="android_admin")

    for path in ("", "/keys", "/k", "/k/metaData", "?fields=."):
        assert api.get(ANDROID + path, user="outsider").status == 200
    for method, path, body in (("POST", "/new", 1), ("PUT", "/k", 1), ("DELETE", "/k", None), ("DELETE", "", None)):
        answer = api.request(method, ANDROID + path, body, user="outsider")
        assert told(answer) == (403, "Namespace 'ANDROID_SETTINGS_APP' is protected, access denied", None)
    assert api.put(f"{ANDROID}/k", 8, user="android_admin").status == 200


def test_a_fault_of_the_body_is_told_before_the_refusal_to_write(api: ApiClient, outsider: User) -> None:
    api.post(f"{ANDROID}/k", 7)

    assert api.put(f"{ANDROID}/k", "{", user="outsider").status == 400
    assert api.post(f"{ANDROID}/new", "{", user="outsider").status == 400
    assert api.post(f"{ANDROID}/k", 1, user="outsider").status == 409


@pytest.mark.parametrize(
    ("namespace", "reads", "writes", "authorities"),
    [
        ("METADATASTORE", "HIDDEN", "HIDDEN", ["F_METADATA_MANAGE"]),
        ("ANDROID_SETTINGS_APP", "NONE", "RESTRICTED", ["M_androidsettingsapp"]),
        ("capture", "NONE", "RESTRICTED", ["F_CAPTURE_DATASTORE_UPDATE"]),
        ("ORG_UNIT_PROFILE", "NONE", "RESTRICTED", ["ALL", "F_ORG_UNIT_PROFILE_ADD"]),
        ("settings-translations", "RESTRICTED", "RESTRICTED", ["F_SYSTEM_SETTING"]),
        ("sms-config", "RESTRICTED", "RESTRICTED", ["F_MOBILE_SENDSMS"]),
    ],
)
def test_the_servers_own_protections(
    api: ApiClient, namespace: str, reads: str, writes: str, authorities: list[str]
) -> None:
    shown = {"namespace": namespace, "reads": reads, "writes": writes, "readAuthorities": authorities,
             "writeAuthorities": authorities}  # fmt: skip

    assert api.get(f"/api/dataStore/protections?namespace={namespace}").json == shown
    assert shown in api.get("/api/dataStore/protections").json
    assert len(BUILT_IN) == 6


def test_an_unprotected_namespace_has_an_empty_answer(api: ApiClient) -> None:
    answer = api.get("/api/dataStore/protections?namespace=pets")

    assert (answer.status, answer.content) == (200, b"")


def test_protections_are_for_who_manages_apps(api: ApiClient, outsider: User) -> None:
    persona("app_keeper", ["M_dhis-web-app-management"])

    assert api.get("/api/dataStore/protections", user="app_keeper").status == 200
    assert told(api.get("/api/dataStore/protections", user="outsider")) == (
        403, "Access is denied, requires one Authority from [M_dhis-web-app-management]", None,
    )  # fmt: skip


def test_a_namespace_named_protections_can_be_written_and_removed(api: ApiClient) -> None:
    assert api.post("/api/dataStore/protections/k", 1).status == 201
    assert api.get("/api/dataStore/protections/k").json == 1
    assert told(api.delete("/api/dataStore/protections")) == (200, "Namespace deleted: 'protections'", None)


def test_sharing_counts_besides(api: ApiClient) -> None:
    persona("texter", ["F_MOBILE_SENDSMS"])
    api.post(f"{SMS}/k", 7)
    entry = DatastoreEntry.objects.get()
    DatastoreEntry.objects.update(sharing=entry.sharing | {"public": "--------"})

    assert told(api.get(f"{SMS}/k", user="texter"))[2] == "E1006"


@pytest.mark.parametrize("reads", list(Mode))
@pytest.mark.parametrize("writes", list(Mode))
def test_a_mode_without_authorities_closes_nothing(admin: User, reads: Mode, writes: Mode) -> None:
    gate = Protection("n", reads, writes, frozenset(), frozenset()).gate(persona("nobody").principal)

    assert (gate.reads, gate.writes) == (Mode.NONE, Mode.NONE)


@pytest.fixture
def reserved(db: None) -> str:
    """A namespace of an app that some may use and others only read."""
    NamespaceReservation.objects.create(
        namespace="beers", app_key="pub", read_authorities=["M_pub", "R_pub"], write_authorities=["M_pub"]
    )
    return "/api/dataStore/beers"


def test_an_apps_namespace(api: ApiClient, reserved: str, outsider: User) -> None:
    persona("landlord", ["M_pub"])
    persona("guest", ["R_pub"])

    assert api.post(f"{reserved}/stout", 1, user="landlord").status == 201
    assert [api.get(f"{reserved}/stout", user=user).status for user in ("landlord", "guest", "outsider")] == [
        200, 200, 403,
    ]  # fmt: skip
    assert [api.put(f"{reserved}/stout", 2, user=user).status for user in ("admin", "guest", "outsider")] == [
        200, 403, 403,
    ]  # fmt: skip
    assert "beers" in api.get("/api/dataStore", user="outsider").json


def test_the_protection_of_an_apps_namespace(api: ApiClient, reserved: str) -> None:
    shown = {"namespace": "beers", "reads": "RESTRICTED", "writes": "RESTRICTED", "readAuthorities": ["M_pub", "R_pub"],
             "writeAuthorities": ["M_pub"]}  # fmt: skip

    assert api.get("/api/dataStore/protections?namespace=beers").json == shown
    listed = api.get("/api/dataStore/protections").json
    assert shown in listed
    assert listed == sorted(listed, key=lambda protection: protection["namespace"])


def test_a_protection_goes_with_its_app(api: ApiClient, reserved: str, outsider: User) -> None:
    NamespaceReservation.objects.all().delete()

    assert api.post(f"{reserved}/stout", 1, user="outsider").status == 201


def test_an_app_cannot_open_a_namespace_of_the_server(api: ApiClient, outsider: User) -> None:
    NamespaceReservation.objects.create(
        namespace="sms-config", app_key="pub", read_authorities=["M_pub"], write_authorities=["M_pub"]
    )
    persona("landlord", ["M_pub"])

    assert api.get("/api/dataStore/sms-config", user="landlord").status == 403


def test_what_an_app_stored_goes_with_its_data(api: ApiClient) -> None:
    for path in ("pets/cat", "pets/cow", "plants/oak"):
        api.post(f"/api/dataStore/{path}", 1)

    for remove in namespaces.when_data_goes:
        remove("pets")

    assert api.get("/api/dataStore").json == ["plants"]


def test_no_app_takes_the_servers_own_data_along(api: ApiClient) -> None:
    """Who installs apps may write what he likes into a manifest."""
    for namespace in BUILT_IN:
        api.post(f"/api/dataStore/{namespace}/k", 1)

    for namespace in BUILT_IN:
        for remove in namespaces.when_data_goes:
            remove(namespace)

    assert set(api.get("/api/dataStore").json) == BUILT_IN.keys() - {"ANDROID_SETTINGS_APP"}
