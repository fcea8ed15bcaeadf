"""How large categories and combos may be, and what a combo must keep for its data (E1120, E1126-E1128)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from dhis2api.errors import ApiError
from metadata.models import Category, CategoryCombo, CategoryOption, CategoryOptionCombo, OrganisationUnit
from metadata.option_combos import generate_option_combos
from tests.harness.client import Answer, ApiClient
from tests.objects.elements import DAY, PUBLIC
from tests.objects.imports import codes, data_element, put_in

pytestmark = pytest.mark.django_db
COMBO = "boundsCombo"


def add_category(letter: str, options: int) -> str:
    """A stored category with so many options of its own."""
    uid = f"boundsCatg{letter}"
    times = {"created": DAY, "last_updated": DAY, "sharing": PUBLIC}
    rows = CategoryOption.objects.bulk_create(
        CategoryOption(uid=f"option{letter}{n:04}", name=f"{letter}{n}", short_name=f"{letter}{n}", **times)
        for n in range(options)
    )
    category = Category.objects.create(uid=uid, name=uid, short_name=uid, data_dimension_type="DISAGGREGATION", **times)
    through = Category.category_options.through
    through.objects.bulk_create(
        through(category=category, categoryoption=row, sort_order=n) for n, row in enumerate(rows)
    )
    return uid


def combo(*categories: str) -> dict[str, Any]:
    return {
        "id": COMBO, "name": COMBO, "dataDimensionType": "DISAGGREGATION", "categories": [{"id": c} for c in categories]
    }  # fmt: skip


def every_way(api: ApiClient, *categories: str) -> list[Answer]:
    """The combo with these categories by POST, import, PUT and PATCH."""
    first = api.post("/api/categoryCombos", combo(*categories)), put_in(api, categoryCombos=[combo(*categories)])
    assert api.post("/api/categoryCombos", combo()).status == 201
    patch = [{"op": "replace", "path": "/categories", "value": combo(*categories)["categories"]}]
    path = f"/api/categoryCombos/{COMBO}"
    return [*first, api.put(path, combo(*categories)), api.patch(path, patch)]


def test_e1126_six_categories(api: ApiClient) -> None:
    answers = every_way(api, *[add_category(letter, 1) for letter in "ABCDEF"])

    assert [(a.status, codes(a)) for a in answers] == [(409, ["E1126"])] * 4
    assert f"Category combo `{COMBO}` cannot combine more than 5 categories, but was: 6" in answers[0].text


def test_e1128_more_than_five_hundred_combinations(api: ApiClient) -> None:
    """11 x 50 are refused; five categories of fifty, which nobody could store, as fast."""
    answers = every_way(api, add_category("A", 11), add_category("B", 50))
    vast = put_in(api, categoryCombos=[combo("boundsCatgB", *[add_category(letter, 50) for letter in "CDEF"])])

    assert [(a.status, codes(a)) for a in answers] == [(409, ["E1128"])] * 4
    assert codes(vast) == ["E1128"]
    assert not CategoryOptionCombo.objects.filter(category_combo__uid=COMBO).exists()


def test_e1128_counts_the_categories_of_the_same_payload(api: ApiClient) -> None:
    add_category("A", 50), add_category("B", 10)
    options = [{"id": f"optionA{n:04}"} for n in range(11)]
    category = {
        "id": "boundsCatgC", "name": "C", "shortName": "C", "dataDimensionType": "DISAGGREGATION",
        "categoryOptions": options,
    }  # fmt: skip

    answer = put_in(api, categories=[category], categoryCombos=[combo("boundsCatgA", "boundsCatgC")])
    assert codes(answer) == ["E1128"]


def test_five_hundred_combinations_are_made(api: ApiClient) -> None:
    answer = api.post("/api/categoryCombos", combo(add_category("A", 10), add_category("B", 50)))

    assert answer.status == 201
    assert CategoryOptionCombo.objects.filter(category_combo__uid=COMBO).count() == 500


def test_a_category_that_has_grown_is_not_multiplied_out(api: ApiClient) -> None:
    """The product is guarded by itself: skipValidation and rows of old leave no way around it."""
    vast = combo(*[add_category(letter, 50) for letter in "ABCDE"])

    answer = api.post("/api/categoryCombos?skipValidation=true", vast)
    assert (answer.status, answer.json["errorCode"]) == (409, "E1128")

    put_in(api, "skipValidation=true", categoryCombos=[vast])
    with pytest.raises(ApiError, match="requires: 312500000"):
        generate_option_combos([CategoryCombo.objects.get(uid=COMBO).pk])


@pytest.mark.parametrize(("options", "faults"), [(50, []), (51, ["E1127"])])
def test_e1127_more_than_fifty_options(api: ApiClient, options: int, faults: list[str]) -> None:
    uid = add_category("A", options)
    path = f"/api/categories/{uid}"
    shown = api.get(f"{path}?fields=:owner").json

    answers = [
        put_in(api, categories=[shown]), api.put(path, shown),
        api.patch(path, [{"op": "replace", "path": "/code", "value": "C"}]),
    ]  # fmt: skip
    assert [codes(a) if a.status == 409 else [] for a in answers] == [faults] * 3


def test_e1120_data_keeps_its_option_combos(api: ApiClient) -> None:
    """Data under A0 forbids other categories, and nothing else."""
    api.post("/api/categoryCombos", combo(add_category("A", 2)))
    add_category("B", 2)
    held = CategoryOptionCombo.objects.get(category_combo__uid=COMBO, name="A0")
    element = data_element(categoryCombo={"id": COMBO})
    put_in(api, dataElements=[element])
    unit = OrganisationUnit.objects.first().uid
    value = {"dataElement": element["id"], "period": "202001", "orgUnit": unit, "categoryOptionCombo": held.uid}
    assert api.post("/api/dataValueSets", {"dataValues": [value | {"value": "1"}]}).status == 200
    path = f"/api/categoryCombos/{COMBO}"
    patch = [{"op": "replace", "path": "/categories", "value": [{"id": "boundsCatgB"}]}]

    refused = [
        api.put(path, combo("boundsCatgB")), put_in(api, categoryCombos=[combo("boundsCatgB")]), api.patch(path, patch)
    ]  # fmt: skip
    assert [(a.status, codes(a)) for a in refused] == [(409, ["E1120"])] * 3
    assert api.put(path, combo("boundsCatgA") | {"code": "KEPT"}).status == 200

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM datavalue WHERE category_option_combo_id = %s", [held.pk])
    assert api.put(path, combo("boundsCatgB")).status == 200
