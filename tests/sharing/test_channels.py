"""Whatever way a user comes, he finds the same objects: lists, single objects, counts, exports and gists agree with
one reference, for random users and random graphs of objects."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dhis2api.objects.registry import get_schema
from dhis2api.objects.uids import generate_uid
from metadata.models import CategoryCombo, CategoryOption, CategoryOptionCombo, Dashboard
from tests.harness.client import ApiClient
from tests.objects.elements import DAY, element, group, store
from tests.personas import persona
from tests.sharing.shared import shared
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db

STRINGS = st.sampled_from(["".join(letters) + "----" for letters in product("r-", "w-", "r-", "w-")])
PEOPLE, GROUPS = ("ann", "bob", "superuser"), ("First", "Second", "Third")
CHANNELS = ("dataElements", "dataElementGroups", "dashboards", "categoryOptions", "categoryOptionCombos")
NAME = "Seen "  # what the objects of this test are found by


def may_read(plural: str, sharing: Any, user: str, memberships: dict[str, set[str]]) -> bool:
    """The reference: an object's sharing, in the names of this test, and who asks.

    Superusers read everything. Everybody else reads what he owns, what is public, and what is shared with him or with
    a group he is in. An option combo is read by who is granted all of its options; owning one is no grant.
    """
    return user == "superuser" or is_meant_for(plural, sharing, user, memberships)


def may_find(plural: str, sharing: Any, user: str, memberships: dict[str, set[str]]) -> bool:
    """What lists show: what one may read, but of dashboards to superusers, too, only those that are for them."""
    judge = is_meant_for if plural == "dashboards" else may_read
    return judge(plural, sharing, user, memberships)


def is_meant_for(plural: str, sharing: Any, user: str, memberships: dict[str, set[str]]) -> bool:
    if plural == "categoryOptionCombos":
        return all(is_granted(option, user, memberships) for option in sharing)
    return sharing["owner"] == user or is_granted(sharing, user, memberships)


def is_granted(sharing: dict[str, Any], user: str, memberships: dict[str, set[str]]) -> bool:
    strings = [sharing["public"], sharing["users"].get(user, "--------")]
    strings += [text for name, text in sharing["groups"].items() if name in memberships[user]]
    return any(text.startswith("r") for text in strings)


SHARINGS = st.fixed_dictionaries({
    "owner": st.sampled_from([*PEOPLE, "nobody"]),
    "public": st.just("--------") | STRINGS,
    "users": st.dictionaries(st.sampled_from([*PEOPLE, "nobody"]), STRINGS, max_size=3),
    "groups": st.dictionaries(st.sampled_from(GROUPS), STRINGS, max_size=3),
})  # fmt: skip
GRAPHS = st.fixed_dictionaries({
    "memberships": st.fixed_dictionaries({name: st.sets(st.sampled_from(GROUPS)) for name in PEOPLE}),
    "dataElements": st.lists(SHARINGS, min_size=1, max_size=5),
    # Groups with the places of their members, option combos with those of their options.
    "dataElementGroups": st.lists(st.tuples(SHARINGS, st.sets(st.integers(0, 4))), max_size=3),
    "dashboards": st.lists(SHARINGS, min_size=2, max_size=3),
    "categoryOptions": st.lists(SHARINGS, min_size=1, max_size=3),
    "categoryOptionCombos": st.lists(st.sets(st.integers(0, 2)), max_size=3),
})  # fmt: skip


@pytest.fixture
def people(admin: User) -> dict[str, str]:
    """The uids behind the names."""
    found = {name: persona(name, ["F_USER_VIEW"]).uid for name in PEOPLE if name != "superuser"}
    found |= {"superuser": admin.uid, "nobody": generate_uid()}
    return found | {name: UserGroup.objects.create(name=name, sharing=shared()).uid for name in GROUPS}


def build(graph: dict[str, Any], people: dict[str, str]) -> dict[str, list[tuple[str, Any]]]:
    """The stored graph: of each type pairs of uid and what the reference judges."""

    def stored_form(sharing: dict[str, Any]) -> dict[str, Any]:
        users = {people[name]: text for name, text in sharing["users"].items()}
        groups = {people[name]: text for name, text in sharing["groups"].items()}
        return shared(sharing["public"], people[sharing["owner"]], users, groups)

    for name in GROUPS:
        members = [people[user] for user in PEOPLE if name in graph["memberships"][user]]
        UserGroup.objects.get(name=name).users.set(User.objects.filter(uid__in=members))
    elements = store([element(f"{NAME}{n}", sharing=stored_form(s)) for n, s in enumerate(graph["dataElements"])])
    groups = [
        group(f"{NAME}{n}", [elements[i] for i in members if i < len(elements)], sharing=stored_form(sharing))
        for n, (sharing, members) in enumerate(graph["dataElementGroups"])
    ]
    stamps = {"created": DAY, "last_updated": DAY}
    boards = [
        Dashboard.objects.create(name=f"{NAME}{n}", sharing=stored_form(sharing), **stamps)
        for n, sharing in enumerate(graph["dashboards"])
    ]
    options = [
        CategoryOption.objects.create(name=f"{NAME}{n}", short_name=f"{NAME}{n}", sharing=stored_form(s), **stamps)
        for n, s in enumerate(graph["categoryOptions"])
    ]
    combo, combos = CategoryCombo.objects.get(name="default"), []
    for n, chosen in enumerate(graph["categoryOptionCombos"]):
        made = CategoryOptionCombo.objects.create(name=f"{NAME}{n}", category_combo=combo, **stamps)
        made.category_options.set([options[i] for i in chosen if i < len(options)])
        combos.append((made.uid, [graph["categoryOptions"][i] for i in chosen if i < len(options)]))
    return {
        "dataElements": _pairs(elements, graph["dataElements"]),
        "dataElementGroups": _pairs(groups, [sharing for sharing, _ in graph["dataElementGroups"]]),
        "dashboards": _pairs(boards, graph["dashboards"]),
        "categoryOptions": _pairs(options, graph["categoryOptions"]),
        "categoryOptionCombos": combos,
    }


def _pairs(rows: list[Any], sharings: list[Any]) -> list[tuple[str, Any]]:
    return [(row.uid, sharing) for row, sharing in zip(rows, sharings, strict=True)]


def found_by(api: ApiClient, plural: str, uids: list[str], user: str) -> dict[str, Any]:
    """What each channel shows of these objects."""
    where = f"filter=name:like:{NAME}"
    listed = api.get(f"/api/{plural}?{where}&fields=id", user=user).json
    gists = api.get(f"/api/{plural}/gist?{where}&fields=id,lastUpdated&total=true", user=user).json
    exported = api.get(f"/api/metadata?{plural}=true&{where}&fields=id", user=user).json
    return {
        "list": {row["id"] for row in listed[plural]},
        "count": listed["pager"]["total"],
        "gist": {row["id"] for row in gists[plural]},
        "count of gists": gists["pager"]["total"],
        "export": {row["id"] for row in exported.get(plural, ())},
        "single": {uid for uid in uids if api.get(f"/api/{plural}/{uid}?fields=id", user=user).status == 200},
        "any object": {
            uid for uid in uids if api.get(f"/api/identifiableObjects/{uid}?fields=id", user=user).status == 200
        },
        "access.read": {row["id"] for row in api.get(
            f"/api/{plural}?{where}&fields=id&filter=access.read:eq:true&paging=false", user=user).json[plural]},
    }  # fmt: skip


@pytest.mark.parametrize("user", PEOPLE)  # not drawn: what is peculiar to superusers would be missed too often
@settings(
    max_examples=7, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)  # fmt: skip
@given(graph=GRAPHS)
def test_all_channels_agree_with_the_reference(
    api: ApiClient, people: dict[str, str], graph: dict[str, Any], user: str
) -> None:
    login = "admin" if user == "superuser" else user
    with transaction.atomic():
        stored = build(graph, people)
        for plural in CHANNELS:
            memberships = graph["memberships"]
            readable = {uid for uid, what in stored[plural] if may_read(plural, what, user, memberships)}
            findable = {uid for uid, what in stored[plural] if may_find(plural, what, user, memberships)}
            found = found_by(api, plural, [uid for uid, _ in stored[plural]], login)
            counts = {"count": len(findable), "count of gists": len(findable)}
            read_by_address = dict.fromkeys(("single", "any object", "export"), readable)
            assert found == dict.fromkeys(found, findable) | counts | read_by_address, plural
        # What stands in an object is shown with it, whatever its own sharing.
        where = f"filter=name:like:{NAME}&fields=id,dataElements[id]&paging=false"
        for shown in api.get(f"/api/dataElementGroups?{where}", user=login).json["dataElementGroups"]:
            row = get_schema("dataElementGroup").model.objects.get(uid=shown["id"])
            assert {e["id"] for e in shown["dataElements"]} == set(row.data_elements.values_list("uid", flat=True))
        transaction.set_rollback(True)
