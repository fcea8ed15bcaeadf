"""Option sets: order, codes, versions (DHIS2 2.42, metadata model, options)."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import OptionSet
from tests.harness.client import ApiClient
from tests.objects.imports import codes, errors, put_in

pytestmark = pytest.mark.django_db
SET = "optionSetOS"


def option(letter: str, **members: Any) -> dict[str, Any]:
    return {"id": f"optionUid{letter}1", "name": f"Option {letter}", "code": letter} | members


def option_set(*letters: str, **members: Any) -> dict[str, Any]:
    options = [{"id": f"optionUid{letter}1"} for letter in letters]
    return {"id": SET, "name": "A set", "valueType": "TEXT", "options": options} | members


@pytest.fixture
def stored(api: ApiClient) -> None:
    """The options A, B and C in this order."""
    assert put_in(api, optionSets=[option_set(*"ABC")], options=[option(x) for x in "CBA"]).status == 200


def order(api: ApiClient) -> str:
    return "".join(o["code"] for o in api.get(f"/api/optionSets/{SET}?fields=options[code]").json["options"])


def version() -> int:
    return OptionSet.objects.get(uid=SET).version


def test_options_keep_the_order_of_their_set(api: ApiClient, stored: None) -> None:
    assert order(api) == "ABC"
    put_in(api, optionSets=[option_set(*"CAB")])
    assert order(api) == "CAB"


def test_an_option_that_is_left_out_belongs_to_no_set(api: ApiClient, stored: None) -> None:
    put_in(api, optionSets=[option_set(*"AC")])

    assert order(api) == "AC"
    assert "optionSet" not in api.get("/api/options/optionUidB1").json


def test_an_option_names_its_set_itself(api: ApiClient, stored: None) -> None:
    assert api.post("/api/options", option("D", optionSet={"id": SET}, sortOrder=9)).status == 201
    assert order(api) == "ABCD"


@pytest.mark.parametrize("member", ["name", "code"])
def test_e4028_names_and_codes_are_single_in_a_set(api: ApiClient, stored: None, member: str) -> None:
    twin = option("D", optionSet={"id": SET}) | {member: option("A")[member]}

    assert errors(put_in(api, options=[twin])) == [("E4028", member)]
    listed = put_in(api, options=[option("D") | {member: option("E")[member]}, option("E")],
                    optionSets=[option_set(*"DE", id="otherSetOS1", name="Other")])  # fmt: skip
    assert codes(listed) == ["E4028"]
    assert put_in(api, options=[option("D") | {member: option("A")[member]}]).status == 200


def test_e1118_commas_in_sets_of_several_values(api: ApiClient) -> None:
    sent = option_set("D", valueType="MULTI_TEXT")

    assert errors(put_in(api, optionSets=[sent], options=[option("D", code="a,b")])) == [("E1118", "code")]


def test_versions(api: ApiClient, stored: None) -> None:
    """Equal counts up, higher is taken, lower or absent keeps; an option's own change counts too."""
    assert version() == 0
    for sent, expected in ((0, 1), (1, 2), (7, 7), (3, 7), (None, 7), (7, 8)):
        put_in(api, optionSets=[option_set(*"ABC", version=sent)])
        assert version() == expected, sent
    put_in(api, options=[option("A", optionSet={"id": SET}, name="Renamed")])
    assert version() == 9


def test_a_deleted_set_takes_its_options_along(api: ApiClient, stored: None) -> None:
    assert api.delete(f"/api/optionSets/{SET}").status == 200
    assert api.get("/api/options/optionUidA1").status == 404
