"""Category combos and the option combos that are generated from them (DHIS2 2.42, metadata API, category combos)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from metadata import option_combos
from metadata.models import CategoryCombo, CategoryOptionCombo, DataElement
from metadata.option_combos import generate_option_combos, register_holder
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes, data_element, put_in

pytestmark = pytest.mark.django_db
COMBO = "comboComboC"
SEX, AGE = "categorySex", "categoryAge"


def option(name: str) -> dict[str, Any]:
    return {"id": f"optionOf{name}", "name": f"Of {name}", "shortName": f"Of {name}"}


def category(uid: str, *names: str) -> dict[str, Any]:
    options = [{"id": f"optionOf{name}"} for name in names]
    return {"id": uid, "name": uid, "shortName": uid, "dataDimensionType": "DISAGGREGATION", "categoryOptions": options}


def combo(*categories: str, uid: str = COMBO) -> dict[str, Any]:
    return {
        "id": uid, "name": uid, "dataDimensionType": "DISAGGREGATION", "categories": [{"id": c} for c in categories],
    }  # fmt: skip


@pytest.fixture
def dimensions(api: ApiClient) -> None:
    """Fem and Mal; Old and Yng."""
    answer = put_in(
        api, categoryOptions=[option(n) for n in ("Fem", "Mal", "Old", "Yng")],
        categories=[category(SEX, "Fem", "Mal"), category(AGE, "Yng", "Old")],
    )  # fmt: skip
    assert answer.status == 200, answer


def names(uid: str = COMBO) -> list[str]:
    rows = CategoryOptionCombo.objects.filter(category_combo__uid=uid).order_by("pk")
    return [name.replace("Of ", "") for name in rows.values_list("name", flat=True)]


def test_post_generates_the_product_in_order(api: ApiClient, dimensions: None) -> None:
    assert api.post("/api/categoryCombos", combo(SEX, AGE)).status == 201
    assert names() == ["Fem, Yng", "Fem, Old", "Mal, Yng", "Mal, Old"]


def test_an_import_generates_nothing_until_a_put(api: ApiClient, dimensions: None) -> None:
    put_in(api, categoryCombos=[combo(SEX)])
    assert names() == []
    assert api.put(f"/api/categoryCombos/{COMBO}", combo(SEX)).status == 200
    assert names() == ["Fem", "Mal"]


def test_what_is_there_is_matched_by_its_options_whatever_its_uid(api: ApiClient, dimensions: None) -> None:
    pinned = {"id": "pinnedCombo", "categoryCombo": {"id": COMBO}, "categoryOptions": [{"id": "optionOfMal"}]}
    put_in(api, categoryCombos=[combo(SEX)], categoryOptionCombos=[pinned])
    assert names() == ["Mal"]

    api.put(f"/api/categoryCombos/{COMBO}", combo(SEX))
    assert sorted(names()) == ["Fem", "Mal"]
    assert CategoryOptionCombo.objects.get(uid="pinnedCombo").name == "Of Mal"


@pytest.fixture
def holder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Register data that needs the option combo of a name."""
    monkeypatch.setattr(option_combos, "_holders", [])

    def hold(name: str) -> None:
        def held(keys: Sequence[int]) -> set[int]:
            return set(CategoryOptionCombo.objects.filter(pk__in=keys, name=name).values_list("pk", flat=True))

        register_holder(held)

    yield hold


def test_what_leaves_the_product_goes_unless_data_needs_it(
    api: ApiClient, dimensions: None, holder: Callable[[str], None]
) -> None:
    """A category loses its options, which no check hinders; the combo stays as it is."""
    api.post("/api/categoryCombos", combo(SEX, AGE))
    holder("Of Fem, Of Yng")

    put_in(api, categories=[category(SEX)])
    assert api.put(f"/api/categoryCombos/{COMBO}", combo(SEX, AGE)).status == 200
    assert names() == ["Fem, Yng", "Yng", "Old"]


def test_a_category_without_options_is_left_out(api: ApiClient, dimensions: None) -> None:
    put_in(api, categories=[category("emptyCatego")])
    api.post("/api/categoryCombos", combo(SEX, "emptyCatego"))
    api.post("/api/categoryCombos", combo("emptyCatego", uid="emptyComboE"))

    assert (names(), names("emptyComboE")) == (["Fem", "Mal"], [])


def test_many_combos_cost_no_more_queries_than_one(api: ApiClient, dimensions: None) -> None:
    put_in(api, categoryCombos=[combo(SEX, AGE, uid=f"manyCombos{n}") for n in range(10)])
    keys = list(CategoryCombo.objects.filter(uid__startswith="manyCombos").order_by("pk").values_list("pk", flat=True))

    with query_counter() as one:
        assert len(generate_option_combos(keys[:1]).created) == 4
    with query_counter() as nine:
        assert len(generate_option_combos(keys[1:]).created) == 36
    assert nine.count == one.count


def test_e1134_an_option_combo_keeps_what_it_stands_for(api: ApiClient, dimensions: None) -> None:
    api.post("/api/categoryCombos", combo(SEX))
    uid = CategoryOptionCombo.objects.get(name="Of Fem").uid
    shown = api.get(f"/api/categoryOptionCombos/{uid}?fields=:owner").json

    assert api.put(f"/api/categoryOptionCombos/{uid}", shown | {"code": "F"}).status == 200
    changed = api.put(f"/api/categoryOptionCombos/{uid}", shown | {"categoryOptions": [{"id": "optionOfMal"}]})
    assert (changed.status, codes(changed)) == (409, ["E1134"])
    moved = api.put(f"/api/categoryOptionCombos/{uid}", shown | {"categoryCombo": {"id": "bjDvmb4bfuf"}})
    assert "E1134" in codes(moved)


def test_data_elements_of_a_deleted_combo_fall_back_to_the_default(api: ApiClient, dimensions: None) -> None:
    api.post("/api/categoryCombos", combo(SEX))
    element = data_element(categoryCombo={"id": COMBO})
    put_in(api, dataElements=[element])

    assert api.delete(f"/api/categoryCombos/{COMBO}").status == 200
    assert DataElement.objects.get(uid=element["id"]).category_combo.name == "default"


def test_a_deleted_option_takes_its_option_combos_along(api: ApiClient, dimensions: None) -> None:
    api.post("/api/categoryCombos", combo(SEX))

    assert api.delete("/api/categoryOptions/optionOfFem").status == 200
    assert names() == ["Mal"]


def test_the_defaults_are_not_touched(api: ApiClient) -> None:
    """The system's own objects: everything without a category is kept by them."""
    for path in ("categoryCombos/bjDvmb4bfuf", "categories/GLevLNI9wkl", "categoryOptions/xYerKDKCefk",
                 "categoryOptionCombos/HllvX50cXC0"):  # fmt: skip
        shown = api.get(f"/api/{path}?fields=:owner").json
        assert api.put(f"/api/{path}", shown | {"name": "hijacked"}).status == 409
        assert api.delete(f"/api/{path}").status == 409
        assert api.get(f"/api/{path}?fields=name").json == {"name": "default"}
