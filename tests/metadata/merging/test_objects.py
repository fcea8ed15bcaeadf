"""Merging objects of one type into one of them (DHIS2 2.42, metadata API, merges)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from metadata.merging.objects import KINDS
from metadata.models import CategoryOption, CategoryOptionCombo, DataSet, Indicator, OrganisationUnit
from tests.datavalues.payloads import age, count_rows, send, stored, value
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import DAY
from tests.objects.imports import data_element, group, put_in
from tests.objects.payloads import EXPRESSION, create
from tests.personas import persona, private
from users.models import User

pytestmark = pytest.mark.django_db
OLD, OLDER, NEW = "mergeElemOl", "mergeElemOr", "mergeElemNe"
COMBO = "HllvX50cXC0"
BOUNDARY = "BEFORE_END_OF_REPORTING_PERIOD"
PLURALS = {
    "dataElement": "dataElements", "categoryOption": "categoryOptions", "indicator": "indicators",
    "categoryOptionCombo": "categoryOptionCombos", "indicatorType": "indicatorTypes",
}  # fmt: skip


@pytest.fixture
def elements(api: ApiClient) -> None:
    """Three data elements that differ by their names alone."""
    assert put_in(api, dataElements=[data_element(id=uid) for uid in (OLD, OLDER, NEW)]).status == 200


def merge(api: ApiClient, singular: str = "dataElement", user: str = "admin", **members: Any) -> Answer:
    body = {"sources": [OLD, OLDER], "target": NEW, "dataMergeStrategy": "LAST_UPDATED"} | members
    return api.post(f"/api/{PLURALS[singular]}/merge", body, user=user)


def codes(answer: Answer) -> list[str]:
    return [error["errorCode"] for error in answer.summary["mergeReport"]["mergeErrors"]]


def shown(api: ApiClient, path: str, fields: str) -> Any:
    return api.get(f"/api/{path}?fields={fields}").json


def test_a_merge_says_what_it_did(api: ApiClient, elements: None) -> None:
    answer = merge(api, deleteSources=True)

    assert (answer.status, answer.json["status"]) == (200, "OK")
    assert answer.json["response"] == {
        "responseType": "MergeWebResponse",
        "mergeReport": {
            "mergeErrors": [], "mergeType": "DataElement", "sourcesDeleted": [OLD, OLDER],
            "message": "DataElement merge complete",
        },
    }  # fmt: skip
    assert [api.get(f"/api/dataElements/{uid}").status for uid in (OLD, OLDER, NEW)] == [404, 404, 200]


def test_a_merge_with_errors_writes_nothing(api: ApiClient, elements: None) -> None:
    uid = group(OLD)
    put_in(api, dataElementGroups=[uid])

    answer = merge(api, sources=[OLD, "nobodyAAAAA"])

    assert (answer.status, answer.json["status"]) == (409, "WARNING")
    assert answer.json["message"] == "One or more errors occurred, please see full details in merge report."
    assert answer.summary["mergeReport"] == {
        "mergeErrors": [
            {
                "errorCode": "E1533", "args": ["Source", "DataElement", "nobodyAAAAA"],
                "message": "Source DataElement does not exist: `nobodyAAAAA`",
            }
        ],
        "mergeType": "DataElement", "sourcesDeleted": [], "message": "DataElement merge has errors",
    }  # fmt: skip
    assert shown(api, f"dataElementGroups/{uid['id']}", "dataElements") == {"dataElements": [{"id": OLD}]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sources": []}, ["E1530"]), ({"target": None}, ["E1531"]), ({"target": OLD}, ["E1532"]),
        ({"target": "nobodyAAAAA"}, ["E1533"]), ({"dataMergeStrategy": None}, ["E1534"]),
        ({"sources": None, "target": None, "dataMergeStrategy": None}, ["E1530", "E1531", "E1534"]),
    ],
)  # fmt: skip
def test_merges_that_make_no_sense(api: ApiClient, elements: None, change: dict[str, Any], expected: list[str]) -> None:
    answer = merge(api, **change)
    assert (answer.status, codes(answer)) == (409, expected)


@pytest.mark.parametrize(
    ("different", "expected"),
    [({"valueType": "TEXT", "aggregationType": "NONE"}, "E1550"), ({"domainType": "TRACKER"}, "E1551")],
)
def test_data_elements_of_other_kinds(api: ApiClient, elements: None, different: dict[str, Any], expected: str) -> None:
    other = data_element(**different)
    assert put_in(api, dataElements=[other]).status == 200

    assert codes(merge(api, sources=[OLD, other["id"]])) == [expected]


def test_members_pass_on_once(api: ApiClient, elements: None) -> None:
    both, one = group(OLD, NEW), group(OLDER)
    put_in(api, dataElementGroups=[both, one])
    data_set = create(api, "dataSet", dataSetElements=[{"dataElement": {"id": uid}} for uid in (OLD, NEW, OLDER)])

    assert merge(api, deleteSources=True).status == 200

    for found in (both, one):
        assert shown(api, f"dataElementGroups/{found['id']}", "dataElements") == {"dataElements": [{"id": NEW}]}
    found = shown(api, f"dataSets/{data_set['id']}", "dataSetElements[dataElement]")
    assert found == {"dataSetElements": [{"dataElement": {"id": NEW}}]}


def test_rows_that_come_to_say_the_same_are_one(api: ApiClient, elements: None) -> None:
    """Operands of forms, by data element and option combo; elements of stages."""
    operands = [{"dataElement": {"id": uid}} for uid in (OLD, NEW)]
    operands.append(operands[0] | {"categoryOptionCombo": {"id": COMBO}})
    data_set = create(api, "dataSet", compulsoryDataElementOperands=operands)["id"]
    section = create(api, "section", dataSet={"id": data_set}, greyedFields=operands)["id"]
    stage = create(api, "programStage", programStageDataElements=[{"dataElement": {"id": uid}} for uid in (OLD, NEW)])

    assert merge(api, deleteSources=True).status == 200

    left = [{"dataElement": {"id": NEW}}, {"dataElement": {"id": NEW}, "categoryOptionCombo": {"id": COMBO}}]
    for path, member in (
        (f"dataSets/{data_set}", "compulsoryDataElementOperands"),
        (f"sections/{section}", "greyedFields"),
    ):
        rows = shown(api, path, f"{member}[dataElement,categoryOptionCombo]")[member]
        assert sorted(rows, key=len) == left, member
    found = shown(api, f"programStages/{stage['id']}", "programStageDataElements[dataElement]")
    assert found == {"programStageDataElements": left[:1]}


def test_each_owner_keeps_a_row_of_its_own(api: ApiClient, elements: None) -> None:
    """Data sets, sections and stages that hold one of them each, the target too, hold the target, and have changed."""
    rows = {uid: [{"dataElement": {"id": uid}}] for uid in (OLD, OLDER, NEW)}
    sets = [
        create(api, "dataSet", dataSetElements=rows[uid], compulsoryDataElementOperands=rows[uid])["id"] for uid in rows
    ]
    sections = [
        create(api, "section", dataSet={"id": data_set}, greyedFields=rows[uid])["id"]
        for uid, data_set in zip(rows, sets, strict=True)
    ]
    stages = [create(api, "programStage", programStageDataElements=rows[uid])["id"] for uid in rows]
    before = DataSet.objects.get(uid=sets[0]).last_updated

    assert merge(api, deleteSources=True).status == 200

    for plural, uids, member in (
        ("dataSets", sets, "dataSetElements"), ("dataSets", sets, "compulsoryDataElementOperands"),
        ("sections", sections, "greyedFields"), ("programStages", stages, "programStageDataElements"),
    ):  # fmt: skip
        for uid in uids:
            assert shown(api, f"{plural}/{uid}", f"{member}[dataElement]") == {member: rows[NEW]}, member
    assert DataSet.objects.get(uid=sets[0]).last_updated > before


def test_single_references_name_the_target(api: ApiClient, elements: None) -> None:
    predictor = create(api, "predictor", output={"id": OLD})["id"]
    variable = create(
        api, "programRuleVariable", programRuleVariableSourceType="DATAELEMENT_NEWEST_EVENT_PROGRAM",
        dataElement={"id": OLDER},
    )["id"]  # fmt: skip

    assert merge(api, deleteSources=True).status == 200

    assert shown(api, f"predictors/{predictor}", "output") == {"output": {"id": NEW}}
    assert shown(api, f"programRuleVariables/{variable}", "dataElement") == {"dataElement": {"id": NEW}}


def test_expressions_name_the_target(api: ApiClient, elements: None) -> None:
    indicator = create(api, "indicator", numerator=f"#{{{OLD}}}+#{{{OLDER}.{COMBO}}}+#{{x{OLD}}}", denominator="1")
    side = EXPRESSION | {"expression": f"#{{{OLD}}}"}
    rule = create(api, "validationRule", leftSide=side)
    predictor = create(api, "predictor", generator=side)
    boundary = {"boundaryTarget": f"#{{A03MvHHogjR.{OLD}}}", "analyticsPeriodBoundaryType": BOUNDARY}
    counted = create(
        api, "programIndicator", expression=f"#{{A03MvHHogjR.{OLD}}}", filter=f"#{{A03MvHHogjR.{OLD}}}>1",
        orgUnitField=OLD, analyticsPeriodBoundaries=[boundary],
    )  # fmt: skip
    form = create(api, "dataEntryForm", htmlCode=f'<input id="{OLD}-{COMBO}-val">')
    before = Indicator.objects.get(uid=indicator["id"]).last_updated

    assert merge(api).status == 200

    assert Indicator.objects.get(uid=indicator["id"]).numerator == f"#{{{NEW}}}+#{{{NEW}.{COMBO}}}+#{{x{OLD}}}"
    assert Indicator.objects.get(uid=indicator["id"]).last_updated > before
    assert shown(api, f"validationRules/{rule['id']}", "leftSide")["leftSide"]["expression"] == f"#{{{NEW}}}"
    assert shown(api, f"predictors/{predictor['id']}", "generator")["generator"]["expression"] == f"#{{{NEW}}}"
    fields = "expression,filter,orgUnitField,analyticsPeriodBoundaries[boundaryTarget]"
    assert shown(api, f"programIndicators/{counted['id']}", fields) == {
        "expression": f"#{{A03MvHHogjR.{NEW}}}", "filter": f"#{{A03MvHHogjR.{NEW}}}>1", "orgUnitField": NEW,
        "analyticsPeriodBoundaries": [{"boundaryTarget": f"#{{A03MvHHogjR.{NEW}}}"}],
    }  # fmt: skip
    assert shown(api, f"dataEntryForms/{form['id']}", "htmlCode") == {"htmlCode": f'<input id="{NEW}-{COMBO}-val">'}


def test_favourites_show_the_target(api: ApiClient, elements: None) -> None:
    items = [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": uid}} for uid in (OLD, NEW)]
    axis = [{"id": "dx", "items": [{"id": OLD}, {"id": f"{OLD}.{COMBO}"}]}]
    chart = create(api, "visualization", dataDimensionItems=items, columns=axis, seriesKey={"of": OLD})["id"]

    assert merge(api, deleteSources=True).status == 200

    found = shown(api, f"visualizations/{chart}", "dataDimensionItems[dataElement[id]],columns[items[id]],seriesKey")
    assert found["dataDimensionItems"] == [{"dataElement": {"id": NEW}}]
    assert found["columns"] == [{"items": [{"id": NEW}, {"id": f"{NEW}.{COMBO}"}]}]
    assert found["seriesKey"] == {"of": NEW}


def test_the_last_updated_value_stays_and_none_is_lost(api: ApiClient, elements: None) -> None:
    send(api, value(data_element=NEW, value="1"), value(data_element=OLD, value="2"),
         value(data_element=OLD, value="5", period="201402"))  # fmt: skip
    age()
    send(api, value(data_element=OLDER, value="3"))
    before = count_rows()

    assert merge(api, deleteSources=True).status == 200

    assert (stored(NEW)["value"], stored(NEW, period="201402")["value"], count_rows()) == ("3", "5", before - 2)


def test_values_of_sources_can_be_discarded(api: ApiClient, elements: None) -> None:
    send(api, value(data_element=NEW, value="1"), value(data_element=OLD, value="2", period="201402"))
    before = count_rows()

    assert merge(api, dataMergeStrategy="DISCARD").status == 200

    assert (stored(NEW)["value"], stored(NEW, period="201402"), count_rows()) == ("1", {}, before - 1)


def test_indicators(api: ApiClient) -> None:
    for uid in (OLD, OLDER, NEW):
        create(api, "indicator", id=uid, numerator="1", denominator="1")
    found = create(api, "indicatorGroup", indicators=[{"id": OLD}, {"id": NEW}])["id"]
    nested = create(api, "indicator", numerator=f"N{{{OLD}}}", denominator="1")["id"]

    answer = merge(api, "indicator", deleteSources=True, dataMergeStrategy=None)

    assert answer.summary["mergeReport"]["message"] == "Indicator merge complete"
    assert shown(api, f"indicatorGroups/{found}", "indicators") == {"indicators": [{"id": NEW}]}
    assert shown(api, f"indicators/{nested}", "numerator") == {"numerator": f"N{{{NEW}}}"}


def test_indicator_types(api: ApiClient) -> None:
    for uid in (OLD, OLDER, NEW):
        create(api, "indicatorType", id=uid)
    found = create(api, "indicator", indicatorType={"id": OLD}, numerator="1", denominator="1")["id"]

    assert merge(api, "indicatorType", deleteSources=True, dataMergeStrategy=None).status == 200

    assert shown(api, f"indicators/{found}", "indicatorType") == {"indicatorType": {"id": NEW}}


@pytest.fixture
def options(api: ApiClient) -> str:
    """A category of three options with its combo; the combo's id."""
    for uid in (OLD, OLDER, NEW):
        create(api, "categoryOption", id=uid)
    category = create(api, "category", categoryOptions=[{"id": uid} for uid in (OLD, OLDER, NEW)])
    return create(api, "categoryCombo", categories=[{"id": category["id"]}])["id"]


