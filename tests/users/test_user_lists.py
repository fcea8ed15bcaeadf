"""Which users lists show, look-up, roles that can be given (DHIS2 2.42, users, reading)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from configuration.settings import store_settings
from metadata.models import CaptureOrganisationUnit, OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona, private
from users.models import User, UserGroup, UserRole

pytestmark = pytest.mark.django_db
KEEPER = ["F_USER_ADD", "F_USER_VIEW", "F_DATAVALUE_ADD"]


def names(api: ApiClient, query: str, user: str = "admin") -> list[str]:
    answer = api.get(f"/api/users?fields=username&paging=false&{query}", user=user)
    assert answer.status == 200, answer
    return [shown["username"] for shown in answer.json["users"]]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Three users without a role in common."""
    now = timezone.now()
    found = {name: persona(name) for name in ("anna", "bernard", "chloe")}
    rows = {
        "anna": {"phone_number": "+23276", "last_login": now - timedelta(days=100), "email": "anna@moh.gov"},
        "bernard": {"last_login": now, "self_registered": True},
        "chloe": {"invitation": True, "restore_expires": now - timedelta(days=1), "surname": "Zoë"},
    }
    for name, columns in rows.items():
        User.objects.filter(username=name).update(**columns)
    return found


DAY = (timezone.now() - timedelta(days=30)).date().isoformat()
LISTS = [
    ("query=ANNA@moh", ["anna"]),
    ("query=chloe zoë", ["chloe"]),
    ("phoneNumber=%2B23276", ["anna"]),
    (f"lastLogin={DAY}&filter=username:in:[anna,bernard]", ["bernard"]),
    ("inactiveMonths=2", ["anna"]),
    (f"inactiveSince={DAY}", ["anna"]),
    ("selfRegistered=true", ["bernard"]),
    ("invitationStatus=all", ["chloe"]),
    ("invitationStatus=expired", ["chloe"]),
]


@pytest.mark.parametrize(("query", "expected"), LISTS)
def test_parameters(api: ApiClient, people: Any, query: str, expected: list[str]) -> None:
    assert names(api, query) == expected


def test_an_invitation_status_that_there_is_not(api: ApiClient, admin: User) -> None:
    assert api.get("/api/users?invitationStatus=maybe").status == 400


def test_lists_come_in_order_of_name_whatever_its_case(api: ApiClient, people: dict[str, User]) -> None:
    User.objects.filter(username="bernard").update(first_name="aaron")
    assert names(api, "filter=username:in:[anna,bernard,chloe]") == ["bernard", "anna", "chloe"]


def test_org_units(api: ApiClient, people: dict[str, User]) -> None:
    unit = OrganisationUnit.objects.exclude(parent=None).first()
    CaptureOrganisationUnit.objects.create(user=people["anna"], organisation_unit=unit)
    CaptureOrganisationUnit.objects.create(user=people["chloe"], organisation_unit=unit.parent)

    mine = "filter=username:in:[anna,bernard,chloe]"
    assert names(api, f"{mine}&ou={unit.uid}") == ["anna"]
    assert names(api, f"{mine}&ou={unit.parent.uid}&includeChildren=true") == ["anna", "chloe"]
    assert names(api, f"{mine}&ou={unit.uid}&orgUnitBoundary=TEI_SEARCH") == []
    reader = persona("reader", ["F_USER_VIEW"])
    CaptureOrganisationUnit.objects.create(user=reader, organisation_unit=unit.parent)
    assert names(api, f"{mine}&userOrgUnits=true", "reader") == ["chloe"]
    assert names(api, f"{mine}&userOrgUnits=true&includeChildren=true", "reader") == ["anna", "chloe"]


def test_an_unknown_unit_has_no_users(api: ApiClient, admin: User) -> None:
    assert names(api, "ou=zzzzzzzzzz1") == []


def managing(manager: User, *managed: User) -> None:
    """Put `manager` into a group that manages the group of the others."""
    others = UserGroup.objects.create(name="Managed", sharing=private())
    others.users.set(managed)
    own = UserGroup.objects.create(name="Managers", sharing=private())
    own.users.add(manager)
    own.managed_groups.add(others)


def test_who_is_managed(api: ApiClient, people: dict[str, User]) -> None:
    keeper = persona("keeper", KEEPER)
    managing(keeper, people["anna"], people["bernard"])
    assert names(api, "canManage=true", "keeper") == ["anna", "bernard"]


def test_who_manages_no_group_manages_nobody(api: ApiClient, people: dict[str, User]) -> None:
    persona("keeper", KEEPER)
    assert names(api, "canManage=true", "keeper") == []


def test_who_holds_no_more_than_the_caller(api: ApiClient, people: dict[str, User]) -> None:
    persona("keeper", KEEPER)
    persona("richer", ["F_SYSTEM_SETTING"])
    found = names(api, "authSubset=true&filter=username:in:[anna,admin,richer]", "keeper")
    assert found == ["anna"]


def test_superusers_manage_everybody(api: ApiClient, people: Any) -> None:
    assert set(names(api, "manage=true")) >= {"anna", "bernard", "chloe", "admin"}


