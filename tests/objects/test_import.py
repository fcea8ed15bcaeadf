"""`POST /api/metadata`: strategies, modes, identifiers, references, and all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.uids import generate_uid
from metadata.models import DataElement, DataElementGroup
from tests.harness.client import ApiClient
from tests.objects.imports import codes, data_element, errors, group, put_in, stats, unit
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db


def stored(uid: str) -> bool:
    return DataElement.objects.filter(uid=uid).exists()


def test_the_whole_body_of_a_success(api: ApiClient) -> None:
    answer = put_in(api, dataElements=[data_element()])

    assert answer.status == 200
    counts = {"created": 1, "updated": 0, "deleted": 0, "ignored": 0, "total": 1}
    assert answer.json == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "OK",
        "response": {
            "responseType": "ImportReport", "status": "OK", "stats": counts,
            "typeReports": [{"klass": "org.hisp.dhis.dataelement.DataElement", "stats": counts, "objectReports": []}],
        },
    }  # fmt: skip


def test_the_whole_body_of_a_bad_reference(api: ApiClient) -> None:
    payload = group("zzzzzzzzzz1", id="a1b2C3d4E5f", name="ANC")

    answer = put_in(api, dataElementGroups=[payload])

    counts = {"created": 0, "updated": 0, "deleted": 0, "ignored": 1, "total": 1}
    args = ["[zzzzzzzzzz1] (DataElement)", "ANC [a1b2C3d4E5f] (DataElementGroup)", "dataElement"]
    klass = "org.hisp.dhis.dataelement.DataElementGroup"
    assert answer.json == {
        "httpStatus": "Conflict", "httpStatusCode": 409, "status": "WARNING",
        "message": "One or more errors occurred, please see full details in import report.",
        "response": {
            "responseType": "ImportReport", "status": "ERROR", "stats": counts,
            "typeReports": [{"klass": klass, "stats": counts, "objectReports": [{
                "klass": klass, "index": 0, "uid": "a1b2C3d4E5f", "errorReports": [{
                    "message": f"Invalid reference {args[0]} on object {args[1]} for association `dataElement`",
                    "args": args, "mainKlass": klass, "errorKlass": "org.hisp.dhis.dataelement.DataElement",
                    "mainId": "a1b2C3d4E5f", "errorProperty": "dataElement", "errorCode": "E5002",
                    "errorProperties": args,
                }],
            }]}],
        },
    }  # fmt: skip


def test_references_resolve_whatever_the_order(api: ApiClient) -> None:
    """A group before its members, members before their set, a child before its parent."""
    top = unit()
    middle = unit(top["id"])
    bottom = unit(middle["id"])
    element = data_element()
    answer = put_in(
        api, dataElementGroups=[group(element["id"])], dataElements=[element], organisationUnits=[bottom, middle, top]
    )

    assert answer.status == 200, answer
    shown = api.get(f"/api/organisationUnits/{bottom['id']}?fields=path,level").json
    assert shown == {"path": f"/{top['id']}/{middle['id']}/{bottom['id']}", "level": 3}


def test_references_in_a_circle(api: ApiClient) -> None:
    """A set lists its options, the options name their set; ids that the payload leaves out are made up."""
    option_set, option = generate_uid(), generate_uid()
    answer = put_in(
        api,
        options=[{"id": option, "name": "Yes", "code": "Y", "optionSet": {"id": option_set}}],
        optionSets=[{"id": option_set, "name": "Circle", "valueType": "TEXT", "options": [{"id": option}]}],
        constants=[{"name": "No id", "shortName": "No id", "value": 1}],
    )

    assert (answer.status, stats(answer)) == (200, (3, 0, 0, 0))
    assert api.get(f"/api/optionSets/{option_set}?fields=options").json == {"options": [{"id": option}]}


def test_one_bad_object_stops_everything(api: ApiClient) -> None:
    good, bad = data_element(), data_element(valueType=None)

    answer = put_in(api, dataElements=[good, bad])

    assert (answer.status, stats(answer), errors(answer)) == (409, (0, 0, 0, 2), [("E4000", "valueType")])
    assert not stored(good["id"])


def test_atomic_mode_none_imports_the_good_ones(api: ApiClient) -> None:
    good, bad = data_element(), data_element(valueType=None)

    answer = put_in(api, "atomicMode=NONE", dataElements=[good, bad])

    assert (answer.status, answer.summary["status"], stats(answer)) == (409, "WARNING", (1, 0, 0, 1))
    assert stored(good["id"])
    assert not stored(bad["id"])


def test_atomic_mode_none_drops_bad_references(api: ApiClient) -> None:
    """The object goes in without them; one that cannot be without is refused."""
    element, needy = data_element(), data_element(categoryCombo={"id": "zzzzzzzzzz1"})
    owner = group(element["id"], "zzzzzzzzzz1", element["id"])

    answer = put_in(api, "atomicMode=NONE", dataElements=[element, needy], dataElementGroups=[owner])

    assert sorted(codes(answer)) == ["E5002", "E5002", "E5007"]
    assert stats(answer) == (2, 0, 0, 1)
    shown = api.get(f"/api/dataElementGroups/{owner['id']}?fields=dataElements").json
    assert shown == {"dataElements": [{"id": element["id"]}]}


def test_atomic_mode_none_gives_no_unreadable_reference(api: ApiClient, editor: User) -> None:
    secret = data_element(sharing={"public": "--------"})
    put_in(api, dataElements=[secret])
    owner = group(secret["id"])

    answer = put_in(api, "atomicMode=NONE", user="editor", dataElementGroups=[owner])

    assert errors(answer) == [("E5008", "dataElement")]
    assert not DataElementGroup.objects.get(uid=owner["id"]).data_elements.exists()


def test_everything_refused_is_an_error_even_without_atomicity(api: ApiClient) -> None:
    answer = put_in(api, "atomicMode=NONE", dataElements=[data_element(valueType=None)])

    assert (answer.status, answer.summary["status"], stats(answer)) == (409, "ERROR", (0, 0, 0, 1))


def test_validate_writes_nothing_and_says_what_would_happen(api: ApiClient) -> None:
    element = data_element()

    answer = put_in(api, "importMode=VALIDATE", dataElements=[element])

    assert (answer.status, stats(answer)) == (200, (1, 0, 0, 0))
    assert not stored(element["id"])


@pytest.mark.parametrize(
    ("strategy", "expected", "status"),
    [
        ("CREATE_AND_UPDATE", (1, 1, 0, 0), 200), ("NEW_AND_UPDATES", (1, 1, 0, 0), 200), ("", (1, 1, 0, 0), 200),
        ("nonsense", (1, 1, 0, 0), 200),
        ("CREATE", (1, 0, 0, 1), 409), ("NEW", (1, 0, 0, 1), 409),
        ("UPDATE", (0, 1, 0, 1), 409), ("UPDATES", (0, 1, 0, 1), 409),
        ("DELETE", (0, 0, 1, 1), 409), ("DELETES", (0, 0, 1, 1), 409),
    ],
)  # fmt: skip
def test_strategies(api: ApiClient, strategy: str, expected: tuple[int, ...], status: int) -> None:
    """One object is there, one is not."""
    old, new = data_element(), data_element()
    put_in(api, dataElements=[old])

    answer = put_in(api, f"atomicMode=NONE&importStrategy={strategy}", dataElements=[old, new])

    assert (answer.status, stats(answer)) == (status, expected)


@pytest.mark.parametrize("query", ["atomicMode=OBJECT&importMode=&flushMode=x&identifier=x&mergeMode=x&preheatMode=x"])
def test_unknown_names_of_import_enums_mean_the_default(api: ApiClient, query: str) -> None:
    """DHIS2's e2e suite sends them with every import."""
    assert put_in(api, query, dataElements=[data_element()]).status == 200


