"""Personal access tokens (DHIS2 2.42)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from configuration.settings import store_settings
from tests.harness.client import Answer, ApiClient
from tests.personas import persona, private
from users.models import ApiToken, TwoFactorType, User
from users.token_format import V1, V2, digest, has_valid_checksum, new_token

pytestmark = pytest.mark.django_db
TOKENS = "/api/apiToken"


def make(api: ApiClient, body: Mapping[str, Any] | None = None, user: str = "outsider") -> tuple[str, str]:
    """Uid and text of a new token."""
    answer = api.post(TOKENS, body or {}, user=user)
    assert answer.status == 201, answer
    return answer.json["response"]["uid"], answer.json["response"]["key"]


def call(
    api: ApiClient, text: str, path: str = "/api/me?fields=username", method: str = "GET", **headers: str
) -> Answer:
    return api.request(method, path, user=None, headers={"Authorization": f"ApiToken {text}"} | headers)


def test_a_token_is_made_and_used(api: ApiClient, outsider: User) -> None:
    answer = api.post(TOKENS, {}, user="outsider")

    assert answer.status == 201
    response = answer.json["response"]
    assert answer.headers["Location"] == f"http://testserver/api/apiToken/{response['uid']}"
    assert response == {
        "responseType": "ApiTokenCreationResponse", "key": response["key"], "uid": response["uid"],
        "klass": "org.hisp.dhis.security.apikey.ApiToken", "errorReports": [],
    }  # fmt: skip
    assert call(api, response["key"]).json == {"username": "outsider"}


def test_a_token_sets_no_cookie(api: ApiClient, outsider: User) -> None:
    _, text = make(api)
    client = Client()
    answer = client.get("/api/me", headers={"Authorization": f"ApiToken {text}"})
    assert (answer.status_code, dict(answer.cookies)) == (200, {})


@pytest.mark.parametrize("scheme", ["ApiToken", "apitoken", "APITOKEN"])
def test_the_scheme_is_written_in_any_case(api: ApiClient, outsider: User, scheme: str) -> None:
    _, text = make(api)
    assert api.get("/api/me", user=None, headers={"Authorization": f"{scheme} {text}"}).status == 200


@pytest.mark.parametrize("path", ["/api/apiToken", "/api/apiTokens"])
def test_lists_show_the_own_tokens_and_no_digest(api: ApiClient, outsider: User, path: str) -> None:
    uid, text = make(api, {"code": "CI"})
    make(api, user="admin")

    shown = api.get(f"{path}?fields=*", user="outsider")
    (token,) = shown.json["apiToken"]
    assert (token["id"], token["code"], token["version"], token["type"]) == (uid, "CI", 2, "PERSONAL_ACCESS_TOKEN_V2")
    assert "key" not in token
    assert text not in shown.text
    assert digest(text) not in shown.text
    assert digest(text) not in api.get(f"{path}/{uid}?fields=*,key", user="outsider").text


def test_a_token_lives_for_thirty_days_unless_it_says_otherwise(api: ApiClient, outsider: User) -> None:
    uid, _ = make(api)
    expire = api.get(f"{TOKENS}/{uid}", user="outsider").json["expire"]
    assert abs(expire - (time.time() + 30 * 86400) * 1000) < 60_000
    make(api, {"expire": None})
    uid, _ = make(api, {"expire": 1_793_400_000_000})
    assert api.get(f"{TOKENS}/{uid}", user="outsider").json["expire"] == 1_793_400_000_000


def test_tokens_of_others_do_not_exist(api: ApiClient, outsider: User) -> None:
    uid, _ = make(api, user="admin")
    # Whatever their sharing says.
    ApiToken.objects.filter(uid=uid).update(sharing=private() | {"public": "rw------"})

    for method, body in (("GET", None), ("PUT", {}), ("PATCH", []), ("DELETE", None)):
        assert api.request(method, f"{TOKENS}/{uid}", body, user="outsider").status == 404
    assert api.get(f"{TOKENS}?fields=id", user="outsider").json["apiToken"] == []


def test_superusers_see_all_tokens(api: ApiClient, outsider: User) -> None:
    uid, _ = make(api)
    assert api.get(f"{TOKENS}/{uid}").status == 200
    assert {"id": uid} in api.get(f"{TOKENS}?fields=id").json["apiToken"]


def test_a_deleted_token_ends_at_once(api: ApiClient, outsider: User) -> None:
    uid, text = make(api)
    assert call(api, text).status == 200
    assert api.delete(f"{TOKENS}/{uid}", user="outsider").status == 200
    answer = call(api, text)
    assert (answer.status, answer.json["message"]) == (401, "The API token does not exists")
    assert answer.headers["WWW-Authenticate"] == "ApiToken"


def test_a_token_is_changed_but_for_what_makes_it_a_token(api: ApiClient, outsider: User) -> None:
    uid, text = make(api)
    patch = [
        {"op": "add", "path": "/code", "value": "NEW"},
        {"op": "add", "path": "/attributes", "value": [{"type": "MethodAllowedList", "allowedMethods": ["GET"]}]},
    ]
    assert api.patch(f"{TOKENS}/{uid}", patch, user="outsider").status == 200
    assert call(api, text, method="DELETE", path=f"{TOKENS}/{uid}").status == 401
    key = ApiToken.objects.get(uid=uid).key
    api.patch(f"{TOKENS}/{uid}", [{"op": "add", "path": "/key", "value": digest("mine")}], user="outsider")
    assert ApiToken.objects.get(uid=uid).key == key


def test_a_token_is_put_back_with_another_end(api: ApiClient, outsider: User) -> None:
    uid, text = make(api)
    shown = api.get(f"{TOKENS}/{uid}", user="outsider").json
    later = shown["expire"] + 1
    assert api.put(f"{TOKENS}/{uid}", shown | {"expire": later}, user="outsider").status == 200
    assert ApiToken.objects.get(uid=uid).expire == later
    patch = [{"op": "replace", "path": "/expire", "value": later + 1}]
    assert api.patch(f"{TOKENS}/{uid}", patch, user="outsider").status == 200
    found = api.get(f"{TOKENS}?filter=expire:eq:{later + 1}&fields=id", user="outsider").json
    assert found["apiToken"] == [{"id": uid}]
    assert api.put(f"{TOKENS}/{uid}", shown | {"expire": 2**53}, user="outsider").status == 400
    assert call(api, text).status == 200


def test_a_patch_keeps_attributes_valid(api: ApiClient, outsider: User) -> None:
    uid, _ = make(api)
    bad = [{"op": "add", "path": "/attributes", "value": [{"type": "IpAllowedList", "allowedIps": ["here"]}]}]
    answer = api.patch(f"{TOKENS}/{uid}", bad, user="outsider")
    assert (answer.status, ApiToken.objects.get(uid=uid).attributes) == (409, [])


def test_tokens_are_not_made_by_a_metadata_import(api: ApiClient, admin: User) -> None:
    token = {"id": "tW4cRm9KxQe", "version": 2, "type": "PERSONAL_ACCESS_TOKEN_V2", "expire": 1_993_400_000_000}
    for name in ("apiToken", "apiTokens"):
        api.post("/api/metadata", {name: [token | {"key": digest("mine")}]})
    assert not ApiToken.objects.exists()
    assert "apiToken" not in api.get("/api/metadata?apiToken=true").text


@pytest.mark.parametrize(
    ("attribute", "message"),
    [
        ({"type": "IpAllowedList", "allowedIps": ["10.0.0.256"]}, "Not a valid ip address, value=10.0.0.256"),
        ({"type": "MethodAllowedList", "allowedMethods": ["FETCH"]}, "Not a valid http method, value=FETCH"),
        ({"type": "RefererAllowedList", "allowedReferrers": ["here"]}, "Not a valid referrer url, value=here"),
        ({"type": "Other"}, "Not a valid attribute type, value=Other"),
        ({"type": []}, "Not a valid attribute type, value=[]"),
    ],
)
def test_attributes_are_checked(api: ApiClient, outsider: User, attribute: dict[str, Any], message: str) -> None:
    answer = api.post(TOKENS, {"attributes": [attribute]}, user="outsider")
    assert answer.status == 409
    assert answer.json["message"] == f"Failed to validate the token's attributes, message: {message}"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    "body", [[], {"expire": "soon"}, {"expire": True}, {"expire": -1}, {"code": 7}, {"code": "x" * 51}]
)
def test_a_token_of_other_types_is_refused(api: ApiClient, outsider: User, body: Any) -> None:
    assert api.post(TOKENS, body, user="outsider").status == 400


def test_two_tokens_cannot_have_one_code(api: ApiClient, outsider: User) -> None:
    make(api, {"code": "CI"})
    answer = api.post(TOKENS, {"code": "CI"}, user="outsider")
    assert (answer.status, answer.json["message"]) == (409, "Property `code` with value `CI` already exists")


@pytest.mark.parametrize("header", ["ApiTokenxyz", "ApiToken", "ApiToken  x", "ApiToken a b", "ApiToken ä"])
def test_a_malformed_header_is_a_400(api: ApiClient, db: None, header: str) -> None:
    answer = api.get("/api/me", user=None, headers={"Authorization": header})
    assert (answer.status, answer.json["message"]) == (400, "Api token is malformed")
    assert answer.headers["WWW-Authenticate"] == "ApiToken"


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("a" if t[-1] != "a" else "b"), lambda t: t[:-1], lambda t: "x" + t]
)
def test_a_wrong_checksum_is_a_400(api: ApiClient, outsider: User, change: Any) -> None:
    _, text = make(api)
    answer = call(api, change(text))
    assert (answer.status, answer.json["message"]) == (400, "Checksum validation failed")


def test_an_expired_token(api: ApiClient, outsider: User) -> None:
    _, text = make(api, {"expire": int(time.time() * 1000) - 1})
    answer = call(api, text)
    assert answer.status == 401
    assert answer.json["message"] == "Failed to authenticate API token, token has expired."


def test_allowed_addresses(api: ApiClient, outsider: User) -> None:
    _, text = make(api, {"attributes": [{"type": "IpAllowedList", "allowedIps": ["10.0.0.5"]}]})
    answer = call(api, text)
    assert answer.status == 401
    assert answer.json["message"] == "Failed to authenticate API token, request ip address is not allowed."
    assert call(api, text, **{"X-Forwarded-For": "10.0.0.5"}).status == 200


def test_allowed_methods(api: ApiClient, outsider: User) -> None:
    _, text = make(api, {"attributes": [{"type": "MethodAllowedList", "allowedMethods": ["POST"]}]})
    answer = call(api, text)
    assert answer.status == 401
    assert answer.json["message"] == "Failed to authenticate API token, request http method is not allowed."
    assert call(api, text, "/api/me/verifyPassword", "POST").status == 409  # let in, and told what is missing


def test_allowed_referrers(api: ApiClient, outsider: User) -> None:
    lists = {"attributes": [{"type": "RefererAllowedList", "allowedReferrers": ["https://app.example.org"]}]}
    _, text = make(api, lists)
    message = "Failed to authenticate API token, request http referrer is missing or not allowed."
    assert (call(api, text).status, call(api, text).json["message"]) == (401, message)
    assert call(api, text, Referer="https://other.example.org").status == 401
    assert call(api, text, Referer="https://App.example.org").status == 200


def test_a_restricted_token_is_no_way_to_an_unrestricted_one(api: ApiClient, outsider: User) -> None:
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    uid, text = make(api, {"attributes": [{"type": "MethodAllowedList", "allowedMethods": methods}]})
    for method, path in (("POST", TOKENS), ("PUT", f"{TOKENS}/{uid}"), ("PATCH", f"{TOKENS}/{uid}")):
        answer = call(api, text, path, method)
        assert (answer.status, answer.json["message"]) == (403, "A token with restrictions can not make other tokens")
    free = {"Authorization": f"ApiToken {make(api)[1]}"}
    assert api.post(TOKENS, {}, user=None, headers=free).status == 201


def test_empty_lists_allow_everything(api: ApiClient, outsider: User) -> None:
    lists = [{"type": "IpAllowedList", "allowedIps": []}, {"type": "MethodAllowedList"}]
    _, text = make(api, {"attributes": lists})
    assert call(api, text).status == 200


@pytest.mark.parametrize(
    "columns",
    [
        {"disabled": True},
        {"account_expiry": timezone.now() - timedelta(days=1)},
        {"two_factor_type": TwoFactorType.TOTP_ENABLED},
        {"failed_logins": 4, "last_failed_login": timezone.now() + timedelta(hours=1)},  # not long ago in a long run
        {"password_last_updated": timezone.now() - timedelta(days=100)},
    ],
    ids=["disabled", "expired", "second factor", "locked", "old password"],
)
def test_a_closed_account_closes_its_tokens_at_once(api: ApiClient, outsider: User, columns: dict[str, Any]) -> None:
    store_settings({"keyLockMultipleFailedLogins": True, "credentialsExpires": 3})
    _, text = make(api)
    assert call(api, text).status == 200
    User.objects.filter(pk=outsider.pk).update(**columns)
    answer = call(api, text)
    assert (answer.status, answer.json["message"]) == (401, "The API token is disabled, locked or 2FA is enabled.")


def test_a_token_goes_with_its_user(api: ApiClient, admin: User) -> None:
    persona("leaver", ["F_DATAVALUE_ADD"])
    _, text = make(api, user="leaver")
    assert api.delete(f"/api/users/{User.objects.get(username='leaver').uid}").status == 200
    assert call(api, text).status == 401


def test_the_current_user_shows_tokens_by_id(api: ApiClient, outsider: User) -> None:
    uid, _ = make(api, {"code": "CI"})
    assert api.get("/api/me?fields=patTokens", user="outsider").json == {"patTokens": [{"id": uid}]}
    shown = api.get("/api/me?fields=patTokens[code,version]", user="outsider").json
    assert shown == {"patTokens": [{"code": "CI", "version": 2}]}


KNOWN = [
    "d2p_lyt5j9WqXaVzJsUhvGJ1w0Ea5GL4jkszazPSWo5HWLFC1QnPCi",
    "d2pat_5xVA12xyUbWNedQxy4ohH77WlxRGVvZZ1151814092",
    "d2pat_e0b5Y9bXWtUcfEY8BMHHj9aJZkXCQ7O50174669582",
]


@pytest.mark.parametrize("text", KNOWN)
def test_tokens_of_every_server_are_recognised(text: str) -> None:
    assert has_valid_checksum(text)


def test_new_tokens_have_the_format_of_today() -> None:
    text = new_token()
    assert (len(text), text[:4], text[4].isalpha(), has_valid_checksum(text)) == (54, "d2p_", True, True)


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=44, max_size=44))
def test_a_checksum_fits_its_code_padded_or_plain(code: str) -> None:
    for padded in (True, False):
        assert has_valid_checksum(V2.prefix + code + V2.checksum(code, padded=padded))
        assert has_valid_checksum(V1.prefix + code[:32] + V1.checksum(code[:32], padded=padded))


@given(st.text(max_size=80))
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not has_valid_checksum("d2p_" + text) or len(text) == 50