def option_combo(combo: str, option: str) -> str:
    return CategoryOptionCombo.objects.get(category_combo__uid=combo, category_options__uid=option).uid


def test_category_options(api: ApiClient, options: str) -> None:
    assert merge(api, "categoryOption", deleteSources=True, dataMergeStrategy=None).status == 200

    categories = shown(api, f"categoryOptions/{NEW}", "categories[categoryOptions]")["categories"]
    assert categories == [{"categoryOptions": [{"id": NEW}]}]
    combos = CategoryOptionCombo.objects.filter(category_combo__uid=options, category_options__uid=NEW)
    assert combos.count() == 3


@pytest.mark.parametrize(
    ("limits", "after"), [({OLD: 1, OLDER: 1, NEW: 1}, 3), ({OLD: 1, NEW: 1}, 0), ({OLD: 1, OLDER: 1}, 0)]
)
def test_a_category_option_is_valid_wherever_one_of_them_was(
    api: ApiClient, options: str, limits: dict[str, int], after: int
) -> None:
    units = iter(OrganisationUnit.objects.order_by("pk")[:3])
    for uid in limits:
        CategoryOption.objects.get(uid=uid).organisation_units.add(next(units))

    assert merge(api, "categoryOption", deleteSources=True).status == 200

    assert CategoryOption.objects.get(uid=NEW).organisation_units.count() == after


