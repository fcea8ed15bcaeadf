"""Metadata from CSV files (DHIS2 2.42, metadata API, CSV import)."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dhis2api.errors import ApiError
from dhis2api.objects.formats.csv_import import read_rows
from dhis2api.objects.uids import generate_uid
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.imports import codes, stats
from tests.objects.payloads import create
from users.models import User

pytestmark = pytest.mark.django_db
CLASSES = [
    "DATA_ELEMENT", "DATA_ELEMENT_GROUP", "DATA_ELEMENT_GROUP_MEMBERSHIP", "INDICATOR", "INDICATOR_GROUP_MEMBERSHIP",
    "CATEGORY_OPTION", "CATEGORY", "CATEGORY_COMBO", "CATEGORY_OPTION_GROUP", "ORGANISATION_UNIT",
    "ORGANISATION_UNIT_GROUP", "ORGANISATION_UNIT_GROUP_MEMBERSHIP", "VALIDATION_RULE", "OPTION_SET", "OPTION_GROUP",
    "OPTION_GROUP_SET", "OPTION_GROUP_SET_MEMBERSHIP",
]  # fmt: skip


def send(api: ApiClient, class_key: str, *lines: str, query: str = "", **options: str) -> Answer:
    """A file of a header and these lines."""
    body = "\n".join(("header", *lines))
    path = f"/api/metadata?classKey={class_key}&{query}"
    return api.post(path, body, **{"content_type": "application/csv", **options})


def stored(api: ApiClient, plural: str, **named: str) -> dict[str, object]:
    """The one object of that member, with all that it owns."""
    (name, value), *_ = named.items()
    found = api.get(f"/api/{plural}?filter={name}:eq:{value}&fields=:owner").json[plural]
    assert len(found) == 1
    return found[0]


def shown(found: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(found.get(name) for name in names)


def test_the_classes_are_listed(api: ApiClient) -> None:
    assert api.get("/api/metadata/csvImportClasses").json == CLASSES


@pytest.mark.parametrize("query", ["", "classKey=", "classKey=DATAELEMENT"])
def test_an_unknown_class_is_refused(api: ApiClient, query: str) -> None:
    answer = api.post(f"/api/metadata?{query}", "name\nx", content_type="text/csv")

    given = query.removeprefix("classKey=")
    assert (answer.status, answer.json["message"]) == (409, f"Cannot find Csv import class:  {given}")


def test_data_elements_with_every_column(api: ApiClient) -> None:
    combo, options, comments = (create(api, s)["id"] for s in ("categoryCombo", "optionSet", "optionSet"))
    uid = generate_uid()

    answer = send(
        api, "DATA_ELEMENT",
        f'"Full, name",{uid},CSV1,Short,Described,Form,TRACKER,NUMBER,AVERAGE,{combo},http://x.org,true,{options},'
        f"{comments},one,too,many",
        " Defaults ,,,,,,,,,,,,,",
    )  # fmt: skip

    assert (answer.status, stats(answer)) == (200, (2, 0, 0, 0)), answer
    full = stored(api, "dataElements", id=uid)
    assert shown(full, "name", "code", "shortName", "description", "formName", "domainType", "valueType", "url") == (
        "Full, name", "CSV1", "Short", "Described", "Form", "TRACKER", "NUMBER", "http://x.org",
    )  # fmt: skip
    assert shown(full, "aggregationType", "zeroIsSignificant") == ("AVERAGE", True)
    references = [full[name]["id"] for name in ("categoryCombo", "optionSet", "commentOptionSet")]
    assert references == [combo, options, comments]
    plain = stored(api, "dataElements", name="Defaults")
    assert shown(plain, "shortName", "domainType", "valueType", "aggregationType", "categoryCombo") == (
        "Defaults", "AGGREGATE", "INTEGER", "SUM", {"id": "bjDvmb4bfuf"},
    )  # fmt: skip
    assert not {"code", "description", "optionSet"} & plain.keys()


def test_a_short_name_is_the_name_cut(api: ApiClient) -> None:
    assert send(api, "CATEGORY_OPTION", "n" * 60).status == 200

    assert stored(api, "categoryOptions", name="n" * 60)["shortName"] == "n" * 50


@pytest.mark.parametrize(
    ("class_key", "plural"),
    [
        ("DATA_ELEMENT_GROUP", "dataElementGroups"), ("CATEGORY_OPTION", "categoryOptions"),
        ("ORGANISATION_UNIT_GROUP", "organisationUnitGroups"),
    ],
)  # fmt: skip
def test_types_of_four_columns(api: ApiClient, class_key: str, plural: str) -> None:
    uid = generate_uid()

    assert send(api, class_key, f"Some name,{uid},CODE,Some").status == 200

    assert shown(stored(api, plural, id=uid), "name", "code", "shortName") == ("Some name", "CODE", "Some")


@pytest.mark.parametrize(("class_key", "plural"), [("CATEGORY", "categories"), ("CATEGORY_OPTION_GROUP",) * 2])
def test_types_with_a_dimension_type(api: ApiClient, class_key: str, plural: str) -> None:
    plural = "categoryOptionGroups" if plural == class_key else plural

    assert send(api, class_key, "One,,,One,ATTRIBUTE", "Two").status == 200

    assert stored(api, plural, name="One")["dataDimensionType"] == "ATTRIBUTE"
    assert stored(api, plural, name="Two")["dataDimensionType"] == "DISAGGREGATION"


def test_category_combos_with_and_without_the_column_of_a_short_name(api: ApiClient) -> None:
    lines = ("One,,,One,ATTRIBUTE,true", "Two,,,ATTRIBUTE,true", "Three,,,,ATTRIBUTE,true", "Four")

    assert send(api, "CATEGORY_COMBO", *lines).status == 200

    for name in ("One", "Two", "Three"):
        combo = stored(api, "categoryCombos", name=name)
        assert shown(combo, "dataDimensionType", "skipTotal") == ("ATTRIBUTE", True)
    assert shown(stored(api, "categoryCombos", name="Four"), "dataDimensionType", "skipTotal") == (
        "DISAGGREGATION", False,
    )  # fmt: skip


def test_org_units(api: ApiClient) -> None:
    parent, uid = create(api, "organisationUnit")["id"], generate_uid()

    answer = send(
        api, "ORGANISATION_UNIT",
        f'Clinic,{uid},OU-C,{parent},Cl,Described,2001-02-03,2030-01-01,Comment,POINT,"[-11.4, 8.1]",http://x.org,Ann,'
        "Road 1,a@x.org,12345",
        f"Child of it,,,{uid}",
    )  # fmt: skip

    assert answer.status == 200, answer
    unit = stored(api, "organisationUnits", id=uid)
    assert shown(unit, "name", "code", "parent", "shortName", "description", "comment", "url", "contactPerson") == (
        "Clinic", "OU-C", {"id": parent}, "Cl", "Described", "Comment", "http://x.org", "Ann",
    )  # fmt: skip
    assert shown(unit, "address", "email", "phoneNumber") == ("Road 1", "a@x.org", "12345")
    assert (unit["openingDate"][:10], unit["closedDate"][:10]) == ("2001-02-03", "2030-01-01")
    assert unit["geometry"] == {"type": "Point", "coordinates": [-11.4, 8.1]}
    child = stored(api, "organisationUnits", name="Child of it")
    assert (child["parent"], child["openingDate"][:10], "geometry" in child) == ({"id": uid}, "1970-01-01", False)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("SQUARE,[1]", "the feature type `SQUARE` is none of POINT, POLYGON, MULTI_POLYGON, NONE"),
        ("POINT,north", "the coordinates are not a JSON array"),
        ("POINT,7", "the coordinates are not a JSON array"),
    ],
)
def test_a_place_that_cannot_be_read_names_its_row(api: ApiClient, cells: str, reason: str) -> None:
    answer = send(api, "ORGANISATION_UNIT", "Good", "Bad,,,,,,,,," + cells)

    assert (answer.status, answer.json["message"]) == (400, f"CSV error in row 3: {reason}")


def test_validation_rules(api: ApiClient) -> None:
    uid = generate_uid()

    answer = send(
        api, "VALIDATION_RULE",
        f"Rule,{uid},R1,Described,Do,HIGH,VALIDATION,less_than,Monthly,#{{a}},Left,SKIP_IF_ANY_VALUE_MISSING,#{{b}},Right",
    )  # fmt: skip

    assert answer.status == 200, answer
    rule = stored(api, "validationRules", id=uid)
    assert shown(rule, "code", "description", "instruction", "importance", "operator", "periodType") == (
        "R1", "Described", "Do", "HIGH", "less_than", "Monthly",
    )  # fmt: skip
    sides = [shown(rule[s], "expression", "description", "missingValueStrategy") for s in ("leftSide", "rightSide")]
    assert sides == [("#{a}", "Left", "SKIP_IF_ANY_VALUE_MISSING"), ("#{b}", "Right", "NEVER_SKIP")]


def test_indicators(api: ApiClient) -> None:
    kind, uid = create(api, "indicatorType")["id"], generate_uid()

    answer = send(api, "INDICATOR", f"Rate,{uid},I1,R,Described,true,2,{kind},#{{a}},Upper,#{{b}},Lower")

    assert answer.status == 200, answer
    indicator = stored(api, "indicators", id=uid)
    assert shown(indicator, "shortName", "annualized", "decimals", "indicatorType", "numerator", "denominator") == (
        "R", True, 2, {"id": kind}, "#{a}", "#{b}",
    )  # fmt: skip
    assert shown(indicator, "numeratorDescription", "denominatorDescription") == ("Upper", "Lower")


def test_the_options_of_a_set_stand_in_its_rows(api: ApiClient) -> None:
    answer = send(
        api, "OPTION_SET",
        "Colours,,,Red,,R", "Sizes,csvsizes001,S,Small,csvsmall001,1", "Colours,,,Green,,G",
        "Sizes,csvsizes001,S,Large,csvlarge001,2", "Empty",
    )  # fmt: skip

    assert (answer.status, stats(answer)) == (200, (7, 0, 0, 0)), answer
    colours = api.get("/api/optionSets?filter=name:eq:Colours&fields=valueType,options[name,code]").json
    assert colours["optionSets"] == [
        {"valueType": "TEXT", "options": [{"name": "Red", "code": "R"}, {"name": "Green", "code": "G"}]}
    ]
    sizes = stored(api, "optionSets", code="S")
    assert (sizes["id"], [o["id"] for o in sizes["options"]]) == ("csvsizes001", ["csvsmall001", "csvlarge001"])


def test_option_groups_name_options_by_uid_or_by_code(api: ApiClient) -> None:
    send(api, "OPTION_SET", "Sizes,csvsizes001,S,Small,csvsmall001,1", "Sizes,csvsizes001,S,Large,csvlarge001,2")

    answer = send(
        api, "OPTION_GROUP",
        "Some,csvgroup001,G,So,csvsizes001,csvsmall001", "Some,csvgroup001,G,So,csvsizes001,,2",
        "Some,csvgroup001,G,So,csvsizes001,,2",
    )  # fmt: skip

    assert answer.status == 200, answer
    group = stored(api, "optionGroups", id="csvgroup001")
    assert shown(group, "name", "shortName", "optionSet") == ("Some", "So", {"id": "csvsizes001"})
    assert {o["id"] for o in group["options"]} == {"csvsmall001", "csvlarge001"}
    refused = send(api, "OPTION_GROUP", "Other,,,,csvsizes001,,9")
    assert refused.json["message"] == "CSV error in row 2: the option set has no option of the code `9`"


def test_option_group_sets_and_their_groups(api: ApiClient) -> None:
    options, group = create(api, "optionSet")["id"], create(api, "optionGroup")["id"]

    assert send(api, "OPTION_GROUP_SET", f"Sets,csvgrpset01,GS,Described,false,{options}").status == 200
    assert send(api, "OPTION_GROUP_SET_MEMBERSHIP", f"csvgrpset01,{group}").status == 200

    found = stored(api, "optionGroupSets", id="csvgrpset01")
    assert shown(found, "name", "code", "description", "dataDimension", "optionSet", "optionGroups") == (
        "Sets", "GS", "Described", False, {"id": options}, [{"id": group}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("class_key", "collection", "member", "name"),
    [
        ("DATA_ELEMENT_GROUP_MEMBERSHIP", "dataElementGroup", "dataElement", "dataElements"),
        ("INDICATOR_GROUP_MEMBERSHIP", "indicatorGroup", "indicator", "indicators"),
        ("ORGANISATION_UNIT_GROUP_MEMBERSHIP", "organisationUnitGroup", "organisationUnit", "organisationUnits"),
    ],
)
def test_memberships_are_added_and_never_removed(
    api: ApiClient, class_key: str, collection: str, member: str, name: str
) -> None:
    kept, added, again = (create(api, member)["id"] for _ in range(3))
    uid = create(api, collection, code="KEPT", **{name: [{"id": kept}]})["id"]
    before = stored(api, f"{collection}s", id=uid)

    answer = send(api, class_key, f"{uid},{added}", f"{uid},{again}", f"{uid},{again}", f"{uid},{kept}")

    assert (answer.status, stats(answer)) == (200, (0, 1, 0, 0)), answer
    after = stored(api, f"{collection}s", id=uid)
    assert {o["id"] for o in after[name]} == {kept, added, again}
    assert shown(after, "name", "code", "sharing") == shown(before, "name", "code", "sharing")


def test_memberships_of_what_is_not_there(api: ApiClient) -> None:
    uid = create(api, "dataElementGroup")["id"]

    unknown = send(api, "DATA_ELEMENT_GROUP_MEMBERSHIP", f"{uid},{create(api, 'dataElement')['id']}", "abcdefghij1,x")
    assert (unknown.status, unknown.json["message"]) == (
        400, "CSV error in row 3: DataElementGroup with id abcdefghij1 could not be found",
    )  # fmt: skip
    empty = send(api, "DATA_ELEMENT_GROUP_MEMBERSHIP", f"{uid},")
    assert empty.json["message"] == "CSV error in row 2: the identifier of the member is empty"
    member = send(api, "DATA_ELEMENT_GROUP_MEMBERSHIP", f"{uid},abcdefghij1")
    assert (member.status, codes(member)) == (409, ["E5002"])
    assert stored(api, "dataElementGroups", id=uid)["dataElements"] == []


def test_memberships_of_what_the_caller_may_not_read(api: ApiClient, editor: User) -> None:
    uid = create(api, "dataElementGroup", sharing={"public": "--------"})["id"]

    answer = send(api, "DATA_ELEMENT_GROUP_MEMBERSHIP", f"{uid},abcdefghij1", user="editor")

    assert (answer.status, "could not be found" in answer.json["message"]) == (400, True)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Good", ",abc"], "CSV error in row 3: the name is empty"),
        (["Good", 'a"b,"c"d'], "CSV error in row 3: ',' expected after '\"'"),
        (['"open'], "CSV error in row 2: unexpected end of data"),
        (["x,,,,,,,NUMBR"], "`row 2, column 8 (valueType)`. It should be one of"),
        (["x", "", "y,,,,,,,,,,,maybe"], "`row 4, column 12 (zeroIsSignificant)`. It should be true or false"),
        (["x", "\0"], "CSV error in row 3: a NUL character is not allowed"),
    ],
)
def test_a_fault_names_its_row(api: ApiClient, lines: list[str], message: str) -> None:
    answer = send(api, "DATA_ELEMENT", *lines)

    assert answer.status == 400
    assert message in answer.json["message"]


def test_bytes_that_are_no_text_name_their_row(api: ApiClient) -> None:
    answer = api.post("/api/metadata?classKey=DATA_ELEMENT", b"name\nx\n\xff\n", content_type="text/csv")

    assert (answer.status, "not UTF-8" in answer.json["message"]) == (400, True)


def test_faults_of_objects_are_in_the_report(api: ApiClient) -> None:
    answer = send(api, "DATA_ELEMENT", "Good", "Good", query="importMode=VALIDATE")

    assert (answer.status, answer.json["status"]) == (409, "WARNING")
    assert "E5003" in codes(answer)


@pytest.mark.parametrize(
    ("query", "body", "count"),
    [
        ("firstRowIsHeader=false", "Csv one\nCsv two", 2),
        ("firstRowIsHeader=true", "Csv one\nCsv two", 1),
        ("", "name\r\n\r\nCsv one\r\n,,,\r\nCsv two\r\n", 2),
        ("", "\ufeffname\nCsv one", 1),
        ("", "name", 0),
    ],
)
def test_header_blank_lines_and_byte_order_mark(api: ApiClient, query: str, body: str, count: int) -> None:
    answer = api.post(f"/api/metadata?classKey=CATEGORY_OPTION&{query}", body, content_type="text/csv")

    assert (answer.status, stats(answer)[0]) == (200, count), answer


def test_a_compressed_file_is_recognised(api: ApiClient) -> None:
    packed = gzip.compress(b"name\nPacked")

    answer = api.post("/api/metadata?classKey=CATEGORY_OPTION", packed, content_type="application/csv")

    assert (answer.status, stats(answer)) == (200, (1, 0, 0, 0))


def test_queries_do_not_grow_with_the_file(api: ApiClient) -> None:
    uid = create(api, "dataElementGroup")["id"]
    members = [create(api, "dataElement")["id"] for _ in range(9)]
    send(api, "OPTION_SET", *(f"Big,csvbigset01,,O{n},,{n}" for n in range(9)))

    for class_key, lines in (
        ("DATA_ELEMENT_GROUP_MEMBERSHIP", [f"{uid},{m}" for m in members]),
        ("OPTION_GROUP", [f"Of {n},,,,csvbigset01,,{n}" for n in range(9)]),
        ("CATEGORY_OPTION", [f"Csv {n}" for n in range(9)]),
    ):
        with query_counter() as few:
            assert send(api, class_key, *lines[:2], query="importMode=VALIDATE").status == 200
        with query_counter() as many:
            assert send(api, class_key, *lines, query="importMode=VALIDATE").status == 200
        assert few.count == many.count


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert all(any(row.cells) for row in read_rows(BytesIO(body), has_header=False))
    except ApiError as error:
        assert (error.status, "row" in error.message) == (400, True)


def test_options_that_the_file_does_not_name_stay_in_their_set(api: ApiClient) -> None:
    made = create(api, "optionSet", valueType="INTEGER")
    kept = create(api, "option", code="1", optionSet={"id": made["id"]})
    file = f"name,uid,code,option,uid,code\n{made['name']},{made['id']},,Two,optionTwo01,2\n"

    answer = api.post("/api/metadata?classKey=OPTION_SET", file, content_type="application/csv")

    assert answer.status == 200, answer
    shown = api.get(f"/api/optionSets/{made['id']}?fields=valueType,options").json
    assert shown == {"valueType": "INTEGER", "options": [{"id": kept["id"]}, {"id": "optionTwo01"}]}


def test_members_that_the_file_does_not_name_stay_in_their_option_group(api: ApiClient) -> None:
    options = create(api, "optionSet", valueType="TEXT")["id"]
    kept, new = (create(api, "option", code=code, optionSet={"id": options})["id"] for code in "AB")
    made = create(api, "optionGroup", optionSet={"id": options}, options=[{"id": kept}])
    file = f"name,uid,code,short,set,option,code\n{made['name']},{made['id']},,{made['shortName']},{options},{new},\n"

    answer = api.post("/api/metadata?classKey=OPTION_GROUP", file, content_type="application/csv")

    assert answer.status == 200, answer
    members = api.get(f"/api/optionGroups/{made['id']}?fields=options").json["options"]
    assert {member["id"] for member in members} == {kept, new}
