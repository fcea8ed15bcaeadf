"""`/api/me` and what hangs below it (DHIS2 2.42, users, /api/me)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import CaptureOrganisationUnit, CategoryCombo, DataSet, OrganisationUnit, Program
from tests.harness.client import PERSONA_PASSWORD, ApiClient
from tests.objects.elements import DAY
from tests.personas import persona, private
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db
USER_SETTINGS = {
    "keyStyle": "light_blue/light_blue.css", "keyMessageEmailNotification": False, "keyMessageSmsNotification": False,
    "keyUiLocale": "en", "keyDbLocale": "en", "keyAnalysisDisplayProperty": "name", "keyTrackerDashboardLayout": "",
}  # fmt: skip


def me(api: ApiClient, fields: str = "", user: str = "outsider") -> dict[str, Any]:
    answer = api.get(f"/api/me?fields={fields}" if fields else "/api/me", user=user)
    assert answer.status == 200, answer
    return answer.json


def test_all_members(api: ApiClient, outsider: User) -> None:
    unit = OrganisationUnit.objects.get(uid="ImspTQPwCqd")
    CaptureOrganisationUnit.objects.create(user=outsider, organisation_unit=unit)

    # Those of the demo are everybody's.
    programs = set(Program.objects.values_list("uid", flat=True))

    found = me(api)

    expected = {
        "id": outsider.uid, "username": "outsider", "firstName": "Outsider", "surname": "Persona",
        "name": "Outsider Persona", "displayName": "Outsider Persona", "emailVerified": False,
        "organisationUnits": [{"id": "ImspTQPwCqd"}], "dataViewOrganisationUnits": [], "teiSearchOrganisationUnits": [],
        "userGroups": [], "authorities": [], "patTokens": [], "attributeValues": [],
        "twoFactorType": "NOT_ENABLED", "settings": USER_SETTINGS,
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert set(found["programs"]) == programs
    assert found["userCredentials"]["username"] == "outsider"
    assert set(found["access"]) == {"manage", "externalize", "write", "read", "update", "delete"}
    assert "password" not in str(found).lower().replace("passwordlastupdated", "")


def test_authorities_are_not_expanded(api: ApiClient) -> None:
    persona("reader", ["F_B", "F_A"])

    assert me(api, "authorities", "admin") == {"authorities": ["ALL"]}
    assert me(api, "authorities", "reader") == {"authorities": ["F_A", "F_B"]}
    assert api.get("/api/me/authorities", user="reader").json == ["F_A", "F_B"]
    assert api.get("/api/me/authorization", user="reader").headers["Cache-Control"] == "no-store"
    held = [api.get(f"/api/me/{path}/{a}", user=user).json for path in ("authorities", "authorization")
            for user, a in (("reader", "F_A"), ("reader", "F_C"), ("admin", "F_C"))]  # fmt: skip
    assert held == [True, False, True] * 2


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("settings[keyUiLocale]", {"settings": {"keyUiLocale": "en"}}),
        ("username,settings[keyStyle,nothing]",
         {"username": "outsider", "settings": {"keyStyle": USER_SETTINGS["keyStyle"]}}),
        ("authorities~size~rename(n)", {"n": 0}), ("id,!id", {}), ("!settings,username", {"username": "outsider"}),
    ],
)  # fmt: skip
def test_fields(api: ApiClient, outsider: User, fields: str, expected: dict[str, Any]) -> None:
    assert me(api, fields) == expected


def test_groups_and_roles_are_those_that_i_may_read(api: ApiClient) -> None:
    user = persona("member", groups=["Mine"])
    secret = UserGroup.objects.create(name="Secret", sharing=private())
    secret.users.add(user)
    role = user.user_roles.get()

    assert me(api, "userGroups[name],userRoles[name]", "member") == {
        "userGroups": [{"name": "Mine"}], "userRoles": [{"name": role.name}],
    }  # fmt: skip
    role.sharing = private()
    role.save()
    assert me(api, "userRoles", "member") == {"userRoles": []}
    assert me(api, "userCredentials[userRoles]", "member") == {"userCredentials": {"userRoles": []}}
    assert me(api, "userCredentials~rename(c)", "member")["c"]["userRoles"] == []


def test_data_sets_are_those_whose_data_i_may_read(api: ApiClient, outsider: User) -> None:
    combo = CategoryCombo.objects.get(name="default")
    grants = {
        "readDataSe1": private() | {"users": {outsider.uid: {"id": outsider.uid, "access": "--r-----"}}},
        "ownDataSet1": private(outsider.uid), "publicData1": private() | {"public": "rwr-----"},
        "metaOnlyDs1": private() | {"public": "rw------"},
    }  # fmt: skip
    DataSet.objects.all().update(sharing=private())
    for uid, sharing in grants.items():
        DataSet.objects.create(uid=uid, name=uid, short_name=uid, period_type="Monthly", category_combo=combo,
                               sharing=sharing, created=DAY, last_updated=DAY)  # fmt: skip

    assert me(api, "dataSets") == {"dataSets": ["readDataSe1", "publicData1"]}
    assert len(me(api, "dataSets", "admin")["dataSets"]) == DataSet.objects.count()


def test_settings(api: ApiClient, outsider: User) -> None:
    User.objects.filter(pk=outsider.pk).update(settings={"keyUiLocale": "fr", "secret": "x"})

    assert api.get("/api/me/settings", user="outsider").json == USER_SETTINGS | {"keyUiLocale": "fr"}
    assert api.get("/api/me/settings?key=keyUiLocale&key=nothing", user="outsider").json == {"keyUiLocale": "fr"}


NEW = "Nouveau-2x"


def change(api: ApiClient, old: object, new: object) -> Any:
    return api.put("/api/me/changePassword", {"oldPassword": old, "newPassword": new}, user="outsider")


def test_a_changed_password_counts_at_once(api: ApiClient, outsider: User) -> None:
    answer = change(api, PERSONA_PASSWORD, NEW)

    assert (answer.status, answer.content) == (202, b"")
    assert api.get("/api/me", user="outsider").status == 401
    assert api.get("/api/me", user="outsider", password=NEW).status == 200


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (None, NEW, "OldPassword and newPassword must be provided"),
        (PERSONA_PASSWORD, "", "OldPassword and newPassword must be provided"),
        (7, [], "OldPassword and newPassword must be provided"), ("wrong", NEW, "OldPassword is incorrect"),
        (PERSONA_PASSWORD, "Short-1", "Password must have at least 8, and at most 72 characters"),
        (PERSONA_PASSWORD, "Aa1-" * 19, "Password must have at least 8, and at most 72 characters"),
        (PERSONA_PASSWORD, "Nouveau--", "Password must have at least one digit"),
        (PERSONA_PASSWORD, "nouveau-2", "Password must have at least one upper case"),
        (PERSONA_PASSWORD, "NOUVEAU-2", "Password must have at least one lower case"),
        (PERSONA_PASSWORD, "Nouveau22", "Password must have at least one special character"),
        (PERSONA_PASSWORD, "My-Login-22", "Password must not have any generic word"),
        (PERSONA_PASSWORD, "Outsider-2", "Username/Email must not be a part of password"),
        (PERSONA_PASSWORD, " " * 9, "Username or Password is missing"),
    ],
)  # fmt: skip
def test_passwords_that_are_refused(api: ApiClient, outsider: User, old: Any, new: Any, message: str) -> None:
    answer = change(api, old, new)

    assert (answer.status, answer.json["message"]) == (409, message)
    assert api.get("/api/me", user="outsider").status == 200


def test_passwords_are_verified_and_validated(api: ApiClient, outsider: User) -> None:
    def post(path: str, body: Any, content_type: str = "text/plain") -> Any:
        return api.post(f"/api/me/{path}", body, user="outsider", content_type=content_type).json

    assert post("verifyPassword", PERSONA_PASSWORD) == {"isCorrectPassword": True}
    assert post("verifyPassword", {"password": "x"}, "application/json") == {"isCorrectPassword": False}
    assert post("verifyPassword", {}, "application/json")["message"] == "Required attribute 'password' missing or null."
    assert post("validatePassword", NEW) == {"isValidPassword": True}
    assert post("validatePassword", "x") == {
        "isValidPassword": False, "errorMessage": "Password must have at least 8, and at most 72 characters",
    }  # fmt: skip


def test_the_own_profile_changes_without_any_authority(api: ApiClient, outsider: User) -> None:
    sent = {
        "firstName": "Out", "surname": "Sider", "email": "out@side.org", "phoneNumber": "+232 76",
        "whatsApp": "+23276123", "birthday": "1990-02-03", "jobTitle": "Clerk", "languages": "en, fr",
        "introduction": "",
    }  # fmt: skip
    answer = api.put("/api/me", sent, user="outsider")

    assert answer.status == 200
    assert (answer.json["name"], answer.json["jobTitle"], answer.json["settings"]) == (
        "Out Sider",
        "Clerk",
        USER_SETTINGS,
    )
    found = me(api, "firstName,email,whatsApp,birthday,languages")
    assert found == {
        "firstName": "Out", "email": "out@side.org", "whatsApp": "+23276123", "birthday": "1990-02-03T00:00:00.000",
        "languages": "en, fr",
    }  # fmt: skip


def test_empty_members_of_a_profile_change_nothing(api: ApiClient, outsider: User) -> None:
    api.put("/api/me", {"jobTitle": "Clerk"}, user="outsider")
    api.put("/api/me", {"jobTitle": "", "surname": None}, user="outsider")
    assert me(api, "jobTitle,surname") == {"jobTitle": "Clerk", "surname": "Persona"}


def test_a_profile_holds_no_roles_groups_units_or_names(api: ApiClient, admin: User, outsider: User) -> None:
    superuser = admin.user_roles.get()
    sent = {
        "username": "boss", "userRoles": [{"id": superuser.uid}], "disabled": True, "password": "Nouveau-2x",
        "organisationUnits": [{"id": "ImspTQPwCqd"}], "userCredentials": {"username": "boss", "disabled": True},
        "userGroups": [], "surname": "Boss", "twoFactorType": "TOTP_ENABLED", "verifiedEmail": "boss@moh.gov",
    }  # fmt: skip
    assert api.put("/api/me", sent, user="outsider").status == 200
    found = me(api, "username,surname,authorities,organisationUnits,disabled,emailVerified,twoFactorType")
    assert found == {
        "username": "outsider", "surname": "Boss", "authorities": [], "organisationUnits": [], "disabled": False,
        "emailVerified": False, "twoFactorType": "NOT_ENABLED",
    }  # fmt: skip


def test_a_whats_app_number_is_a_number(api: ApiClient, outsider: User) -> None:
    answer = api.put("/api/me", {"whatsApp": "call me"}, user="outsider")
    assert (answer.status, answer.json["message"]) == (409, "Invalid format for WhatsApp value 'call me'")


def test_a_profile_names_the_member_at_fault(api: ApiClient, outsider: User) -> None:
    answer = api.put("/api/me", {"email": "nobody", "surname": "Sider"}, user="outsider")
    assert answer.status == 409
    assert answer.json["response"]["errorReports"][0]["errorProperty"] == "email"
    assert me(api, "surname") == {"surname": "Persona"}


def test_nothing_is_unread(api: ApiClient, outsider: User) -> None:
    found = api.get("/api/me/dashboard", user="outsider").json
    assert found == {"unreadMessageConversations": 0, "unreadInterpretations": 0}
