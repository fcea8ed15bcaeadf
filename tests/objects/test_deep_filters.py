"""Filters over several collections: their cost is that of one after the other, never of one times the other."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, group, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
THERE_AND_BACK = "dataElementGroups.dataElements."


@pytest.fixture
def elements(db: None) -> list[DataElement]:
    """A and B in one group, B and C in another, D alone."""
    found = store([element(f"Deep {letter}", code=f"D_{letter}") for letter in "ABCD"])
    group("One", found[:2])
    group("Two", found[1:3])
    return found


def letters(api: ApiClient, condition: str, user: str = "admin") -> str:
    query: dict[str, Any] = {"filter": [condition, "code:$like:D_"], "fields": "code", "order": "code"}
    answer = api.get("/api/dataElements?" + urlencode(query, doseq=True), user=user)
    assert answer.status == 200, answer
    return "".join(found["code"].removeprefix("D_") for found in answer.json["dataElements"])


def test_some_member_of_some_member_must_match(api: ApiClient, elements: list[DataElement]) -> None:
    assert letters(api, f"{THERE_AND_BACK}code:eq:D_A") == "AB"
    assert letters(api, f"{THERE_AND_BACK}{THERE_AND_BACK}code:eq:D_A") == "ABC"
    assert letters(api, f"{THERE_AND_BACK}dataElementGroups:eq:2") == "ABC"
    assert letters(api, f"{THERE_AND_BACK}displayName:token:dee") == "ABC"


def test_what_lies_on_the_way_must_be_readable(api: ApiClient, elements: list[DataElement], outsider: User) -> None:
    DataElement.objects.filter(code="D_B").update(sharing=private())

    assert letters(api, f"{THERE_AND_BACK}code:like:D_", user="outsider") == "AC"
    assert letters(api, f"{THERE_AND_BACK}{THERE_AND_BACK}code:eq:D_A", user="outsider") == "A"


def test_collections_on_the_way_do_not_multiply(api: ApiClient) -> None:
    found = store([element(f"Wide {number}", code=f"W_{number}") for number in range(60)])
    group("Wide", found)

    # Joined these would be 60 ** 5 rows.
    answer = api.get(f"/api/dataElements?filter={THERE_AND_BACK * 4}code:eq:W_7&fields=code&pageSize=1")

    assert answer.json["pager"]["total"] == 60


def test_a_path_has_an_end(api: ApiClient, db: None) -> None:
    refused = api.get(f"/api/organisationUnits?filter={'parent.' * 10}name:eq:x")

    assert refused.status == 400
    assert "10 steps" in refused.json["message"]
    assert api.get(f"/api/organisationUnits?filter={'parent.' * 9}name:eq:x").status == 200


def test_a_computed_member_is_computed_once(api: ApiClient, elements: list[DataElement]) -> None:
    with query_counter() as one:
        assert api.get("/api/dataElements?filter=href:like:a").status == 200
    with query_counter() as many:
        assert api.get("/api/dataElements?" + "filter=href:like:a&" * 20).status == 200

    assert many.count == one.count


def test_all_paths_together_are_bounded(api: ApiClient) -> None:
    """Two hundred filters, each of a bearable length, are more than one answer should cost."""
    query = "&".join(f"filter=categoryCombo.categories.name:eq:{number}" for number in range(150))

    answer = api.get(f"/api/dataElements?{query}")

    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
