"""The rule table of access, and that its SQL says the same as its Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import DataSet
from sharing.access import (
    Principal,
    TypeRules,
    can_create,
    can_make_private,
    can_make_public,
    data_readable,
    data_writable,
    has_data_bits,
    is_access_string,
    judge,
    named,
    rows_with,
)

ME, OTHER, GROUP, STRANGE = "MeMeMeMeMe1", "OtherOther1", "GroupGroup1", "StrangeGrp1"
RULES = named("DATASET", data=True)
ADD_PUBLIC, ADD_PRIVATE, DELETE = "F_DATASET_PUBLIC_ADD", "F_DATASET_PRIVATE_ADD", "F_DATASET_DELETE"
CONSTANT = TypeRules(shareable=True, create=("F_CONSTANT_ADD",), delete=("F_CONSTANT_DELETE",))
DASHBOARD = TypeRules(
    shareable=True, default_private=True, implicit_private=True, create_public=("F_DASHBOARD_PUBLIC_ADD",)
)
ORG_UNIT = TypeRules(create=("F_ORGANISATIONUNIT_ADD",), delete=("F_ORGANISATIONUNIT_DELETE",))
USER = TypeRules(create=("F_USER_ADD",), delete=("F_USER_DELETE",), read=("F_USER_VIEW",))


def me(*authorities: str) -> Principal:
    return Principal(ME, frozenset(authorities), frozenset({GROUP}))


def sharing(public: str | None = "--------", *, owner: str | None = OTHER, mine: str | None = None,
            group: str | None = None) -> dict[str, Any]:  # fmt: skip
    return {
        "owner": owner, "public": public,
        "users": {ME: {"id": ME, "access": mine}} if mine else {},
        "userGroups": {GROUP: {"id": GROUP, "access": group}} if group else {},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["--------", "rw------", "rwrw----", "-w------", "r-r-----", "---w----"])
def test_access_strings(text: str) -> None:
    assert is_access_string(text)


@pytest.mark.parametrize(
    "text", ["", "rw", "rw-------", "wr------", "rwrwr---", "RW------", "rw------\n", None, 7, ["r"]]
)
def test_no_access_strings(text: object) -> None:
    assert not is_access_string(text)


def test_data_bits() -> None:
    assert [has_data_bits(s) for s in ("rw------", "rwr-----", "---w----", None)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("rules", "held", "expected"),
    [
        (RULES, (), "---"), (RULES, (ADD_PRIVATE,), "-vc"), (RULES, (ADD_PUBLIC,), "p-c"), (RULES, (DELETE,), "---"),
        (RULES, (ADD_PUBLIC, ADD_PRIVATE), "pvc"), (RULES, ("ALL",), "pvc"),
        (CONSTANT, (), "---"), (CONSTANT, ("F_CONSTANT_ADD",), "pvc"),
        (DASHBOARD, (), "-vc"), (DASHBOARD, ("F_DASHBOARD_PUBLIC_ADD",), "pvc"),
        (ORG_UNIT, (), "---"), (ORG_UNIT, ("F_ORGANISATIONUNIT_ADD",), "--c"), (ORG_UNIT, ("ALL",), "--c"),
        (TypeRules(shareable=True), (), "pvc"), (TypeRules(), (), "--c"),
    ],
)  # fmt: skip
def test_who_may_create(rules: TypeRules, held: tuple[str, ...], expected: str) -> None:
    """p: public objects, v: private ones, c: any. A type that lists other kinds only is not free, as in DHIS2 it is."""
    user = me(*held)
    rights = (can_make_public(rules, user), can_make_private(rules, user), can_create(rules, user))

    assert "".join(letter if has else "-" for letter, has in zip("pvc", rights, strict=True)) == expected


@pytest.mark.parametrize(
    ("shared", "held", "expected"),
    [
        # read write update delete manage: r w u d m; data read and write: R W
        (sharing(), (), "-------"),
        (sharing("r-------"), (), "r------"),
        (sharing("rw------"), (), "r------"),
        (sharing("rw------"), (ADD_PUBLIC,), "rwu-m--"),
        (sharing("rw------"), (ADD_PUBLIC, DELETE), "rwudm--"),
        (sharing("rw------"), (ADD_PRIVATE, DELETE), "r------"),  # public, and I may not make public
        (sharing("r-------", mine="rw------"), (ADD_PRIVATE, DELETE), "r------"),
        (sharing("r-------", mine="rw------"), (ADD_PUBLIC, DELETE), "rwudm--"),
        (sharing(mine="rw------"), (ADD_PRIVATE, DELETE), "rwudm--"),
        (sharing(mine="rw------"), (DELETE,), "r------"),
        (sharing(mine="-w------"), (ADD_PRIVATE,), "-wu-m--"),
        (sharing(group="rw------"), (ADD_PRIVATE,), "rwu-m--"),
        (sharing(group="r-------"), (ADD_PRIVATE,), "r------"),
        (sharing(owner=ME), (ADD_PRIVATE, DELETE), "rwudm--"),
        (sharing(owner=ME), (), "r------"),
        (sharing("rw------", owner=ME), (ADD_PRIVATE,), "r------"),
        (sharing("--rw----"), (), "-----RW"),
        (sharing("--r-----"), (), "-----R-"),
        (sharing(mine="---w----"), (), "-----RW"),  # writing data implies reading it
        (sharing(group="r-r-----"), (), "r----R-"),
        (sharing(owner=ME), (ADD_PUBLIC, DELETE), "rwudm--"),  # owning gives no data access
        (sharing(None), (), "-------"),  # DHIS2: everything; never stored here
        (sharing(owner=None), (), "-------"),
        ({}, (ADD_PUBLIC, ADD_PRIVATE, DELETE), "-------"),
        (sharing(), ("ALL",), "rwudmRW"),
    ],
)  # fmt: skip
def test_the_verdict_on_a_shared_object(shared: dict[str, Any], held: tuple[str, ...], expected: str) -> None:
    verdict = judge(RULES, shared, me(*held))

    rights = (verdict.read, verdict.write, verdict.update, verdict.delete, verdict.manage, verdict.data_read,
              verdict.data_write)  # fmt: skip
    assert "".join(letter if has else "-" for letter, has in zip("rwudmRW", rights, strict=True)) == expected


def test_grants_of_others_and_of_other_groups_are_not_mine() -> None:
    shared = sharing() | {
        "users": {OTHER: {"id": OTHER, "access": "rwrw----"}},
        "userGroups": {STRANGE: {"id": STRANGE, "access": "rwrw----"}},
    }
    verdict = judge(RULES, shared, me(ADD_PRIVATE, DELETE))

    assert not (verdict.read or verdict.write or verdict.delete or verdict.data_read or verdict.data_write)


@pytest.mark.parametrize(
    ("rules", "held", "expected"),
    [
        (ORG_UNIT, (), "r---"), (ORG_UNIT, ("F_ORGANISATIONUNIT_ADD",), "rwu-"),
        (ORG_UNIT, ("F_ORGANISATIONUNIT_DELETE",), "r--d"),
        (USER, (), "----"), (USER, ("F_USER_VIEW",), "r---"), (USER, ("F_USER_ADD",), "-wu-"), (USER, ("ALL",), "rwud"),
        (TypeRules(update=("F_LEVEL",), delete=("F_LEVEL",), create=("F_LEVEL",)), ("F_LEVEL",), "rwud"),
    ],
)  # fmt: skip
def test_a_type_without_sharing_depends_on_authorities_alone(
    rules: TypeRules, held: tuple[str, ...], expected: str
) -> None:
    verdict = judge(rules, None, me(*held))

    rights = (verdict.read, verdict.write, verdict.update, verdict.delete)
    assert "".join(letter if has else "-" for letter, has in zip("rwud", rights, strict=True)) == expected
    assert "data" not in verdict.to_dict()


def test_the_access_member() -> None:
    shown = judge(RULES, sharing("rwr-----"), me(ADD_PUBLIC)).to_dict()

    assert shown == {
        "manage": True, "externalize": False, "write": True, "read": True, "update": True, "delete": False,
        "data": {"read": True, "write": False},
    }  # fmt: skip


def sharings() -> Iterator[dict[str, Any]]:
    """Every mix of owner, public string and grants that a store may hold, odd ones included."""
    strings = (None, "--------", "r-------", "-w------", "--r-----", "---w----", "rwrw----")
    for public, owner, mine in product(strings, (ME, OTHER, None), (None, "--------", "r-------", "---w----")):
        yield sharing(public, owner=owner, mine=mine)
    for group, foreign in product(strings, strings):
        shared = sharing(group=group)
        if foreign:
            shared["userGroups"][STRANGE] = {"id": STRANGE, "access": foreign}
            shared["users"][OTHER] = {"id": OTHER, "access": foreign}
        yield shared
    yield {}
    yield {"public": "rwrw----"}


RIGHTS = ("read", "write", "update", "delete", "manage", "data.read", "data.write")
HELD = [(), (ADD_PRIVATE,), (ADD_PRIVATE, DELETE), (ADD_PUBLIC,), (DELETE,), ("F_DASHBOARD_PUBLIC_ADD",), ("ALL",)]


@pytest.mark.django_db
@pytest.mark.parametrize("rules", [RULES, DASHBOARD, CONSTANT], ids=["data set", "dashboard", "constant"])
def test_lists_and_single_objects_are_judged_alike(rules: TypeRules) -> None:
    combo = DataSet._meta.get_field("category_combo").related_model.objects.get(name="default")
    DataSet.objects.bulk_create(
        DataSet(
            uid=generate_uid(), name=f"Set {n}", short_name=f"Set {n}", period_type="Monthly", category_combo=combo,
            sharing=shared, created="2020-01-01T00:00Z", last_updated="2020-01-01T00:00Z",
        )
        for n, shared in enumerate(sharings())
    )  # fmt: skip
    rows = DataSet.objects.filter(name__startswith="Set ")
    sizes = set()

    for held, right in product(HELD, RIGHTS):
        user = me(*held)
        attribute = right.replace(".", "_")
        expected = {row.name for row in rows if getattr(judge(rules, row.sharing, user), attribute)}
        found = rows_with(rules, user, right)
        assert {row.name for row in rows.filter(found)} == expected, (held, right)
        if found:  # no condition is no condition, also where it is turned round
            assert {row.name for row in rows.exclude(found)}.isdisjoint(expected)
        sizes.add(len(expected))

    assert len(sizes) > 1


BROKEN: list[Any] = [
    [], "rw------", 5, {"users": [ME]}, {"users": {ME: "rw------"}}, {"userGroups": None}, {"userGroups": [GROUP]},
    {"userGroups": GROUP}, {"userGroups": 5}, {"userGroups": {GROUP: None}}, {"userGroups": {GROUP: "rw------"}},
]  # fmt: skip


@pytest.mark.django_db
def test_sharing_of_another_shape_grants_nothing_and_hides_no_other_row() -> None:
    """None is stored by this server, but a list must not end because of what somebody put into the table."""
    combo = DataSet._meta.get_field("category_combo").related_model.objects.get(name="default")
    DataSet.objects.bulk_create(
        DataSet(
            uid=generate_uid(), name=f"Set {n}", short_name=f"Set {n}", period_type="Monthly", category_combo=combo,
            sharing=shared, created="2020-01-01T00:00Z", last_updated="2020-01-01T00:00Z",
        )
        for n, shared in enumerate([*BROKEN, sharing(group="rwrw----")])
    )  # fmt: skip
    rows, user = DataSet.objects.filter(name__startswith="Set "), me(ADD_PUBLIC, DELETE)

    for right in RIGHTS:
        assert [row.name for row in rows.filter(rows_with(RULES, user, right))] == [f"Set {len(BROKEN)}"], right
        assert not any(getattr(judge(RULES, broken, user), right.replace(".", "_")) for broken in BROKEN)


@pytest.mark.django_db
def test_a_type_without_data_sharing_has_no_data_rows() -> None:
    rules = named("DATAELEMENT")

    assert not DataSet.objects.filter(data_readable(rules, me("ALL")) | data_writable(rules, me("ALL"))).exists()
    assert judge(rules, sharing("rwrw----"), me("ALL")).data_read is None
