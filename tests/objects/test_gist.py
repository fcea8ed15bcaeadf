"""`…/gist`: flat pages, links instead of nested objects (DHIS2 2.42, metadata gist)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from dhis2api.objects.uids import generate_uid
from metadata.models import DataElement, DataElementGroup, Option, OptionSet
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import DAY, PUBLIC, element, group, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
MINE = "code:$like:G_"
GROUP = "gistGroupA1"


@pytest.fixture
def elements(db: None) -> list[DataElement]:
    """Three data elements; the first two are in a group, the first in another, too."""
    found = store([
        element("Alpha", code="G_A", uid="gistElement", value_type="TEXT",
                translations=[{"locale": "fr", "property": "NAME", "value": "Alfa"}]),
        element("Beta", code="G_B"), element("Gamma", code="G_C"),
    ])  # fmt: skip
    group("First", found[:2], uid=GROUP)
    group("Second", found[:1])
    return found


def gists(api: ApiClient, fields: str, *, user: str = "admin", **params: Any) -> list[Any]:
    query = [("fields", fields), ("filter", MINE), ("order", "code"), ("headless", "true"), *params.items()]
    answer = api.get("/api/dataElements/gist?" + urlencode(query), user=user)
    assert answer.status == 200, answer
    return answer.json


def member(api: ApiClient, path: str, **params: Any) -> Answer:
    return api.get(f"/api/dataElementGroups/{GROUP}{path}?" + urlencode(params))


def test_a_page_has_a_pager_without_a_total(api: ApiClient, elements: list[DataElement]) -> None:
    query = {"fields": "name", "filter": MINE, "order": "name", "pageSize": 2}
    first = api.get("/api/dataElements/gist?" + urlencode(query)).json
    link = "/dataElements/gist?page=2&pageSize=2&fields=name&filter=code:%24like:G_&order=name"

    assert first == {"pager": {"page": 1, "pageSize": 2, "nextPage": link}, "dataElements": ["Alpha", "Beta"]}
    last = api.get(f"/api{link}").json
    assert last["pager"]["prevPage"] == link.replace("page=2&pageSize", "pageSize")
    assert ("nextPage" in last["pager"], last["dataElements"]) == (False, ["Gamma"])


@pytest.mark.parametrize("name", ["total", "totalPages"])
def test_a_total_is_counted_when_asked_for(api: ApiClient, elements: list[DataElement], name: str) -> None:
    pager = api.get(f"/api/dataElements/gist?filter={MINE}&pageSize=2&{name}=true").json["pager"]

    assert (pager["total"], pager["pageCount"]) == (3, 2)


def test_a_page_is_never_larger_than_a_thousand(api: ApiClient) -> None:
    assert api.get("/api/dataElements/gist?pageSize=5000&fields=id").json["pager"]["pageSize"] == 1000


def test_the_array_can_be_named(api: ApiClient, elements: list[DataElement]) -> None:
    answer = api.get("/api/dataElements/gist?fields=id&pageListName=items").json

    assert list(answer) == ["pager", "items"]


@pytest.mark.parametrize(
    ("transformer", "shown"),
    [
        ("", [None, None, None]), ("~none", [None, None, None]), ("~size", [2, 1, 0]),
        ("~isEmpty", [False, False, True]), ("~isNotEmpty", [True, True, False]),
        (f"~member({GROUP})", [True, True, False]), (f"~not-member({GROUP})", [False, False, True]),
        ("~member(nothingHere)", [False, False, False]),
        ("~pluck(name)", [["First", "Second"], ["First"], []]),
        ("~pluck(id,name)~rename(x)", None),
        ("~size~rename(n)", None),
    ],
)  # fmt: skip
def test_transformers_of_collections(
    api: ApiClient, elements: list[DataElement], transformer: str, shown: list[Any] | None
) -> None:
    found = gists(api, f"code,dataElementGroups{transformer}")

    if shown is not None:
        assert [item.get("dataElementGroups") for item in found] == shown
    elif "rename(x)" in transformer:
        assert found[1]["x"] == [{"id": GROUP, "name": "First"}]
    else:
        assert [item["n"] for item in found] == [2, 1, 0]


def test_ids_of_members_and_references(api: ApiClient, elements: list[DataElement]) -> None:
    found = gists(api, "code,dataElementGroups~ids,categoryCombo~ids")[1]
    objects = gists(api, "code,dataElementGroups~id-objects,categoryCombo~id-objects")[1]

    assert (found["dataElementGroups"], found["categoryCombo"]) == ([GROUP], "bjDvmb4bfuf")
    assert (objects["dataElementGroups"], objects["categoryCombo"]) == ([{"id": GROUP}], {"id": "bjDvmb4bfuf"})


def test_nested_objects_are_links(api: ApiClient, elements: list[DataElement]) -> None:
    found = gists(api, "code,dataElementGroups,categoryCombo,dataElementGroups~size~rename(n)")[0]

    assert found == {
        "code": "G_A", "n": 2,
        "apiEndpoints": {
            "dataElementGroups": "/dataElements/gistElement/dataElementGroups/gist",
            "categoryCombo": "/categoryCombos/bjDvmb4bfuf/gist",
            "n": "/dataElements/gistElement/dataElementGroups/gist",
        },
    }  # fmt: skip
    absolute = gists(api, "code,categoryCombo", absoluteUrls="true")[0]["apiEndpoints"]
    assert absolute["categoryCombo"] == "http://testserver/api/categoryCombos/bjDvmb4bfuf/gist"


def test_a_reference_with_brackets_is_shown(api: ApiClient, elements: list[DataElement]) -> None:
    assert gists(api, "code,categoryCombo[id,name]")[0] == {
        "code": "G_A", "categoryCombo": {"id": "bjDvmb4bfuf", "name": "default"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("auto", "groups"), [("XS", None), ("S", None), ("M", 1), ("L", [GROUP]), ("XL", [{"id": GROUP}])]
)
def test_how_much_a_star_shows(api: ApiClient, elements: list[DataElement], auto: str, groups: Any) -> None:
    found = gists(api, "*", auto=auto)[1]

    assert found.get("dataElementGroups") == groups
    assert ("valueType" in found) is (auto != "XS")
    assert {"sharing", "access", "translations"}.isdisjoint(found)


def test_one_object(api: ApiClient, elements: list[DataElement]) -> None:
    shown = api.get("/api/dataElements/gistElement/gist").json

    assert (shown["id"], shown["name"], shown["valueType"]) == ("gistElement", "Alpha", "TEXT")
    assert len(shown["dataElementGroups"]) == 2
    assert api.get("/api/dataElements/gistElement/gist?fields=name").json == "Alpha"
    assert api.get("/api/dataElements/gistElement/gist?fields=!name,id,name").json == "gistElement"
    missing = api.get("/api/dataElements/nothingHere/gist")
    assert (missing.status, missing.json["errorCode"]) == (404, "E1005")


def test_membership_is_asked_of_one_object(api: ApiClient) -> None:
    colours = OptionSet.objects.create(name="Colours", value_type="TEXT", created=DAY, last_updated=DAY, sharing=PUBLIC)
    red = Option.objects.create(name="Red", code="R", option_set=colours, created=DAY, last_updated=DAY)

    path = f"/api/optionSets/{colours.uid}/gist?fields=options~member"
    assert api.get(f"{path}({red.uid})").json["options"] is True
    assert api.get(f"{path}(nothingHere)").json["options"] is False


def test_the_members_of_a_collection(api: ApiClient, elements: list[DataElement]) -> None:
    page = member(api, "/dataElements/gist", fields="name", total="true", pageSize=1).json

    assert (page["dataElements"], page["pager"]["total"]) == (["Alpha"], 2)
    filtered = member(api, "/dataElements/gist", fields="name", filter="valueType:eq:TEXT").json
    assert filtered["dataElements"] == ["Alpha"]
    outside = member(api, "/dataElements/gist", fields="name", filter=MINE, inverse="true").json
    assert outside["dataElements"] == ["Gamma"]


def test_ordered_members_come_in_their_order(api: ApiClient) -> None:
    colours = OptionSet.objects.create(name="Order", value_type="TEXT", created=DAY, last_updated=DAY, sharing=PUBLIC)
    for place, name in enumerate(["z", "a", "m"]):
        Option.objects.create(name=name, code=name, option_set=colours, sort_order=place, created=DAY, last_updated=DAY)

    path = f"/api/optionSets/{colours.uid}/options/gist?fields=name"
    assert api.get(path).json["options"] == ["z", "a", "m"]
    assert api.get(f"{path}&order=name").json["options"] == ["a", "m", "z"]


def test_rows_of_an_object_are_members_too(api: ApiClient) -> None:
    data_set = api.get("/api/dataSets?fields=id,dataSetElements~size&pageSize=1").json["dataSets"][0]
    path = f"/api/dataSets/{data_set['id']}"

    assert api.get(f"{path}/gist?fields=id,dataSetElements~size").json["dataSetElements"] > 0
    page = api.get(f"{path}/dataSetElements/gist?fields=dataElement[id,name]&pageSize=2&total=true").json
    assert page["pager"]["total"] == data_set["dataSetElements"]
    assert all(row.keys() == {"dataElement"} and "name" in row["dataElement"] for row in page["dataSetElements"])
    assert api.get(f"{path}/dataSetElements/gist").status == 200


def test_members_that_no_table_holds(api: ApiClient) -> None:
    leaf = api.get("/api/organisationUnits?filter=level:eq:3&fields=id&pageSize=1").json["organisationUnits"][0]["id"]

    path = f"/api/organisationUnits/{leaf}"
    assert len(api.get(f"{path}/ancestors/gist").json["ancestors"]) == 2
    assert api.get(f"{path}/gist?fields=id,ancestors~size").json["ancestors"] == 2
    assert api.get(f"{path}/gist?fields=id,ancestors~member({leaf})").json["ancestors"] is False


def test_what_a_reference_and_a_plain_member_hold(api: ApiClient, elements: list[DataElement]) -> None:
    assert api.get("/api/dataElements/gistElement/categoryCombo/gist?fields=id,name").json == {
        "id": "bjDvmb4bfuf", "name": "default",
    }  # fmt: skip
    assert api.get("/api/dataElements/gistElement/name/gist").json == "Alpha"
    unknown = api.get("/api/dataElements/gistElement/nothing/gist")
    assert (unknown.status, unknown.json["message"]) == (
        404, "Property nothing does not exist on org.hisp.dhis.dataelement.DataElement",
    )  # fmt: skip


def test_names_are_shown_in_the_callers_language_unless_told_otherwise(
    api: ApiClient, elements: list[DataElement], admin: User
) -> None:
    User.objects.filter(pk=admin.pk).update(settings={"keyDbLocale": "fr"})

    assert gists(api, "displayName")[0] == "Alfa"
    assert gists(api, "displayName", translate="false")[0] == "Alpha"
    assert gists(api, "displayName", locale="pt")[0] == "Alpha"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["1:name:eq:Alpha", "1:name:eq:Beta"], "AB"),
        (["1:name:eq:Alpha,1:name:eq:Beta", "code:eq:G_B"], "B"),
        (["name:in:[Alpha,Gamma]"], "AC"), (["dataElementGroups:gt:1"], "A"),
        (["id:canRead"], "ABC"), (["id:canwrite"], "ABC"), (["id:canDataRead"], ""), (["id:canAccess:rw%"], "ABC"),
    ],
)  # fmt: skip
def test_filters(api: ApiClient, elements: list[DataElement], filters: list[str], expected: str) -> None:
    query = [("filter", f) for f in [MINE, *filters]] + [("fields", "code"), ("order", "code"), ("headless", "true")]
    answer = api.get("/api/dataElements/gist?" + urlencode(query))

    assert "".join(answer.json).replace("G_", "") == expected


def test_groups_are_joined_the_other_way_round(api: ApiClient, elements: list[DataElement]) -> None:
    both = ["1:code:eq:G_A", "1:name:eq:Beta", "2:code:eq:G_C", "2:name:eq:Gamma"]
    query = [("filter", f) for f in both] + [("rootJunction", "OR"), ("fields", "code"), ("headless", "true")]

    assert api.get("/api/dataElements/gist?" + urlencode(query)).json == ["G_C"]


def test_access_of_another_user(api: ApiClient, elements: list[DataElement], outsider: User, editor: User) -> None:
    DataElement.objects.filter(code="G_B").update(sharing=private(outsider.uid))
    DataElement.objects.filter(code="G_C").update(sharing=private())

    def readable(text: str, user: str = "admin") -> Answer:
        query = [("filter", MINE), ("filter", text), ("fields", "code"), ("headless", "true"), ("order", "code")]
        return api.get("/api/dataElements/gist?" + urlencode(query), user=user)

    assert readable(f"id:canRead:{outsider.uid}").json == ["G_A", "G_B"]
    assert readable(f"id:canAccess:[{outsider.uid},r%]").json == ["G_A", "G_B"]
    assert readable("id:canRead", user="outsider").json == ["G_A", "G_B"]
    assert readable(f"id:canRead:{editor.uid}", user="outsider").status == 403
    assert readable("id:canRead:nothingHere").status == 404


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name:canRead", "Unknown path property: name"), ("id:canAccess:x!", "Invalid filter => id:canAccess:x!"),
        ("1:nothing:eq:x", "Unknown path property: nothing"), ("x", "Invalid filter => x"),
    ],
)  # fmt: skip
def test_filters_that_cannot_be_read(api: ApiClient, text: str, message: str) -> None:
    answer = api.get("/api/dataElements/gist?" + urlencode({"filter": text}))

    assert (answer.status, answer.json["errorCode"], answer.json["message"]) == (400, "E1003", message)


def test_an_error_names_the_place_in_the_text(api: ApiClient) -> None:
    query = urlencode([("filter", "id:eq:x"), ("filter", "1:name:eq:x,1:name:fly:y")])

    assert api.get(f"/api/dataElements/gist?{query}").json["devMessage"] == "filter 2, character 20: fly"


def test_what_the_caller_may_not_read_is_not_there(api: ApiClient, elements: list[DataElement], outsider: User) -> None:
    DataElement.objects.filter(code__in=["G_A", "G_C"]).update(sharing=private())

    assert gists(api, "code", user="outsider") == ["G_B"]
    assert api.get("/api/dataElements/gistElement/gist", user="outsider").status == 404
    path = f"/api/dataElementGroups/{GROUP}/dataElements/gist?fields=code&headless=true"
    assert api.get(path, user="outsider").json == ["G_B"]
    DataElementGroup.objects.update(sharing=private())
    assert api.get(path, user="outsider").status == 404
    assert api.get("/api/users/gist", user="outsider").status == 403


def test_the_number_of_queries_does_not_depend_on_rows_or_members(api: ApiClient) -> None:
    counts = []
    api.get("/api/me?fields=id")
    for size in (3, 600):
        members = store([element(f"Member {generate_uid()}", code=None) for _ in range(size)])
        groups = [group(f"Many {generate_uid()}", members if n == 0 else members[:1]) for n in range(size // 3)]
        fields = "*,dataElements~size,dataElements~pluck(name)~rename(names)"
        with query_counter() as few:
            page = api.get(f"/api/dataElementGroups/gist?fields={fields}&pageSize=1000&auto=M&total=true")
        with query_counter() as inside:
            shown = api.get(f"/api/dataElementGroups/{groups[0].uid}/dataElements/gist?pageSize=10")
        assert page.status == shown.status == 200
        counts.append((few.count, inside.count))

    assert counts[0] == counts[1]
    assert max(counts[0]) < 20


def test_members_of_large_collections_are_counted_not_read(api: ApiClient) -> None:
    owner = group("Large", store([element(f"Large {n}") for n in range(1_500)]))

    with query_counter() as few:
        shown = api.get(f"/api/dataElementGroups/{owner.uid}/gist?fields=id,dataElements~size").json

    assert shown["dataElements"] == 1_500
    assert not any('FROM "metadata_dataelement"' in statement for statement in few.count.statements)


def test_a_page_of_gists_as_csv(api: ApiClient, elements: list[DataElement]) -> None:
    """The members as columns, counted ones too; links are no columns."""
    fields = "fields=id,name,dataElementGroups::size&order=code&filter=" + MINE

    answer = api.get(f"/api/dataElements/gist.csv?{fields}")

    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (200, "text/csv")
    header, first, *_ = answer.text.splitlines()
    assert header == "id,name,dataElementGroups"
    assert first == "gistElement,Alpha,2"
    assert api.get(f"/api/dataElements/gist?{fields}", headers={"Accept": "text/csv"}).text == answer.text


def test_bare_values_as_csv(api: ApiClient, elements: list[DataElement]) -> None:
    assert api.get(f"/api/dataElements/gist.csv?fields=name&order=code&filter={MINE}").text.split() == [
        "name", "Alpha", "Beta", "Gamma",
    ]  # fmt: skip


def test_a_custom_attribute_may_be_renamed_to_anything(api: ApiClient, elements: list[DataElement]) -> None:
    DataElement.objects.filter(code="G_A").update(attribute_values={"gistColour1": "Red"})

    assert gists(api, "gistColour1~rename(id)")[0] == {"id": "Red"}
    assert gists(api, "code,gistColour1~rename(colour)")[:2] == [{"code": "G_A", "colour": "Red"}, {"code": "G_B"}]