def test_keys_that_are_no_types_are_skipped(api: ApiClient) -> None:
    answer = put_in(api, system={"id": "x"}, date="2020-01-01", packages=[{"name": "x"}], dataElements=None)

    assert (answer.status, stats(answer)) == (200, (0, 0, 0, 0))
    assert api.post("/api/metadata", {}).status == 200


def test_identifier_code_finds_objects_and_references(api: ApiClient) -> None:
    element = data_element(code="BY_CODE")
    put_in(api, dataElements=[element])
    again = data_element(id=None, code="BY_CODE", name="Renamed")
    owner = group() | {"code": "G_CODE", "dataElements": [{"code": "BY_CODE"}]}

    answer = put_in(api, "identifier=CODE", dataElements=[again], dataElementGroups=[owner])

    assert (answer.status, stats(answer)) == (200, (1, 1, 0, 0))
    assert DataElement.objects.get(code="BY_CODE").uid == element["id"]
    assert DataElementGroup.objects.get(code="G_CODE").data_elements.get().name == "Renamed"
    by_uid = put_in(api, dataElementGroups=[group() | {"dataElements": [{"code": "BY_CODE"}]}])
    assert codes(by_uid) == ["E5002"]


def test_identifier_auto_takes_the_uid_first_and_the_code_then(api: ApiClient) -> None:
    first, second = data_element(code="AUTO_1"), data_element(code="AUTO_2")
    put_in(api, dataElements=[first, second])
    owner = group() | {
        "dataElements": [{"id": first["id"]}, {"code": "AUTO_2"}, {"id": "zzzzzzzzzz1", "code": "AUTO_2"}]
    }

    answer = put_in(api, "identifier=AUTO&atomicMode=NONE", dataElementGroups=[owner])

    assert codes(answer) == ["E5007"]
    assert DataElementGroup.objects.get(uid=owner["id"]).data_elements.count() == 2


