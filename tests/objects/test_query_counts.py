"""The number of queries follows from the request, never from the number of objects."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import CategoryCombo, DataElement, DataElementGroup
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from tests.objects.elements import DAY, PUBLIC, element, group, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
SIZES = (10, 1_000)
ISSUE = (
    "/api/dataElements?fields=id,name,categoryCombo[id,categories[id,categoryOptions[id,name]]]"
    "&filter=name:ilike:measles&order=name:asc&paging=false"
)


def add_elements(count: int, **columns: Any) -> list[DataElement]:
    """`count` data elements called Measles, each under a combo of its own, which has the default category."""
    combos = CategoryCombo.objects.bulk_create(
        CategoryCombo(uid=generate_uid(), name=generate_uid(), created=DAY, last_updated=DAY, sharing=PUBLIC)
        for _ in range(count)
    )
    categories = CategoryCombo.objects.get(name="default").categories.values_list("pk", flat=True)
    through = CategoryCombo.categories.through
    through.objects.bulk_create(through(categorycombo=combo, category_id=pk) for combo in combos for pk in categories)
    rows = [element(f"Measles {generate_uid()}", **columns) for _ in range(count)]
    for row, combo in zip(rows, combos, strict=True):
        row.category_combo = combo
    return DataElement.objects.bulk_create(rows)


def counted(api: ApiClient, path: str, user: str, key: str) -> tuple[QueryCount, int]:
    api.get("/api/me?fields=id", user=user)  # the password is verified once
    with query_counter() as few:
        answer = api.get(path, user=user)
    assert answer.status == 200, answer
    return few.count, len(answer.json[key])


@pytest.mark.parametrize("user", ["admin", "editor"])
@pytest.mark.parametrize(
    "path",
    [
        ISSUE,
        "/api/dataElements?paging=false&fields=*",
        "/api/dataElements?paging=false&fields=:owner,dataElementGroups[name,access],attributeValues[attribute[name]]",
        "/api/dataElements?paging=false&filter=dataElementGroups:empty&filter=access.update:eq:true",
        "/api/dataElements?paging=false&order=displayName:idesc&translate=true&locale=fr&query=measles",
    ],
)
def test_a_list(api: ApiClient, editor: User, path: str, user: str) -> None:
    found = []
    for size in SIZES:
        add_elements(size)
        found.append(counted(api, path, user, "dataElements"))

    (few, small), (many, large) = found
    assert large - small >= SIZES[1]
    assert many == few
    assert few < 25


def test_a_list_with_nested_collections_in_nine_queries(api: ApiClient) -> None:
    """User, roles and groups; elements, combos, categories and options with the two tables between."""
    add_elements(10)

    count, _ = counted(api, ISSUE, "admin", "dataElements")
    assert count <= 9


def test_a_list_of_a_user_with_grants(api: ApiClient, outsider: User) -> None:
    """Access is in the WHERE: rows that others own cost nothing."""
    shared = private() | {"users": {outsider.uid: {"id": outsider.uid, "access": "r-------"}}}
    found = []
    for size in SIZES:
        add_elements(size, sharing=private())
        add_elements(size, sharing=shared)
        found.append(counted(api, ISSUE, "outsider", "dataElements"))

    assert found[1][1] - found[0][1] == SIZES[1]
    assert found[0][0] == found[1][0]


def test_one_object_with_many_members(api: ApiClient) -> None:
    found = []
    for size in SIZES:
        owner = group(f"Group of {size}", store([element(f"Member {size}.{n}") for n in range(size)]))
        path = f"/api/dataElementGroups/{owner.uid}?fields=*,dataElements[id,name,categoryCombo[name]]"
        found.append(counted(api, path, "admin", "dataElements"))

    assert [members for _, members in found] == list(SIZES)
    assert found[0][0] == found[1][0]


def import_payload(count: int) -> dict[str, Any]:
    elements = [
        {
            "id": generate_uid(), "name": f"Imported {count}.{n}", "shortName": f"I {count}.{n}",
            "code": f"I{count}.{n}",
            "valueType": "NUMBER", "domainType": "AGGREGATE", "aggregationType": "SUM",
        }
        for n in range(count)
    ]  # fmt: skip
    units = [
        {"id": generate_uid(), "name": f"Unit {n}", "shortName": f"Unit {n}", "openingDate": "2020-01-01"}
        for n in range(count)
    ]
    for unit in units[1:]:
        unit["parent"] = {"id": units[0]["id"]}
    members = [{"id": e["id"]} for e in elements]
    groups = [{"id": generate_uid(), "name": f"G {count}", "shortName": f"G {count}", "dataElements": members}]
    return {"dataElements": elements, "organisationUnits": units, "dataElementGroups": groups}


@pytest.mark.parametrize("user", ["admin", "editor"])
def test_an_import(api: ApiClient, editor: User, user: str) -> None:
    """Created, then updated: the same number of queries for ten and for a thousand."""
    api.get("/api/me?fields=id", user=user)
    created, updated = [], []
    for size in SIZES:
        payload = import_payload(size)
        for counts in (created, updated):
            with query_counter() as few:
                answer = api.post("/api/metadata", payload, user=user)
            assert answer.status == 200, answer
            counts.append(few.count)

    assert created[1] == created[0]
    assert updated[1] == updated[0]
    assert DataElementGroup.objects.get(name="G 1000").data_elements.count() == 1_000


def test_a_member_more_writes_one_row(api: ApiClient) -> None:
    """The group of a thousand is not rewritten."""
    payload = import_payload(1_000)
    extra = payload["dataElementGroups"][0]["dataElements"].pop()
    assert api.post("/api/metadata", payload).status == 200
    payload["dataElementGroups"][0]["dataElements"].append(extra)

    with query_counter() as few:
        assert api.post("/api/metadata", {"dataElementGroups": payload["dataElementGroups"]}).status == 200

    through = DataElementGroup.data_elements.through._meta.db_table
    (written,) = [s for s in few.count.statements if s.startswith(f'INSERT INTO "{through}"')]
    assert len(written) < 300
