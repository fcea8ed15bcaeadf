"""Deletions of many at once: statements for types, not for rows, whatever stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import DataElement, DataElementGroup, IndicatorType, OptionSet
from tests.harness.client import ApiClient
from tests.harness.queries import QueryCount, query_counter
from tests.objects.elements import element, group, store
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


def deleted(api: ApiClient, query: str = "", **payload: Any) -> tuple[Any, QueryCount]:
    api.get("/api/me?fields=id")
    with query_counter() as few:
        answer = put_in(api, f"importStrategy=DELETE&{query}", **payload)
    return answer, few.count


def test_the_number_of_queries_does_not_grow(api: ApiClient) -> None:
    found = []
    for size in (5, 500):
        rows = store([element(f"Row {size} {number}") for number in range(size)])
        made = group(f"Group {size}", rows)
        answer, count = deleted(api, dataElements=[{"id": row.uid} for row in rows])
        assert (answer.status, answer.summary["stats"]["deleted"]) == (200, size)
        assert not made.data_elements.exists()
        found.append(count)
    assert found[0] == found[1]


def test_neither_with_vetoes(api: ApiClient) -> None:
    """Each that is held is refused, the others go."""
    found = []
    for size in (4, 80):
        kinds = [{"id": create(api, "indicatorType")["id"]} for _ in range(size)]
        for kind in kinds[: size // 2]:
            create(api, "indicator", indicatorType=kind)
        answer, count = deleted(api, "atomicMode=NONE", indicatorTypes=kinds)
        assert codes(answer) == ["E4030"] * (size // 2)
        assert IndicatorType.objects.filter(uid__in=[kind["id"] for kind in kinds]).count() == size // 2
        found.append(count)
    assert found[0] == found[1]


def test_what_goes_along(api: ApiClient) -> None:
    """Options go with their set, memberships with their members."""
    made = create(api, "optionSet", valueType="TEXT")
    for code in ("A", "B"):
        create(api, "option", code=code, optionSet={"id": made["id"]})
    answer, _ = deleted(api, optionSets=[{"id": made["id"]}])

    assert answer.status == 200
    assert not OptionSet.objects.filter(uid=made["id"]).exists()
    assert api.get("/api/options?filter=code:in:[A,B]").json["options"] == []


def test_a_veto_on_what_goes_along_names_the_object(api: ApiClient) -> None:
    rows = store([element("Held"), element("Free")])
    create(api, "predictor", output={"id": rows[0].uid})
    made = DataElementGroup.objects.count()

    answer, _ = deleted(api, dataElements=[{"id": row.uid} for row in rows])
    assert (codes(answer), DataElement.objects.filter(pk__in=[r.pk for r in rows]).count()) == (["E4030"], 2)
    answer, _ = deleted(api, "atomicMode=NONE", dataElements=[{"id": row.uid} for row in rows])
    assert DataElement.objects.filter(pk__in=[r.pk for r in rows]).get() == rows[0]
    assert DataElementGroup.objects.count() == made
