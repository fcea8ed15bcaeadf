"""Imports of the same objects at the same time: one after the other, whatever the order of their payloads."""

from __future__ import annotations

import random
from typing import Any

from dhis2api.objects.uids import generate_uid
from metadata.models import DataElement, DataElementGroup, DataSet, OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.imports import data_element, group, put_in, unit
from tests.objects.test_races import WRITERS, at_once, no_words_of_the_database
from users.models import UserGroup

ROUNDS, SIZE = 4, 30


def payload() -> dict[str, list[dict[str, Any]]]:
    """Data elements in groups in sets, and a tree of units in groups."""
    elements, root = [data_element() for _ in range(SIZE)], unit()
    units = [root, *[unit(root["id"]) for _ in range(SIZE)]]
    groups = [group(*[e["id"] for e in elements[n::3]]) for n in range(3)]
    named = {"id": generate_uid(), "name": f"Set of {root['name']}", "shortName": f"Set of {root['name']}"}
    return {
        "dataElements": elements, "organisationUnits": units, "dataElementGroups": groups,
        "dataElementGroupSets": [named | {"dataElementGroups": [{"id": g["id"]} for g in groups]}],
        "organisationUnitGroups": [
            named | {"id": generate_uid(), "organisationUnits": [{"id": u["id"]} for u in units]}
        ],
    }  # fmt: skip


def shuffled(body: dict[str, list[dict[str, Any]]], writer: int) -> dict[str, list[dict[str, Any]]]:
    """The same objects by another writer: types, objects and members in another order, and a mark on each object."""
    chance = random.Random(writer)
    found = [
        (plural, [o | {"description": f"Writer {writer}"} for o in chance.sample(objects, len(objects))])
        for plural, objects in body.items()
    ]
    for one in dict(found)["dataElementGroups"]:
        one["dataElements"] = chance.sample(one["dataElements"], len(one["dataElements"]))
    return dict(chance.sample(found, len(found)))


def test_importers_of_the_same_objects_neither_lock_each_other_out_nor_mix(own_database: OwnDatabase) -> None:
    for round_number in range(ROUNDS):
        body = payload()
        if round_number % 2:
            assert put_in(ApiClient(), **body).status == 200

        answers = at_once(*[lambda api, n=n, b=body: put_in(api, **shuffled(b, n)) for n in range(WRITERS)])

        assert no_words_of_the_database(answers)
        assert {answer.status for answer in answers} <= {200, 409}, answers
        if round_number % 2:
            assert {answer.status for answer in answers} == {200}, answers
        uids = [e["id"] for e in body["dataElements"]]
        assert len(set(DataElement.objects.filter(uid__in=uids).values_list("description", flat=True))) == 1
        units = OrganisationUnit.objects.filter(uid__in=[u["id"] for u in body["organisationUnits"]])
        assert sorted(units.values_list("hierarchy_level", flat=True)) == [1] + [2] * SIZE
        members = DataElementGroup.data_elements.through.objects
        groups = [g["id"] for g in body["dataElementGroups"]]
        assert members.filter(dataelementgroup__uid__in=groups).count() == SIZE


def test_no_change_of_another_is_lost(own_database: OwnDatabase) -> None:
    """Members that several writers add at once are all there, and a data set counts every section."""
    elements, empty_group = [data_element() for _ in range(WRITERS)], group()
    data_set = {"id": generate_uid(), "name": "Counted", "shortName": "Counted", "periodType": "Monthly"}
    body = {"dataElements": elements, "dataElementGroups": [empty_group], "dataSets": [data_set]}
    assert put_in(ApiClient(), **body).status == 200
    before = DataSet.objects.get(uid=data_set["id"]).version
    path = f"/api/dataElementGroups/{empty_group['id']}/dataElements"

    def section(number: int) -> dict[str, Any]:
        return {"name": f"Section {number}", "dataSet": {"id": data_set["id"]}}

    added = at_once(*[lambda api, e=e: api.post(f"{path}/{e['id']}") for e in elements])
    counted = at_once(*[lambda api, n=n: api.post("/api/sections", section(n)) for n in range(WRITERS)])

    assert ({a.status for a in added}, {a.status for a in counted}) == ({200}, {201})
    assert DataElementGroup.objects.get(uid=empty_group["id"]).data_elements.count() == WRITERS
    assert DataSet.objects.get(uid=data_set["id"]).version == before + WRITERS


def user_group() -> UserGroup:
    uid = generate_uid()
    return UserGroup.objects.create(uid=uid, name=f"Group {uid}")


def test_groups_that_take_each_other_in_do_not_lock_each_other_out(own_database: OwnDatabase) -> None:
    first, second = user_group(), user_group()
    for _ in range(ROUNDS):
        for method in ("post", "delete"):
            answers = at_once(
                lambda api, m=method: getattr(api, m)(f"/api/userGroups/{first.uid}/managedGroups/{second.uid}"),
                lambda api, m=method: getattr(api, m)(f"/api/userGroups/{second.uid}/managedGroups/{first.uid}"),
            )
            assert {answer.status for answer in answers} == {200}, answers


def test_of_two_replacements_one_stays(own_database: OwnDatabase) -> None:
    for _ in range(ROUNDS):
        group, others = user_group(), [user_group(), user_group()]
        bodies = [{"identifiableObjects": [{"id": other.uid}]} for other in others]

        answers = at_once(
            *[lambda api, b=b, g=group: api.put(f"/api/userGroups/{g.uid}/managedGroups", b) for b in bodies]
        )

        assert {answer.status for answer in answers} == {200}, answers
        assert group.managed_groups.count() == 1