def test_identifier_code_takes_no_uid_that_another_object_has(api: ApiClient) -> None:
    element = data_element(code="TAKEN_1")
    put_in(api, dataElements=[element])

    answer = put_in(api, "identifier=CODE", dataElements=[data_element(id=element["id"], code="TAKEN_2")])

    assert (answer.status, codes(answer)) == (409, ["E5003"])


@pytest.mark.parametrize(("mode", "shown"), [("ERRORS", 0), ("FULL", 2), ("DEBUG", 2), ("ERRORS_NOT_OWNER", 0)])
def test_report_modes(api: ApiClient, mode: str, shown: int) -> None:
    answer = put_in(api, f"importReportMode={mode}", dataElements=[data_element(name="Shown"), data_element()])

    reports = answer.summary["typeReports"][0]["objectReports"]
    assert len(reports) == shown
    assert [r["displayName"] for r in reports if "displayName" in r][:1] == (["Shown"] if mode == "DEBUG" else [])


def test_after_an_atomic_failure_only_what_failed_is_shown(api: ApiClient) -> None:
    answer = put_in(api, "importReportMode=FULL", dataElements=[data_element(), data_element(valueType=None)])

    assert [r["index"] for r in answer.summary["typeReports"][0]["objectReports"]] == [1]


def test_the_systems_defaults_are_taken_out_of_the_payload(api: ApiClient) -> None:
    default = {"id": "bjDvmb4bfuf", "name": "hijacked", "dataDimensionType": "ATTRIBUTE"}

    answer = put_in(api, categoryCombos=[default], dataElements=[data_element()])

    assert stats(answer) == (1, 0, 0, 0)
    assert api.get("/api/categoryCombos/bjDvmb4bfuf?fields=name").json == {"name": "default"}


def test_an_absent_category_combo_is_the_default_one(api: ApiClient) -> None:
    element = data_element()
    put_in(api, dataElements=[element])

    shown = api.get(f"/api/dataElements/{element['id']}?fields=categoryCombo").json
    assert shown == {"categoryCombo": {"id": "bjDvmb4bfuf"}}


def test_stamps(api: ApiClient, admin: User, editor: User) -> None:
    """`created` of the payload is kept when an object is created and never changes; the rest is the server's."""
    element = data_element(created="2001-02-03T04:05:06.007", createdBy="nobody", lastUpdated="2001-01-01")
    put_in(api, dataElements=[element])
    put_in(api, user="editor", dataElements=[element | {"created": "2011-01-01"}])

    shown = api.get(f"/api/dataElements/{element['id']}?fields=created,createdBy[id],lastUpdated,lastUpdatedBy").json
    assert shown["created"] == "2001-02-03T04:05:06.007"
    assert (shown["createdBy"]["id"], shown["lastUpdatedBy"]["id"]) == (admin.uid, editor.uid)
    assert shown["lastUpdated"] > "2020"


def test_an_update_empties_what_is_absent(api: ApiClient) -> None:
    element = data_element(description="Text", code="GONE", aggregationLevels=[1], zeroIsSignificant=True)
    put_in(api, dataElements=[element])
    put_in(api, dataElements=[{k: v for k, v in element.items() if k in data_element()}])

    shown = api.get(f"/api/dataElements/{element['id']}?fields=description,code,aggregationLevels,zeroIsSignificant")
    assert shown.json == {"aggregationLevels": [], "zeroIsSignificant": False}


def test_skipped_translations_are_kept(api: ApiClient) -> None:
    translations = [{"locale": "fr", "property": "NAME", "value": "Un"}]
    element = data_element(translations=translations)
    put_in(api, dataElements=[element])
    del element["translations"]

    put_in(api, "skipTranslation=true", dataElements=[element])
    assert api.get(f"/api/dataElements/{element['id']}?fields=translations").json == {"translations": translations}
    put_in(api, dataElements=[element])
    assert api.get(f"/api/dataElements/{element['id']}?fields=translations").json == {"translations": []}


def test_post_of_one_object_discards_translations(api: ApiClient) -> None:
    element = data_element(translations=[{"locale": "fr", "property": "NAME", "value": "Un"}])

    assert api.post("/api/dataElements", element).status == 201
    assert api.get(f"/api/dataElements/{element['id']}?fields=translations").json == {"translations": []}