def test_colleagues_of_a_role_are_not_offered_unless_the_setting_says_so(
    api: ApiClient, people: dict[str, User]
) -> None:
    keeper = persona("keeper", KEEPER)
    people["anna"].user_roles.add(keeper.user_roles.get())
    mine = "query=persona&filter=username:in:[anna,bernard]"
    assert names(api, mine, "keeper") == ["bernard"]
    store_settings({"keyCanGrantOwnUserAuthorityGroups": True})
    assert names(api, mine, "keeper") == ["anna", "bernard"]


def test_roles_that_can_be_given(api: ApiClient, admin: User) -> None:
    keeper = persona("keeper", [*KEEPER, "F_USERROLE_PUBLIC_ADD"])
    public = private() | {"public": "r-------"}
    UserRole.objects.create(name="Less", authorities=["F_DATAVALUE_ADD"], sharing=public)
    UserRole.objects.create(name="More", authorities=["F_SYSTEM_SETTING"], sharing=public)
    UserRole.objects.filter(users=keeper).update(sharing=public)

    def issuable() -> list[str]:
        found = api.get("/api/userRoles?canIssue=true&fields=name&paging=false", user="keeper").json["userRoles"]
        return [role["name"] for role in found if role["name"] in ("Less", "More", "Role of keeper")]

    assert issuable() == ["Less"]
    store_settings({"keyCanGrantOwnUserAuthorityGroups": True})
    assert issuable() == ["Less", "Role of keeper"]


def test_a_page_costs_the_same_whatever_is_on_it(api: ApiClient, admin: User) -> None:
    for number in range(12):
        persona(f"extra{number}", ["F_USER_VIEW"], ["Extras"])
    path = "/api/users?fields=id,username,userRoles[name],userGroups[name]&pageSize="
    api.get(path + "1")
    with query_counter() as few:
        api.get(path + "2")
    with query_counter() as many:
        api.get(path + "10")
    assert few.count == many.count


@pytest.mark.parametrize("identifier", ["username", "uid"])
def test_anybody_looks_up_a_user(api: ApiClient, outsider: User, people: dict[str, User], identifier: str) -> None:
    anna = people["anna"]
    assert api.get(f"/api/userLookup/{getattr(anna, identifier)}", user="outsider").json == {
        "id": anna.uid, "username": "anna", "firstName": "Anna", "surname": "Persona", "displayName": "Anna Persona",
    }  # fmt: skip


def test_nobody_is_looked_up(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/userLookup/nobody", user="outsider")
    assert (answer.status, answer.content) == (200, b"")


def test_a_look_up_finds_at_most_25(api: ApiClient, people: Any) -> None:
    for number in range(30):
        persona(f"many{number}")
    assert [u["username"] for u in api.get("/api/userLookup?query=BERNARD", user="anna").json["users"]] == ["bernard"]
    assert len(api.get("/api/userLookup?query=many", user="anna").json["users"]) == 25
    assert api.get("/api/userLookup", user="anna").status == 400


def test_an_address_is_no_riddle_to_guess(api: ApiClient, people: dict[str, User], outsider: User) -> None:
    User.objects.filter(pk=people["chloe"].pk).update(email="secret@address.org")

    def found(query: str, user: str) -> list[str]:
        shown = api.get(f"/api/userLookup?query={query}", user=user).json["users"]
        return [u["username"] for u in shown]

    assert found("secret@addr", "outsider") == []
    assert found("Secret@address.org", "outsider") == ["chloe"]
    assert found("secret@addr", "admin") == ["chloe"]


def test_no_group_receives_feedback(api: ApiClient, outsider: User) -> None:
    answer = api.get("/api/userLookup/feedbackRecipients?query=a", user="outsider")
    assert (answer.status, answer.json["errorCode"]) == (409, "E6200")


def test_a_look_up_within_the_own_units(api: ApiClient, people: dict[str, User]) -> None:
    unit = OrganisationUnit.objects.exclude(parent=None).first()
    CaptureOrganisationUnit.objects.create(user=people["anna"], organisation_unit=unit.parent)
    CaptureOrganisationUnit.objects.create(user=people["chloe"], organisation_unit=unit)
    found = api.get("/api/userLookup?query=e&orgUnitBoundary=DATA_CAPTURE", user="anna").json["users"]
    assert "chloe" in [u["username"] for u in found]
    assert "bernard" not in [u["username"] for u in found]


def test_all_authorities_are_listed_in_order(api: ApiClient, outsider: User) -> None:
    listed = api.get("/api/authorities", user="outsider").json["systemAuthorities"]
    ids = {entry["id"] for entry in listed}
    assert ids >= {"ALL", "F_USER_ADD", "M_androidsettingsapp", "F_DATAELEMENT_PUBLIC_ADD", "M_dhis-web-maintenance"}
    assert ids.isdisjoint({"M_dhis-web-login", "M_dhis-web-global-shell", "M_dhis-web-user-profile"})
    shown = [entry["name"].lower() for entry in listed]
    assert shown == sorted(shown)