def test_duplicates_of_an_option_combo(api: ApiClient, options: str) -> None:
    """As they come to be when options are merged."""
    old, older, new = (option_combo(options, uid) for uid in (OLD, OLDER, NEW))
    assert put_in(api, dataElements=[data_element(id="mergeElemCo", categoryCombo={"id": options})]).status == 200
    send(api, value(data_element="mergeElemCo", category_option_combo=old, value="4"))
    assert merge(api, "categoryOption", deleteSources=True).status == 200

    answer = merge(api, "categoryOptionCombo", sources=[old, older], target=new, deleteSources=True)

    assert answer.summary["mergeReport"]["message"] == "CategoryOptionCombo merge complete"
    assert CategoryOptionCombo.objects.filter(category_combo__uid=options).count() == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT combo.uid, value FROM datavalue JOIN metadata_categoryoptioncombo combo"
            " ON combo.id = category_option_combo_id JOIN metadata_dataelement element ON element.id = data_element_id"
            " WHERE element.uid = 'mergeElemCo'"
        )
        assert cursor.fetchall() == [(new, "4")]


def test_option_combos_that_are_no_duplicates(api: ApiClient, options: str) -> None:
    old, new = option_combo(options, OLD), option_combo(options, NEW)

    answer = merge(api, "categoryOptionCombo", sources=[old], target=new)
    assert (codes(answer), answer.summary["mergeReport"]["mergeErrors"][0]["args"]) == (["E1540"], [old])