def test_only_superusers_skip_validation(api: ApiClient, editor: User) -> None:
    def attempt(user: str) -> list[str]:
        return codes(
            put_in(api, "skipValidation=true", user=user, dataElements=[data_element(description="", url="x")])
        )

    assert attempt("editor") == ["E4004"]
    assert attempt("admin") == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([], "The body must be a JSON object"), ('"text"', "The body must be a JSON object"), (7, "JSON object"),
        ({"dataElements": {}}, "`dataElements` must be a list"), ({"dataElements": [7]}, "`dataElements[0]` must be"),
        ({"dataElements": [{"id": 7}]}, "`dataElements[0].id`"),
        ({"dataElements": [{"id": ["x"]}]}, "dataElements[0].id"),
        ({"dataElements": [data_element(name=["x"])]}, "`dataElements[0].name`"),
        ({"dataElements": [data_element(), data_element(valueType="NUMBRE")]}, "`dataElements[1].valueType`"),
        ({"dataElements": [data_element(zeroIsSignificant="maybe")]}, "`dataElements[0].zeroIsSignificant`"),
        ({"dataElements": [data_element(created="yesterday")]}, "`dataElements[0].created`"),
        ({"dataElements": [data_element(legendSets="x")]}, "`dataElements[0].legendSets`"),
        ({"dataElements": [data_element(aggregationLevels={})]}, "`dataElements[0].aggregationLevels`"),
        ({"dataElements": [data_element(style="red")]}, "`dataElements[0].style`"),
        ({"dataElements": [data_element(attributeValues=[{"value": "x"}])]}, "dataElements[0].attributeValues"),
        ({"dataElements": [data_element(attributeValues={})]}, "dataElements[0].attributeValues"),
        ({"constants": [{"name": "x", "shortName": "x", "value": "much"}]}, "`constants[0].value`"),
        ({"constants": [{"name": "x", "shortName": "x", "value": True}]}, "`constants[0].value`"),
        ({"organisationUnitLevels": [{"name": "x", "level": 1.5}]}, "`organisationUnitLevels[0].level`"),
        ({"organisationUnitLevels": [{"name": "x", "level": 10**12}]}, "`organisationUnitLevels[0].level`"),
        ({"dataSets": [{"name": "x", "dataSetElements": [7]}]}, "`dataSets[0].dataSetElements[0]`"),
        ({"legendSets": [{"name": "x", "legends": [{"name": "l", "startValue": "a"}]}]},
         "legendSets[0].legends[0].startValue"),
    ],
)  # fmt: skip
def test_a_body_of_the_wrong_shape_is_a_400_that_names_the_place(api: ApiClient, body: Any, place: str) -> None:
    answer = api.post("/api/metadata", body)

    assert answer.status == 400
    assert place in answer.json["message"]


def test_leniently_typed_values_go_in(api: ApiClient) -> None:
    """Numbers and booleans as texts, texts as numbers, empty texts as nulls."""
    element = data_element(code=17, zeroIsSignificant="true", description="", url="", categoryCombo="bjDvmb4bfuf")

    assert put_in(api, dataElements=[element]).status == 200
    shown = api.get(f"/api/dataElements/{element['id']}?fields=code,zeroIsSignificant,description").json
    assert shown == {"code": "17", "zeroIsSignificant": True}


@pytest.mark.parametrize(
    "body", ['{"dataElements": [', "", "nonsense", '{"a": "\\u0000"}', '{"a": "\\ud800"}', "[" * 100_000]
)
def test_a_body_that_is_no_json_is_a_400(api: ApiClient, body: str) -> None:
    assert api.post("/api/metadata", body).status == 400


def test_a_database_that_refuses_leaves_nothing_behind(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type later in the import order fails in the database itself, twice; its own words stay there."""

    def two_of_a_kind(bundle: Any, objects: list[Any]) -> None:
        for item in objects:
            item.values["name"] = "default"

    monkeypatch.setattr(hooks_of("categoryCombo"), "before_write", [two_of_a_kind])
    option = {"id": generate_uid(), "name": "Left over", "shortName": "Left over"}
    combo = {"name": "Fine", "dataDimensionType": "DISAGGREGATION"}

    answer = put_in(api, categoryOptions=[option], categoryCombos=[combo])

    assert (answer.status, answer.json["errorCode"]) == (409, "E1004")
    assert "Key" not in answer.text
    assert api.get(f"/api/categoryOptions/{option['id']}").status == 404


def test_what_is_private_to_others_is_refused_not_overwritten(api: ApiClient, editor: User) -> None:
    element = data_element(sharing=private())
    put_in(api, dataElements=[element])

    answer = put_in(api, user="editor", dataElements=[element | {"name": "Mine now"}])

    assert (answer.status, codes(answer)) == (409, ["E3001"])
