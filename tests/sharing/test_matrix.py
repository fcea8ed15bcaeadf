"""Who may do what: every persona, with every valid access string where it concerns him, through every door.

What is expected stands here as data, written from the text of DHIS2's documentation and not from the rule table:
for each persona and action the strings that let him.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from dhis2api.demo import identifiers as ids
from dhis2api.objects.uids import generate_uid
from metadata.models import CaptureOrganisationUnit, CategoryCombo, DataElement, DataSet, OrganisationUnit
from tests.harness.client import ApiClient
from tests.objects.elements import DAY, element
from tests.personas import persona
from tests.sharing.shared import dialog, shared
from users.models import User, UserGroup

pytestmark = pytest.mark.django_db

STRINGS = ["".join(letters) + "----" for letters in product("r-", "w-", "r-", "w-")]
ALWAYS, NEVER = ".*", "(?!)"

# An object that cannot be read cannot be found either, so that changing it over its own address needs both.
THE_SUPERUSER = dict.fromkeys(
    ("list", "read", "update", "delete", "share", "data read", "data write"), ALWAYS
)  # fmt: skip
THE_OWNER = {
    "list": ALWAYS, "read": ALWAYS, "update": ALWAYS, "delete": ALWAYS, "share": ALWAYS,
    # Owning an object gives no access to its data.
    "data read": r"..r.*|...w.*", "data write": r"...w.*",
}  # fmt: skip
WHO_IS_GRANTED = {
    "list": r"r.*", "read": r"r.*", "update": r"rw.*", "delete": r"rw.*", "share": r".w.*",
    # Writing data implies reading it; a data set that cannot be read cannot be named by an import.
    "data read": r"..r.*|...w.*", "data write": r"r..w.*",
}  # fmt: skip
NOBODY = dict.fromkeys(THE_SUPERUSER, NEVER)

# Whom the string is for, and where it stands.
PERSONAS: dict[str, tuple[dict[str, str], Callable[[User, str, str], dict[str, Any]]]] = {
    "superuser": (THE_SUPERUSER, lambda me, group, text: shared(text)),
    "owner": (THE_OWNER, lambda me, group, text: shared(owner=me.uid, users={me.uid: text})),
    "group member": (WHO_IS_GRANTED, lambda me, group, text: shared(groups={group: text})),
    "other": (WHO_IS_GRANTED, lambda me, group, text: shared(users={me.uid: text})),
    "public": (WHO_IS_GRANTED, lambda me, group, text: shared(text)),
    "stranger": (NOBODY, lambda me, group, text: shared(users={generate_uid(): text}, groups={generate_uid(): text})),
    "anonymous": (NOBODY, lambda me, group, text: shared(text)),
}

# A type of which data is shared, and a plain one.
TYPES = {"dataSet": (DataSet, "DATASET"), "dataElement": (DataElement, "DATAELEMENT")}

# What stops who may not, besides the read that fails as if there were nothing: (unreadable, readable).
REFUSALS = {"read": (404, 404), "update": (404, 403), "delete": (404, 403), "share": (403, 403),
            "data read": (409, 409), "data write": (409, 409)}  # fmt: skip


def someone(name: str, *authorities: str) -> tuple[User, str]:
    """The persona, and a group: his own, if he is the member of one."""
    if name == "superuser":
        return User.objects.get(username="admin"), generate_uid()
    user = persona(name.replace(" ", "_"), [*authorities, "F_DATAVALUE_ADD"], ["Theirs"])
    CaptureOrganisationUnit.objects.create(
        user=user, organisation_unit=OrganisationUnit.objects.get(uid=ids.SIERRA_LEONE)
    )
    group = UserGroup.objects.get(name="Theirs")
    if name != "group member":
        group.users.clear()
    return user, group.uid


def stored(singular: str, purpose: str, sharings: list[dict[str, Any]]) -> list[str]:
    """The uids of new objects with these sharings, in one statement."""
    if singular == "dataElement":
        rows: list[Any] = [element(f"{purpose} {n}", sharing=one) for n, one in enumerate(sharings)]
    else:
        rows = [
            DataSet(uid=generate_uid(), name=f"{purpose} {n}", short_name=f"{purpose} {n}", period_type="Monthly",
                    created=DAY, last_updated=DAY, sharing=one)
            for n, one in enumerate(sharings)
        ]  # fmt: skip
    combo = CategoryCombo.objects.get(name="default")
    for row in rows:
        row.category_combo = combo
    TYPES[singular][0].objects.bulk_create(rows)
    return [row.uid for row in rows]


def status_of(api: ApiClient, action: str, singular: str, uid: str, user: str | None, sharing: dict[str, Any]) -> int:
    """What the server answers to the action, of one object."""
    path = f"/api/{singular}s/{uid}"
    if action == "read":
        return api.get(f"{path}?fields=id", user=user).status
    if action == "update":
        return api.patch(path, [{"op": "replace", "path": "/code", "value": uid}], user=user).status
    if action == "delete":
        return api.delete(path, user=user).status
    if action == "share":
        return api.post(f"/api/sharing?type={singular}&id={uid}", dialog(sharing["public"]), user=user).status
    if action == "data read":
        where = f"dataSet={uid}&orgUnit={ids.SIERRA_LEONE}&period=202601"
        return api.get(f"/api/dataValueSets?{where}", user=user).status
    values = {"dataSet": uid, "period": "202601", "orgUnit": ids.SIERRA_LEONE, "dataValues": []}
    return api.post("/api/dataValueSets?dryRun=true", values, user=user).status


@pytest.mark.parametrize("singular", TYPES)
@pytest.mark.parametrize("name", PERSONAS)
def test_every_persona_string_and_action(api: ApiClient, name: str, singular: str) -> None:
    expected, place = PERSONAS[name]
    stem = TYPES[singular][1]
    me, group = someone(name, f"F_{stem}_PUBLIC_ADD", f"F_{stem}_PRIVATE_ADD", f"F_{stem}_DELETE")
    user = None if name == "anonymous" else me.username
    sharings = [place(me, group, text) for text in STRINGS]
    actions = list(REFUSALS) if singular == "dataSet" else ["read", "update", "delete", "share"]

    wrong = []
    for action in actions:
        uids = stored(singular, action, sharings)
        for text, uid, sharing in zip(STRINGS, uids, sharings, strict=True):
            found = status_of(api, action, singular, uid, user, sharing)
            is_readable = re.fullmatch(expected["read"], text) is not None
            refusal = 401 if user is None else REFUSALS[action][is_readable]
            wanted = 200 if re.fullmatch(expected[action], text) else refusal
            if found != wanted:
                wrong.append((text, action, found, wanted))

    assert wrong == []


@pytest.mark.parametrize("singular", TYPES)
@pytest.mark.parametrize("name", [name for name in PERSONAS if name != "anonymous"])
def test_every_persona_and_string_in_lists(api: ApiClient, name: str, singular: str) -> None:
    """What is listed, and what `access` says of each object and filters by it find."""
    expected, place = PERSONAS[name]
    stem = TYPES[singular][1]
    me, group = someone(name, f"F_{stem}_PUBLIC_ADD", f"F_{stem}_PRIVATE_ADD", f"F_{stem}_DELETE")
    uids = stored(singular, "Listed", [place(me, group, text) for text in STRINGS])
    plural = f"{singular}s"
    texts = dict(zip(uids, STRINGS, strict=True))

    def listed(*filters: str) -> dict[str, Any]:
        query = "&".join(f"filter={one}" for one in ("name:like:Listed", *filters))
        answer = api.get(f"/api/{plural}?{query}&fields=id,access&paging=false", user=me.username)
        return {texts[row["id"]]: row["access"] for row in answer.json[plural]}

    found = listed()
    assert set(found) == {text for text in STRINGS if re.fullmatch(expected["list"], text)}
    rights = {"read": "read", "update": "update", "write": "update", "delete": "delete", "manage": "share"}
    for right, action in rights.items():
        may = {text for text in found if re.fullmatch(expected[action], text)}
        assert {text for text, access in found.items() if access[right]} == may, right
        assert set(listed(f"access.{right}:eq:true")) == may, right
    for right in ("read", "write"):
        if singular == "dataElement":
            assert not any("data" in access for access in found.values())
        else:
            may = {text for text in found if re.fullmatch(expected[f"data {right}"], text)}
            assert {text for text, access in found.items() if access["data"][right]} == may, right
            assert set(listed(f"access.data.{right}:eq:true")) == may, right


# Who has but a part of the type's authorities: what he may update, and delete, of what he is granted.
# A public string that says anything makes the object public, and public objects are not for who may not make any.
AUTHORITIES = {
    "no authority": ((), NEVER, NEVER),
    "private": (("PRIVATE_ADD",), r".w.*", r"(?!)"),
    "private and delete": (("PRIVATE_ADD", "DELETE"), r".w.*", r".w.*"),
    "public": (("PUBLIC_ADD",), r".w.*", r"(?!)"),
    "delete": (("DELETE",), NEVER, NEVER),
}


@pytest.mark.parametrize("position", ["user grant", "group grant", "public"])
@pytest.mark.parametrize("held", AUTHORITIES)
def test_sharing_is_nothing_without_authority(api: ApiClient, held: str, position: str) -> None:
    authorities, updates, deletes = AUTHORITIES[held]
    me, group = someone("group member", *(f"F_DATASET_{authority}" for authority in authorities))
    places = {
        "user grant": lambda text: shared(users={me.uid: text}),
        "group grant": lambda text: shared(groups={group: text}),
        "public": lambda text: shared(text),
    }
    # Read by a second grant, so that what may be updated but not read is seen, too.
    sharings = [places[position](text) for text in STRINGS]
    for sharing in sharings:
        sharing["userGroups" if position != "group grant" else "users"] |= (
            {group: {"id": group, "access": "r-------"}} if position != "group grant"
            else {me.uid: {"id": me.uid, "access": "r-------"}}
        )  # fmt: skip
    uids = stored("dataSet", "Listed", sharings)
    if position == "public" and "private" in held:
        updates = deletes = NEVER

    answer = api.get("/api/dataSets?filter=name:like:Listed&fields=id,access&paging=false", user=me.username)

    texts = dict(zip(uids, STRINGS, strict=True))
    found = {texts[row["id"]]: row["access"] for row in answer.json["dataSets"]}
    assert set(found) == set(STRINGS)
    for right, pattern in (("update", updates), ("manage", updates), ("write", updates), ("delete", deletes)):
        assert {t for t in STRINGS if found[t][right]} == {t for t in STRINGS if re.fullmatch(pattern, t)}, right


@pytest.mark.parametrize("path", ["dataSets", "dataSets/gist", "metadata", "sharing/search?key=a", "sharing"])
def test_nobody_reads_anything_without_login(api: ApiClient, path: str) -> None:
    assert api.get(f"/api/{path}", user=None).status == 401