def test_attribute_option_combos_of_values_pass_on_too(api: ApiClient) -> None:
    default = CategoryOptionCombo.objects.get(uid=COMBO)
    twin = CategoryOptionCombo.objects.create(
        uid="mergeTwinAA", name="default", category_combo=default.category_combo, created=DAY, last_updated=DAY
    )
    twin.category_options.set(default.category_options.all())
    send(api, value(value="4"))
    before = count_rows()
    target = {"sources": [COMBO], "target": twin.uid}
    assert merge(api, "categoryOptionCombo", **target).status == 409  # the system needs its default

    CategoryOptionCombo.objects.filter(uid=COMBO).update(uid="mergeWasDef")
    CategoryOptionCombo.objects.filter(uid=twin.uid).update(uid=COMBO)
    assert merge(api, "categoryOptionCombo", sources=["mergeWasDef"], target=COMBO, deleteSources=True).status == 200

    assert (stored()["value"], count_rows()) == ("4", before)


@pytest.mark.parametrize("singular", KINDS)
def test_each_type_takes_an_authority_of_its_own(api: ApiClient, editor: User, singular: str) -> None:
    persona("merger", [KINDS[singular].authority])

    assert merge(api, singular, user="editor").status == 403
    assert merge(api, singular, user="merger").status == 409


def test_what_the_caller_may_not_read_does_not_exist(api: ApiClient, elements: None) -> None:
    persona("merger", ["F_DATA_ELEMENT_MERGE"])
    hidden = data_element(sharing=private())
    assert put_in(api, dataElements=[hidden]).status == 200

    assert codes(merge(api, user="merger", target=hidden["id"])) == ["E1533"]


def test_the_number_of_queries_does_not_follow_what_is_moved(api: ApiClient) -> None:
    counts = []
    for number in (2, 12):
        made = [data_element() for _ in range(number)]
        groups = [group(one["id"]) for one in made]
        assert put_in(api, dataElements=made, dataElementGroups=groups).status == 200
        for one in made:
            create(api, "indicator", numerator=f"#{{{one['id']}}}", denominator="1")
        uids = [one["id"] for one in made]
        with query_counter() as queries:
            assert merge(api, sources=uids[1:], target=uids[0], deleteSources=True).status == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]
