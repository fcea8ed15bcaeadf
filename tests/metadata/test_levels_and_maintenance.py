"""Filled levels, regeneration of option combos, associations (DHIS2 2.42, metadata API)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import (
    Category,
    CategoryCombo,
    CategoryOption,
    CategoryOptionCombo,
    DataSet,
    OrganisationUnit,
    OrganisationUnitLevel,
)
from tests.harness.client import Answer, ApiClient
from tests.objects.elements import DAY, PUBLIC
from tests.objects.payloads import create
from tests.personas import persona, private
from users.models import User

pytestmark = pytest.mark.django_db
PATH = "/api/filledOrganisationUnitLevels"


def names(api: ApiClient) -> list[tuple[int, str]]:
    return [(level["level"], level["name"]) for level in api.get(PATH).json]


def test_levels_without_a_row_are_filled_in(api: ApiClient) -> None:
    """A bare list, as deep as the hierarchy."""
    OrganisationUnitLevel.objects.filter(level=2).delete()

    found = api.get(PATH).json
    assert [level["level"] for level in found] == list(range(1, len(found) + 1))
    assert found[1] == {"level": 2, "name": "Level 2", "displayName": "Level 2"}
    assert "id" in found[0]


def save(api: ApiClient, *levels: dict[str, Any], **options: Any) -> Answer:
    return api.post(PATH, {"organisationUnitLevels": list(levels)}, **options)


def test_levels_are_replaced(api: ApiClient) -> None:
    stored = OrganisationUnitLevel.objects.get(level=1)
    answer = save(api, {"level": 1, "name": "Top", "offlineLevels": 2}, {"level": 3, "name": "Third"})

    assert answer.status == 201, answer
    assert names(api)[:3] == [(1, "Top"), (2, "Level 2"), (3, "Third")]
    assert OrganisationUnitLevel.objects.get(level=1).uid == stored.uid
    assert set(OrganisationUnitLevel.objects.values_list("level", flat=True)) == {1, 3}


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ({"level": 0, "name": "x"}, "Level must be greater than zero"),
        ({"name": "x"}, "Level must be greater than zero"),
        ({"level": 1}, "Name must be specified"), ({"level": 1, "name": " "}, "Name must be specified"),
    ],
)  # fmt: skip
def test_levels_that_are_none(api: ApiClient, level: dict[str, Any], message: str) -> None:
    answer = save(api, level)

    assert (answer.status, answer.json["message"]) == (409, message)


def test_bad_level_bodies(api: ApiClient) -> None:
    for body in ([], {}, {"organisationUnitLevels": {}}, {"organisationUnitLevels": [1]}):
        assert api.post(PATH, body).status == 400


def test_who_may_not_change_levels(api: ApiClient, outsider: User) -> None:
    before = names(api)

    assert save(api, {"level": 1, "name": "Mine"}, user="outsider").status == 409
    assert names(api) == before


@pytest.fixture
def combo(db: None) -> CategoryCombo:
    """A combo over a category of two options, without option combos but one that has no place."""
    times = {"created": DAY, "last_updated": DAY, "sharing": PUBLIC}
    options = [CategoryOption.objects.create(name=f"Opt {n}", short_name=f"Opt {n}", **times) for n in "AB"]
    category = Category.objects.create(
        name="Letters", short_name="Letters", data_dimension_type="DISAGGREGATION", **times
    )
    for option in options:  # one after the other: their order is that of the combos
        category.category_options.add(option)
    combo = CategoryCombo.objects.create(
        uid="maintainCom", name="By letter", data_dimension_type="DISAGGREGATION", **times
    )
    combo.categories.add(category)
    CategoryOptionCombo.objects.create(name="Obsolete", category_combo=combo, created=DAY, last_updated=DAY)
    return combo


def option_combos() -> set[str]:
    rows = CategoryOptionCombo.objects.filter(category_combo__uid="maintainCom")
    return set(rows.values_list("name", flat=True))


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_all_option_combos_are_regenerated(api: ApiClient, combo: CategoryCombo, method: str) -> None:
    answer = api.request(method, "/api/maintenance/categoryOptionComboUpdate")

    assert (answer.status, answer.content) == (204, b"")
    assert option_combos() == {"Opt A", "Opt B"}


def test_the_option_combos_of_one_combo(api: ApiClient, combo: CategoryCombo) -> None:
    answer = api.post("/api/maintenance/categoryOptionComboUpdate/categoryCombo/maintainCom")

    assert (answer.status, answer.json["response"]["responseType"]) == (200, "ImportSummaries")
    assert [s["description"] for s in answer.json["response"]["importSummaries"]] == [
        "Category option combo `Opt A` was created", "Category option combo `Opt B` was created",
        "Obsolete category option combo `Obsolete` was deleted",
    ]  # fmt: skip
    assert option_combos() == {"Opt A", "Opt B"}
    again = api.put("/api/maintenance/categoryOptionComboUpdate/categoryCombo/maintainCom")
    assert again.json["response"]["total"] == 0


def test_maintenance_of_nothing_and_by_nobody(api: ApiClient, combo: CategoryCombo, outsider: User) -> None:
    path = "/api/maintenance/categoryOptionComboUpdate"
    persona("maintainer", ["F_PERFORM_MAINTENANCE"])

    missing = api.post(f"{path}/categoryCombo/nothingHere")
    assert (missing.status, missing.json["message"]) == (409, "CategoryCombo does not exist: nothingHere")
    for address in (path, f"{path}/categoryCombo/maintainCom"):
        refused = api.post(address, user="outsider")
        assert (refused.status, refused.json["message"]) == (
            403, "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]",
        )  # fmt: skip
    assert option_combos() == {"Obsolete"}
    assert api.post(path, user="maintainer").status == 204


def test_where_options_and_programs_are_used(api: ApiClient, outsider: User) -> None:
    unit = OrganisationUnit.objects.order_by("pk").first().uid
    somewhere = create(api, "categoryOption", organisationUnits=[{"id": unit}])["id"]
    anywhere = create(api, "categoryOption")["id"]
    program = create(api, "program", organisationUnits=[{"id": unit}])["id"]
    path = f"/api/categoryOptions/orgUnits?categoryOptions={somewhere},{anywhere},nothingHere"

    assert api.get(path).json == {somewhere: [unit], anywhere: []}
    assert api.get(f"/api/programs/orgUnits?programs={program}").json == {program: [unit]}
    CategoryOption.objects.filter(uid=somewhere).update(sharing=private())
    assert somewhere not in api.get(path, user="outsider").json
    assert api.get("/api/programs/orgUnits").status == 400


def test_data_sets_tell_their_version_and_category_combos(api: ApiClient, outsider: User, combo: CategoryCombo) -> None:
    elements = [create(api, "dataElement")["id"] for _ in range(2)]
    members = [{"dataElement": {"id": uid}} for uid in elements]
    members[0]["categoryCombo"] = {"id": "maintainCom"}
    uid = create(api, "dataSet", dataSetElements=members)["id"]
    path = f"/api/dataSets/{uid}"

    assert api.get(f"{path}/version").json == {"version": DataSet.objects.get(uid=uid).version}
    combos = api.get(f"{path}/categoryCombos?fields=id").json["categoryCombos"]
    assert {c["id"] for c in combos} == {"maintainCom", "bjDvmb4bfuf"}
    assert "categories" in api.get(f"{path}/categoryCombos").json["categoryCombos"][0]
    DataSet.objects.update(sharing=private())
    for member in ("version", "categoryCombos"):
        refused = api.get(f"{path}/{member}", user="outsider")
        assert (refused.status, refused.json["errorCode"]) == (404, "E1005")
