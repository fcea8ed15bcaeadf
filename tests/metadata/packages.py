"""Objects with all that can follow from them, and what a package of one holds."""

from __future__ import annotations

from typing import Any

from tests.harness.client import ApiClient
from tests.objects.payloads import create


def one(api: ApiClient, singular: str, **members: Any) -> dict[str, str]:
    """A new object, as a reference to it."""
    return {"id": create(api, singular, **members)["id"]}


def contents(api: ApiClient, plural: str, uid: str, query: str = "") -> dict[str, set[str]]:
    answer = api.get(f"/api/{plural}/{uid}/metadata?{query}")
    assert answer.status == 200, answer
    return {name: {o["id"] for o in objects} for name, objects in answer.json.items() if name != "system"}


def combo_of(api: ApiClient, options: int = 2) -> dict[str, Any]:
    """A category combo with its own category and options; `uid` and what it is made of."""
    members = [one(api, "categoryOption") for _ in range(options)]
    category = one(api, "category", categoryOptions=members)
    combo = one(api, "categoryCombo", categories=[category])
    option_combos = api.get(f"/api/categoryCombos/{combo['id']}").json["categoryOptionCombos"]
    return {
        "categoryCombos": {combo["id"]}, "categories": {category["id"]}, "categoryOptions": {m["id"] for m in members},
        "categoryOptionCombos": {c["id"] for c in option_combos},
    }  # fmt: skip


def the(ids: set[str]) -> dict[str, str]:
    (uid,) = ids
    return {"id": uid}


def options_of(api: ApiClient) -> dict[str, set[str]]:
    options = [one(api, "option"), one(api, "option")]
    found = one(api, "optionSet", options=options)
    return {"optionSets": {found["id"]}, "options": {o["id"] for o in options}}


def data_set(api: ApiClient) -> tuple[str, dict[str, set[str]]]:
    """A data set with all that can follow from it; its uid, and what does."""
    combo, overriding, of_element = combo_of(api), combo_of(api), combo_of(api)
    element = one(api, "dataElement", categoryCombo=the(of_element["categoryCombos"]))
    kind = one(api, "indicatorType")
    indicator, listed = one(api, "indicator", indicatorType=kind), one(api, "indicator", indicatorType=kind)
    operand = {"dataElement": element, "categoryOptionCombo": {"id": next(iter(of_element["categoryOptionCombos"]))}}
    found = one(
        api, "dataSet", categoryCombo=the(combo["categoryCombos"]), indicators=[indicator],
        dataSetElements=[{"dataElement": element, "categoryCombo": the(overriding["categoryCombos"])}],
        compulsoryDataElementOperands=[operand],
    )  # fmt: skip
    section = one(api, "section", dataSet=found, dataElements=[element], indicators=[listed], greyedFields=[operand])
    expected = {name: combo[name] | overriding[name] | of_element[name] for name in combo}
    return found["id"], expected | {
        "dataSets": {found["id"]}, "dataElements": {element["id"]}, "sections": {section["id"]},
        "indicatorTypes": {kind["id"]}, "indicators": {indicator["id"], listed["id"]},
    }  # fmt: skip


def program(api: ApiClient) -> tuple[str, dict[str, set[str]]]:
    """A program with all that can follow from it; its uid, and what does."""
    combo, options, of_action = combo_of(api), options_of(api), options_of(api)
    attribute, of_type, sectioned = (one(api, "trackedEntityAttribute") for _ in range(3))
    tracked = one(api, "trackedEntityType", trackedEntityTypeAttributes=[{"trackedEntityAttribute": of_type}])
    template, of_stage = one(api, "programNotificationTemplate"), one(api, "programNotificationTemplate")
    form, stage_form = one(api, "dataEntryForm"), one(api, "dataEntryForm")
    found = one(
        api, "program", categoryCombo=the(combo["categoryCombos"]), trackedEntityType=tracked, dataEntryForm=form,
        notificationTemplates=[template], programTrackedEntityAttributes=[{"trackedEntityAttribute": attribute}],
    )  # fmt: skip
    element = one(api, "dataElement", optionSet=the(options["optionSets"]))
    stage = one(
        api, "programStage", program=found, dataEntryForm=stage_form, notificationTemplates=[of_stage],
        programStageDataElements=[{"dataElement": element}],
    )  # fmt: skip
    indicator = one(api, "programIndicator", program=found)
    stage_section = one(api, "programStageSection", programStage=stage, programIndicators=[indicator])
    section = one(api, "programSection", program=found, trackedEntityAttributes=[sectioned])
    group = one(
        api, "optionGroup", optionSet=the(of_action["optionSets"]), options=[{"id": o} for o in of_action["options"]]
    )
    rule = one(api, "programRule", program=found)
    action = one(api, "programRuleAction", programRule=rule, dataElement=element, optionGroup=group)
    variable = one(api, "programRuleVariable", program=found)
    return found["id"], combo | {
        "categoryCombos": combo["categoryCombos"] | {"bjDvmb4bfuf"},
        "categories": combo["categories"] | {"GLevLNI9wkl"},
        "categoryOptions": combo["categoryOptions"] | {"xYerKDKCefk"},
        "categoryOptionCombos": combo["categoryOptionCombos"] | {"HllvX50cXC0"},
        "optionSets": options["optionSets"] | of_action["optionSets"],
        "options": options["options"] | of_action["options"],
        "optionGroups": {group["id"]}, "dataElements": {element["id"]},
        "programs": {found["id"]}, "programStages": {stage["id"]}, "programStageSections": {stage_section["id"]},
        "programSections": {section["id"]}, "programIndicators": {indicator["id"]}, "programRules": {rule["id"]},
        "programRuleActions": {action["id"]}, "programRuleVariables": {variable["id"]},
        "programNotificationTemplates": {template["id"], of_stage["id"]},
        "dataEntryForms": {form["id"], stage_form["id"]}, "trackedEntityTypes": {tracked["id"]},
        "trackedEntityAttributes": {attribute["id"], of_type["id"], sectioned["id"]},
    }  # fmt: skip
