"""Nested fields that multiply are refused before they are written (E1003)."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.reading import budget
from metadata.models import DataSet, OrganisationUnit
from tests.harness.client import ApiClient
from tests.objects.elements import DAY
from users.models import User

pytestmark = pytest.mark.django_db
SIBLINGS = 200


def explosion(pairs: int) -> str:
    """`parent[children[…[id]]]`: every pair shows all siblings of a unit."""
    return "parent[children[" * pairs + "id" + "]]" * pairs


@pytest.fixture
def siblings(db: None) -> list[OrganisationUnit]:
    """A root with many children."""
    unit: dict[str, Any] = {"opening_date": DAY, "created": DAY, "last_updated": DAY}
    root = OrganisationUnit.objects.create(uid="siblingRoot", name="R", path="/siblingRoot", hierarchy_level=1, **unit)
    return OrganisationUnit.objects.bulk_create(
        OrganisationUnit(
            uid=f"sibling{n:04}", name=f"Sibling {n}", short_name="S", parent=root, hierarchy_level=2,
            path=f"/siblingRoot/sibling{n:04}", **unit,
        )
        for n in range(SIBLINGS)
    )  # fmt: skip


MINE = "filter=path:like:siblingRoot"


@pytest.mark.parametrize(
    "path",
    [
        f"organisationUnits?{MINE}&paging=false&fields=", f"organisationUnits?{MINE}&pageSize=2000&fields=",
        "organisationUnits/sibling0001?fields=name,", "metadata?organisationUnits:fields=",
        f"metadata?organisationUnits:{MINE}&organisationUnits:fields=",
        f"organisationUnits.xml?{MINE}&paging=false&fields=",
        f"organisationUnits.json.gz?{MINE}&paging=false&fields=",
    ],
)  # fmt: skip
def test_what_multiplies_is_refused_by_name(api: ApiClient, siblings: list[Any], path: str) -> None:
    answer = api.get(f"/api/{path}{explosion(9)}")

    assert answer.status == 400, answer
    if ".xml" not in path:
        assert answer.json["errorCode"] == "E1003"
    assert "parent[children[parent[children[parent" in answer.text


def test_the_current_user_is_no_way_around(api: ApiClient, siblings: list[Any], admin: User) -> None:
    admin.organisation_units_rows.create(organisation_unit=siblings[0])

    answer = api.get(f"/api/me?fields=id,organisationUnits[{explosion(9)}]")
    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
    assert "organisationUnits[parent[children" in answer.json["message"]


def test_operands_are_no_way_around(api: ApiClient, siblings: list[Any]) -> None:
    data_set = DataSet.objects.filter(data_set_elements__isnull=False).first()
    data_set.organisation_units.add(*siblings)

    element = f"dataElement[dataSetElements[dataSet[organisationUnits[{explosion(9)}]]]]"
    answer = api.get(f"/api/dataElementOperands?dataSet={data_set.uid}&fields={element}")
    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")


def test_long_texts_multiply_too(api: ApiClient, siblings: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One unit with a large geometry, shown beside each of its children."""
    monkeypatch.setattr(budget, "MAX_MEMBERS", 50_000)
    ring = [[n / 1000, n / 1000] for n in range(4_000)]
    OrganisationUnit.objects.filter(uid="siblingRoot").update(geometry={"type": "Polygon", "coordinates": [ring]})

    answer = api.get(f"/api/organisationUnits?{MINE}&paging=false&fields=parent[geometry]")
    assert answer.status == 400
    assert "`parent`" in answer.json["message"]
    assert api.get(f"/api/organisationUnits?{MINE}&paging=false&fields=geometry").status == 200


@pytest.mark.parametrize("fields", [explosion(1), "*,parent[*],children[*]", ":all", "children~size,parent[name]"])
def test_what_grows_with_its_rows_is_shown(api: ApiClient, siblings: list[Any], fields: str) -> None:
    answer = api.get(f"/api/organisationUnits?{MINE}&paging=false&fields={fields}")

    assert len(answer.json["organisationUnits"]) == SIBLINGS + 1


def test_a_number_in_place_of_members_is_small(
    api: ApiClient, siblings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MAX_MEMBERS", 3 * SIBLINGS)

    path = f"/api/organisationUnits?{MINE}&paging=false&fields="
    assert api.get(f"{path}parent[children~size]").status == 200
    assert api.get(f"{path}parent[children]").status == 400


def test_a_data_set_of_many_units_is_shown(api: ApiClient, siblings: list[Any]) -> None:
    data_set = DataSet.objects.first()
    data_set.organisation_units.add(*siblings)

    shown = api.get(f"/api/dataSets/{data_set.uid}?fields=*,organisationUnits[id,name,parent[id,name]]").json
    assert len(shown["organisationUnits"]) >= SIBLINGS
