"""Lists of org units by level, by the caller's places, by their place relative to one unit."""

from __future__ import annotations

import pytest

from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.objects.elements import DAY
from users.models import User

pytestmark = pytest.mark.django_db
PATHS = {"A": "/A", "B": "/A/B", "C": "/A/C", "D": "/A/B/D", "E": "/A/B/D/E", "AX": "/AX"}


def uid(name: str) -> str:
    return name.ljust(11, "0")


@pytest.fixture
def tree(db: None, outsider: User) -> None:
    """A over B and C, B over D over E; AX beside A. The outsider captures at B and views C."""
    units: dict[str, OrganisationUnit] = {}
    for name, path in PATHS.items():
        steps = path.split("/")[1:]
        units[name] = OrganisationUnit.objects.create(
            uid=uid(name), name=name, short_name=name, path="".join(f"/{uid(s)}" for s in steps),
            hierarchy_level=len(steps), parent=units[steps[-2]] if len(steps) > 1 else None, opening_date=DAY,
            created=DAY, last_updated=DAY,
        )  # fmt: skip
    outsider.organisation_units_rows.create(organisation_unit=units["B"])
    outsider.data_view_organisation_units_rows.create(organisation_unit=units["C"])


def names(api: ApiClient, path: str, user: str = "outsider") -> list[str]:
    glue = "&" if "?" in path else "?"
    answer = api.get(f"/api/organisationUnits{path}{glue}fields=id,name", user=user)
    assert answer.status == 200, answer
    assert answer.json["pager"]["total"] == len(answer.json["organisationUnits"])
    return [u["name"] for u in answer.json["organisationUnits"] if u["id"].endswith("00")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/{uid('B')}/children", "B D"), (f"/{uid('B')}?includeChildren=true", "B D"),
        (f"/{uid('B')}/descendants", "B D E"), (f"/{uid('B')}?includeDescendants=true", "B D E"),
        (f"/{uid('A')}/descendants", "A B C D E"), (f"/{uid('A')}/descendants?order=name:desc", "E D C B A"),
        (f"/{uid('E')}/ancestors", "A B D E"), (f"/{uid('E')}?includeAncestors=true", "A B D E"),
        (f"/{uid('E')}/parents", "A B D"), (f"/{uid('A')}/parents", ""),
        (f"/{uid('A')}?level=2", "D"), (f"/{uid('A')}/children?level=1", "B C"), (f"/{uid('A')}?level=0", "A"),
        (f"/{uid('A')}/descendants?filter=name:in:[B,E,AX]", "B E"),
    ],
)  # fmt: skip
def test_units_around_one(api: ApiClient, tree: None, path: str, expected: str) -> None:
    assert names(api, path) == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("userOnly=true", "B"), ("userDataViewOnly=true", "C"), ("withinUserHierarchy=true", "B D E"),
        ("withinUserHierarchy=true&level=3", "D"), ("withinUserHierarchy=true&maxLevel=3", "B D"),
        ("userOnly=true&level=1", ""),
    ],
)  # fmt: skip
def test_the_callers_units(api: ApiClient, tree: None, query: str, expected: str) -> None:
    assert names(api, f"?{query}") == expected.split()


def test_without_places_nothing_is_within(api: ApiClient, tree: None, private_author: User) -> None:
    """A restriction that names nobody restricts, where DHIS2 2.42 would drop it."""
    assert names(api, "?withinUserHierarchy=true", user="private_author") == []


def test_levels(api: ApiClient, tree: None) -> None:
    shown = api.get("/api/organisationUnits?level=1&paging=false&fields=level").json["organisationUnits"]
    assert {u["level"] for u in shown} == {1}
    assert api.get("/api/organisationUnits?level=0").status == 400


def test_one_unit_is_still_one(api: ApiClient, tree: None) -> None:
    assert api.get(f"/api/organisationUnits/{uid('A')}?fields=name").json == {"name": "A"}
    assert api.get(f"/api/organisationUnits/{uid('A')}?fields=name&includeChildren=false").json == {"name": "A"}


@pytest.mark.parametrize("path", ["children", "descendants", "ancestors", "parents", "children?level=1"])
def test_units_around_nothing_are_a_404(api: ApiClient, path: str) -> None:
    answer = api.get(f"/api/organisationUnits/nothingHere/{path}")
    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")
