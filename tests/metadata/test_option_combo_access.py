"""Option combos have no sharing: who may read every option of one may read it."""

from __future__ import annotations

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import CategoryCombo, CategoryOption, CategoryOptionCombo
from tests.harness.client import ApiClient
from tests.objects.elements import DAY, PUBLIC
from tests.personas import persona, private
from users.models import User

pytestmark = pytest.mark.django_db
OPEN, HALF, HIDDEN, BARE = "Open", "Half open", "Hidden", "Without options"


@pytest.fixture
def combos(db: None) -> dict[str, CategoryOptionCombo]:
    """Combos of two options: of which all, one or none may be read by everybody; and one without options."""
    public, hidden = (
        CategoryOption.objects.create(name=name, short_name=name, sharing=sharing, created=DAY, last_updated=DAY)
        for name, sharing in (("Public option", PUBLIC), ("Private option", private()))
    )
    combo = CategoryCombo.objects.create(name="Of options", sharing=PUBLIC, data_dimension_type="DISAGGREGATION")
    made = {}
    for name, options in ((OPEN, [public]), (HALF, [public, hidden]), (HIDDEN, [hidden]), (BARE, [])):
        made[name] = CategoryOptionCombo.objects.create(uid=generate_uid(), name=name, category_combo=combo)
        made[name].category_options.set(options)
    return made


def names(api: ApiClient, path: str, user: str = "outsider") -> set[str]:
    answer = api.get(path, user=user)
    assert answer.status == 200, answer
    return {found["name"] for found in answer.json["categoryOptionCombos"]} & {OPEN, HALF, HIDDEN, BARE}


def test_a_list_shows_those_of_which_all_options_may_be_read(
    api: ApiClient, combos: dict[str, CategoryOptionCombo], outsider: User
) -> None:
    path = "/api/categoryOptionCombos?fields=name&paging=false"

    assert names(api, path) == {OPEN, BARE}
    assert names(api, path, user="admin") == {OPEN, HALF, HIDDEN, BARE}


def test_the_pager_counts_the_same(api: ApiClient, combos: dict[str, CategoryOptionCombo], outsider: User) -> None:
    path = "/api/categoryOptionCombos?filter=categoryCombo.name:eq:Of options"

    assert api.get(path, user="outsider").json["pager"]["total"] == 2
    assert api.get(path).json["pager"]["total"] == 4


def test_one_alone_is_not_found(api: ApiClient, combos: dict[str, CategoryOptionCombo], outsider: User) -> None:
    statuses = {
        name: api.get(f"/api/categoryOptionCombos/{combo.uid}", user="outsider").status
        for name, combo in combos.items()
    }

    assert statuses == {OPEN: 200, HALF: 404, HIDDEN: 404, BARE: 200}


def test_an_export_holds_the_same(api: ApiClient, combos: dict[str, CategoryOptionCombo]) -> None:
    persona("exporter", ["F_METADATA_EXPORT"])

    assert names(api, "/api/metadata?categoryOptionCombos=true&fields=name", user="exporter") == {OPEN, BARE}


def test_a_filter_does_not_tell_of_those_in_between(
    api: ApiClient, combos: dict[str, CategoryOptionCombo], outsider: User
) -> None:
    def found(name: str) -> int:
        path = f"/api/categoryCombos?filter=categoryOptionCombos.name:eq:{name}&fields=id"
        return len(api.get(path, user="outsider").json["categoryCombos"])

    assert (found(OPEN), found(HIDDEN)) == (1, 0)


def test_access_says_it_of_nested_ones(api: ApiClient, combos: dict[str, CategoryOptionCombo], outsider: User) -> None:
    """References show what they refer to, whatever its access."""
    path = "/api/categoryCombos?filter=name:eq:Of options&fields=categoryOptionCombos[name,access[read,update]]"

    [combo] = api.get(path, user="outsider").json["categoryCombos"]

    shown = {found["name"]: found["access"] for found in combo["categoryOptionCombos"]}
    assert {name: access["read"] for name, access in shown.items()} == {
        OPEN: True, HALF: False, HIDDEN: False, BARE: True,
    }  # fmt: skip
    assert {access["update"] for access in shown.values()} == {False}
