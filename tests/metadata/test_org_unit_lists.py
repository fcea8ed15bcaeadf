"""Lists of org units by level, by the caller's places, by their place relative to one unit."""

from __future__ import annotations

import pytest

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from tests.harness.client import ApiClient
from tests.harness.copies import copies
from tests.harness.queries import query_counter
from tests.objects.elements import DAY, PUBLIC
from tests.personas import private
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
    outsider.tei_search_organisation_units_rows.create(organisation_unit=units["D"])


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
        ("userOnly=true&level=1", ""), ("withinDataViewUserHierarchy=true", "C"),
        ("withinUserSearchHierarchy=true", "D E"), ("userDataViewFallback=true", "C"),
        ("filter=name:in:[E,B,A]&levelSorted=true", "A B E"), ("filter=name:in:[A,B,D]&level=1,3", "A D"),
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


def test_without_places_of_search_and_view_others_count(api: ApiClient, tree: None, outsider: User) -> None:
    outsider.data_view_organisation_units_rows.all().delete()
    outsider.tei_search_organisation_units_rows.all().delete()

    assert names(api, "?withinUserSearchHierarchy=true") == ["B", "D", "E"]
    assert names(api, "?withinDataViewUserHierarchy=true") == ["B", "D", "E"]
    assert names(api, "?userDataViewOnly=true") == []
    assert names(api, "?userDataViewFallback=true") == ["A", "AX"]


def test_members_are_counted_with_those_below(api: ApiClient, tree: None) -> None:
    group = OrganisationUnitGroup.objects.create(
        uid="countedGrp1", name="Counted", short_name="C", created=DAY, last_updated=DAY, sharing=PUBLIC
    )
    group.organisation_units.set(OrganisationUnit.objects.filter(name__in=["B", "E", "AX"], created=DAY))
    path = "/api/organisationUnits?memberObject=countedGrp1&memberCollection=organisationUnitGroups"
    wanted = f"filter=id:in:[{','.join(uid(name) for name in PATHS)}]"

    found = api.get(f"{path}&{wanted}&fields=name").json["organisationUnits"]
    counts = {unit["name"]: unit["memberCount"] for unit in found}
    assert counts == {"A": 2, "B": 2, "C": 0, "D": 1, "E": 1, "AX": 1}
    OrganisationUnitGroup.objects.update(sharing=private())
    hidden = api.get(f"{path}&{wanted}", user="outsider").json["organisationUnits"]
    assert {unit["memberCount"] for unit in hidden} == {0}
    for without_id in ("name,!id", "name,id~rename(uid)"):
        shown = api.get(f"{path}&{wanted}&fields={without_id}").json["organisationUnits"]
        assert [unit["name"] for unit in shown] == sorted(PATHS), "no id to count by"
    assert api.get(f"{path.replace('Groups', 'Fancies')}").status == 400
    assert api.get("/api/organisationUnits?memberObject=countedGrp1").status == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("includeChildren", "B D"), ("includeChildren=false", "B D"), ("includeAncestors", "B A"),
        ("includeDescendants=x", "B D E"),
    ],
)  # fmt: skip
def test_up_to_version_36_it_is_enough_to_name_what_is_included(
    api: ApiClient, tree: None, query: str, expected: str
) -> None:
    """No pager, and ancestors from the unit upwards."""
    answer = api.get(f"/api/36/organisationUnits/{uid('B')}?{query}&fields=name").json

    assert list(answer) == ["organisationUnits"]
    assert [u["name"] for u in answer["organisationUnits"]] == expected.split()


@pytest.mark.parametrize("query", ["includeChildren", "includeChildren=maybe"])
def test_later_versions_want_true_or_false(api: ApiClient, tree: None, query: str) -> None:
    answer = api.get(f"/api/organisationUnits/{uid('B')}?{query}")

    assert answer.status == 400
    assert "is not valid for parameter includeChildren" in answer.json["message"]


def test_ten_thousand_units_in_six_queries(api: ApiClient) -> None:
    """Parents and groups of each, streamed: the same number of queries for a hundred."""
    path = "/api/organisationUnits?fields=id,path,parent[id,name],organisationUnitGroups[id]&paging=false"
    group = OrganisationUnitGroup.objects.create(
        uid="largeGroup1", name="Large", short_name="L", created=DAY, last_updated=DAY, sharing=PUBLIC
    )
    root = OrganisationUnit.objects.filter(hierarchy_level=1).first()
    api.get("/api/me?fields=id")
    with query_counter() as login:
        api.get("/api/me?fields=id")
    counts = []
    for size in (100, 10_000):
        first = OrganisationUnit.objects.create(
            uid=f"u{size:05}00000", name="U", short_name="U", parent=root, hierarchy_level=2,
            path=f"{root.path}/u{size:05}00000", opening_date=DAY, created=DAY, last_updated=DAY,
        )  # fmt: skip
        uid = f"'u{size:05}' || lpad(n::text, 5, '0')"
        units = copies(first, size, uid=uid, name="'U ' || n", path=f"'{root.path}/' || {uid}")
        group.organisation_units.add(*units.values_list("pk", flat=True))
        with query_counter() as few:
            answer = api.get(path)
        shown = answer.json["organisationUnits"]
        assert len(shown) > size
        assert sum(u["organisationUnitGroups"] == [{"id": "largeGroup1"}] for u in shown) >= size
        counts.append(few.count)

    assert counts[0] == counts[1]
    assert counts[0] - login.count <= 6
