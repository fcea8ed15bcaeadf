"""Corners of the query language: places of faults, words, numbers, versions (DHIS2 2.42 and 2.36, metadata API)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from metadata.models import DataElement
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, group, store
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def elements(db: None) -> list[DataElement]:
    """Two data elements in one group, the second with a French name."""
    found = store([
        element("Malaria cases", code="K_A"),
        element("BCG doses", code="K_B", uid="cornerElmt1",
                translations=[{"locale": "fr", "property": "NAME", "value": "Doses de BCG"}]),
    ])  # fmt: skip
    group("Infant immunisation", found)
    return found


def listed(api: ApiClient, *filters: str, version: str = "", **params: Any) -> Answer:
    query = [("filter", f) for f in filters] + [("fields", "code"), ("order", "code"), *params.items()]
    return api.get(f"/api/{version}dataElements?" + urlencode(query))


def codes(answer: Answer) -> list[str]:
    assert answer.status == 200, answer
    return [o["code"].removeprefix("K_") for o in answer.json["dataElements"]]


@pytest.mark.parametrize(
    ("filters", "place"),
    [
        (["nothing:eq:x"], "filter 1, character 1: nothing"),
        (["name:like:x", "name:fly:y"], "filter 2, character 6: fly"),
        (["name:like:x,created:eq:soon"], "filter 1, character 24: soon"),
        (["name:in:x"], "filter 1, character 9: x"), (["dataElementGroups:eq:x"], "filter 1, character 22: x"),
        (["created:like:2020"], "filter 1, character 9: like"), (["name"], "filter 1, character 1: name"),
        (["domainType:in:[AGGREGATE,OTHER]"], "filter 1, character 15: [AGGREGATE,OTHER]"),
    ],
)  # fmt: skip
def test_an_error_names_the_place(api: ApiClient, filters: list[str], place: str) -> None:
    """The message stays the one that clients show; the place is in `devMessage`, in exports, too."""
    answer = listed(api, *filters)
    assert (answer.status, answer.json["devMessage"]) == (400, place)

    exported = api.get("/api/metadata?" + urlencode([("dataElements:filter", f) for f in filters]))
    assert (exported.status, exported.json["devMessage"]) == (409, place)


def test_up_to_version_36_a_bad_filter_is_a_conflict(api: ApiClient) -> None:
    old, new = listed(api, "nothing:eq:x", version="36/"), listed(api, "nothing:eq:x", version="37/")

    assert (old.status, old.json["message"]) == (409, "Unknown path property: nothing")
    assert new.status == 400


def test_up_to_version_36_presets_show_href(api: ApiClient, elements: list[DataElement]) -> None:
    path = "dataElements/cornerElmt1?fields=:identifiable,categoryCombo[:nameable]"
    old, new = api.get(f"/api/36/{path}").json, api.get(f"/api/{path}").json

    assert "href" in old and "href" in old["categoryCombo"]
    assert "href" not in new and "href" not in new["categoryCombo"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name:token:alaria", ["A"]), ("dataElementGroups.name:token:munisation", []),
        ("dataElementGroups.name:token:infant immun", ["A", "B"]), ("displayName:token:alaria", []),
        ("displayName:token:cases mal", ["A"]), ("dataElementGroups.name:!token:munisation", ["A", "B"]),
    ],
)  # fmt: skip
def test_words_are_found_anywhere_in_stored_texts_and_at_their_beginning_elsewhere(
    api: ApiClient, elements: list[DataElement], text: str, expected: list[str]
) -> None:
    assert codes(listed(api, "code:$like:K_", text)) == expected


def test_words_are_found_in_the_callers_translation(api: ApiClient, elements: list[DataElement]) -> None:
    french = {"translate": "true", "locale": "fr"}

    assert codes(listed(api, "name:token:de doses", **french)) == ["B"]
    assert codes(listed(api, "identifiable:token:de doses", **french)) == ["B"]
    assert codes(listed(api, "code:$like:K_", "name:!token:de doses", **french)) == ["A"]
    assert codes(listed(api, "name:token:de doses")) == []


@pytest.mark.parametrize("text", ["1_000", "٣", "x", "1e3"])
def test_what_is_no_integer(api: ApiClient, text: str) -> None:
    answer = api.get("/api/organisationUnitLevels?" + urlencode({"filter": f"level:eq:{text}"}))

    assert (answer.status, answer.json["message"]) == (400, f"Unable to parse `{text}` as `Integer`.")


def test_a_list_names_members_of_an_enumeration(api: ApiClient) -> None:
    answer = listed(api, "domainType:in:[AGGREGATE,OTHER]")

    assert answer.json["message"] == (
        "Unable to parse `OTHER` as `DataElementDomain`, available values are: [AGGREGATE, TRACKER]"
    )


def test_text_operators_on_numbers_are_refused(api: ApiClient) -> None:
    answer = api.get("/api/metadata?organisationUnitLevels:filter=level:like:5")

    assert (answer.status, answer.json["message"]) == (
        409, "Value `5` of type `Integer` is not supported by this operator.",
    )  # fmt: skip


def test_users_are_ordered_by_their_names(api: ApiClient, outsider: User, editor: User) -> None:
    path = "/api/users?filter=username:in:[outsider,editor]&fields=username&order=displayName"

    assert [u["username"] for u in api.get(path).json["users"]] == ["editor", "outsider"]
    assert [u["username"] for u in api.get(f"{path}:idesc").json["users"]] == ["outsider", "editor"]


def test_a_form_name_falls_back_to_the_name(api: ApiClient, elements: list[DataElement]) -> None:
    DataElement.objects.filter(code="K_A").update(form_name="Zzz")

    assert codes(listed(api, "displayFormName:eq:BCG doses")) == ["B"]
    assert codes(listed(api, "displayFormName:eq:Malaria cases")) == []
    assert codes(listed(api, "displayFormName:token:doses de", translate="true", locale="fr")) == ["B"]
    ordered = api.get("/api/dataElements?filter=code:$like:K_&fields=code&order=displayFormName:desc").json
    assert [o["code"] for o in ordered["dataElements"]] == ["K_A", "K_B"]


def test_old_members_of_users_lead_to_the_new_ones(api: ApiClient, outsider: User) -> None:
    path = "/api/users?fields=username&filter=userCredentials."

    assert api.get(f"{path}username:eq:outsider").json["users"] == [{"username": "outsider"}]
    assert len(api.get(f"{path}userRoles.name:eq:Role of outsider").json["users"]) == 1
    assert api.get(f"{path}password:like:x").status == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("translations.locale:eq:fr", ["B"]), ("translations.locale:in:[fr,pt]", ["B"]),
        ("translations.locale:in:[]", []), ("translations.value:eq:Doses de BCG", ["B"]),
        ("access.read:!eq:true", []), ("access.read:ne:false", ["A", "B"]), ("sharing.users.x.access:null", ["A", "B"]),
        ("sharing.users.x.access:like:r", []), ("categoryCombo.sharing.users:empty", ["A", "B"]),
        ("categoryCombo.sharing.public:like:r", ["A", "B"]), ("dataElementGroups.sharing.users:gt:0", []),
        ("dataElementGroups.sharing.public:eq:rw------", ["A", "B"]), ("style.color:null", ["A", "B"]),
        ("publicAccess:eq:rw------", ["A", "B"]), ("publicAccess:like:x", []), ("externalAccess:eq:true", []),
        ("externalAccess:!eq:true", ["A", "B"]), ("userAccesses:empty", ["A", "B"]), ("userAccesses:gt:0", []),
        ("publicAccess:in:[rw------,x]", ["A", "B"]), ("publicAccess:token:rw", ["A", "B"]),
        ("publicAccess:!$ilike:RW", []), ("publicAccess:null", []), ("href:endsWith:CORNERELMT1", ["B"]),
    ],
)  # fmt: skip
def test_members_inside_values_and_members_that_no_column_holds(
    api: ApiClient, elements: list[DataElement], text: str, expected: list[str]
) -> None:
    assert codes(listed(api, "code:$like:K_", text)) == expected


def test_totals_and_pages_of_members_that_no_column_holds(api: ApiClient) -> None:
    leaves = api.get("/api/organisationUnits?filter=leaf:eq:true&fields=leaf,children&pageSize=7&page=2").json

    assert len(leaves["organisationUnits"]) == 7
    assert all(unit == {"leaf": True, "children": []} for unit in leaves["organisationUnits"])
    assert leaves["pager"]["total"] == api.get("/api/organisationUnits?filter=children:empty").json["pager"]["total"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("leaf:eq:true", True), ("leaf:!eq:true", False), ("leaf:eq:false", False), ("leaf:in:[true]", True),
        ("parent.leaf:eq:false", None), ("parent.leaf:!eq:true", None),
    ],
)  # fmt: skip
def test_leaves(api: ApiClient, text: str, expected: bool | None) -> None:
    path = f"/api/organisationUnits?filter={text}&fields=leaf,parent&paging=false"
    units = api.get(path).json["organisationUnits"]

    if expected is None:
        assert units and all("parent" in unit for unit in units)
    else:
        assert {unit["leaf"] for unit in units} == {expected}


def test_a_root_has_no_parent_of_which_anything_is_true(api: ApiClient) -> None:
    assert api.get("/api/organisationUnits?filter=parent.leaf:eq:true").json["organisationUnits"] == []


def test_members_that_no_column_holds_cost_the_same_for_any_number(api: ApiClient) -> None:
    counts = []
    for size in (5, 500):
        store([element(f"Computed {size}.{n}") for n in range(size)])
        with query_counter() as few:
            assert api.get("/api/dataElements?filter=publicAccess:eq:rw------&fields=id").status == 200
        counts.append(few.count)

    assert counts[0] == counts[1]


def test_too_many_objects_are_not_computed(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dhis2api.objects.query.filters.MAX_ROWS", 3)

    answer = api.get("/api/organisationUnits?filter=href:like:x")
    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
    assert answer.json["message"] == "Property `href` cannot be filtered: more than 3 objects would have to be read"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("access.read:like:true", "`like` is not a valid operator."),
        ("externalAccess:like:t", "Value `t` of type `String` is not supported by this operator."),
        ("userAccesses:eq:x", "Collection size must be integer `x`"),
        ("userAccesses:like:x", "`like` is not a valid operator."),
        ("dataElementGroups.publicAccess:eq:x", "Unknown path property: dataElementGroups.publicAccess"),
    ],
)  # fmt: skip
def test_what_such_members_cannot_be_asked(api: ApiClient, text: str, message: str) -> None:
    answer = listed(api, text)

    assert (answer.status, answer.json["message"]) == (400, message)


def test_users_are_filtered_by_their_whole_name(api: ApiClient, outsider: User, editor: User) -> None:
    def found(text: str) -> list[str]:
        answer = api.get("/api/users?" + urlencode({"filter": text, "fields": "username", "order": "username"}))
        return [u["username"] for u in answer.json["users"]]

    assert found("name:eq:Outsider Persona") == ["outsider"]
    assert found("displayName:ilike:r pers") == ["editor", "outsider"]
    assert {"editor", "outsider"}.isdisjoint(found("name:!like:Persona"))


NEEDLE = "nEeDlE7"


@pytest.mark.parametrize(
    ("path", "parameter", "text"),
    [
        ("dataElements", "filter", f"name:ilike:{NEEDLE}"), ("dataElements", "filter", f"name:in:[{NEEDLE},x]"),
        ("dataElements", "filter", f"{NEEDLE}:eq:x"), ("dataElements", "filter", f"name:{NEEDLE}:x"),
        ("dataElements", "filter", f"displayName:token:{NEEDLE}"),
        ("dataElements", "filter", f"dataElementGroups.name:token:{NEEDLE}"),
        ("dataElements", "filter", f"sharing.{NEEDLE}:eq:x"), ("dataElements", "filter", f"access.{NEEDLE}:eq:true"),
        ("dataElements", "fields", f"id,{NEEDLE}"), ("dataElements", "fields", f"name~rename({NEEDLE})"),
        ("dataElements", "fields", f"categoryCombo[{NEEDLE}]"), ("dataElements", "fields", f"style[{NEEDLE}]"),
        ("dataElements", "order", f"{NEEDLE}:asc"), ("dataElements", "order", f"name:{NEEDLE}"),
        ("dataElements", "query", NEEDLE), ("dataElements", "locale", NEEDLE),
        ("dataElements/gist", "fields", f"dataElementGroups~member({NEEDLE})"),
        ("dataElements/gist", "fields", f"dataElementGroups~pluck({NEEDLE})"),
        ("dataElements/gist", "filter", f"1:name:eq:{NEEDLE}"), ("dataElements/gist", "order", NEEDLE),
        ("dataElements/gist", "filter", f"id:canRead:{NEEDLE}"), ("dataElements/gist", "locale", NEEDLE),
    ],
)  # fmt: skip
def test_no_text_of_a_request_is_part_of_a_statement(
    api: ApiClient, elements: list[DataElement], path: str, parameter: str, text: str, recorded: list[str]
) -> None:
    """Values are parameters, names come from the schema."""
    query = urlencode([(parameter, text), ("translate", "true"), ("locale", "fr")])
    assert api.get(f"/api/{path}?{query}").status in (200, 400, 404)

    assert recorded
    assert not [statement for statement in recorded if NEEDLE.lower() in statement.lower()]


def test_the_recorder_sees_what_it_would_miss(api: ApiClient, recorded: list[str]) -> None:
    """A statement recorded with its parameters does show the text of the request."""
    with query_counter() as few:
        api.get(f"/api/dataElements?filter=name:eq:{NEEDLE}")

    assert any(NEEDLE in statement for statement in few.count.statements)
    assert not any(NEEDLE in statement for statement in recorded)
