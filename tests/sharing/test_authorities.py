"""The authorities of every type, as DHIS2 2.42 lists them: P public add, V private add, C create, U update, D delete,
R read, X external (up to 2.40)."""

from __future__ import annotations

import pytest

from dhis2api.objects.registry import find_schema
from sharing.access import TypeRules

# Types that follow the pattern F_X_PUBLIC_ADD, F_X_PRIVATE_ADD, F_X_DELETE.
PATTERN = {
    "aggregateDataExchange": "AGGREGATE_DATA_EXCHANGE", "attribute": "ATTRIBUTE", "category": "CATEGORY",
    "categoryCombo": "CATEGORY_COMBO", "categoryOption": "CATEGORY_OPTION",
    "categoryOptionGroup": "CATEGORY_OPTION_GROUP", "categoryOptionGroupSet": "CATEGORY_OPTION_GROUP_SET",
    "dataElement": "DATAELEMENT", "dataElementGroup": "DATAELEMENTGROUP", "dataElementGroupSet": "DATAELEMENTGROUPSET",
    "dataSet": "DATASET", "dataSetNotificationTemplate": "DATASET", "document": "DOCUMENT",
    "externalMapLayer": "EXTERNAL_MAP_LAYER", "indicator": "INDICATOR", "indicatorGroup": "INDICATORGROUP",
    "indicatorGroupSet": "INDICATORGROUPSET", "legendSet": "LEGEND_SET", "optionSet": "OPTIONSET",
    "option": "OPTIONSET", "optionGroup": "OPTIONGROUP", "optionGroupSet": "OPTIONGROUPSET",
    "organisationUnitGroup": "ORGUNITGROUP", "organisationUnitGroupSet": "ORGUNITGROUPSET", "program": "PROGRAM",
    "programIndicator": "PROGRAM_INDICATOR", "relationshipType": "RELATIONSHIPTYPE", "report": "REPORT",
    "sqlView": "SQLVIEW", "trackedEntityAttribute": "TRACKED_ENTITY_ATTRIBUTE", "userGroup": "USERGROUP",
    "userRole": "USERROLE", "validationRule": "VALIDATIONRULE", "validationNotificationTemplate": "VALIDATIONRULE",
}  # fmt: skip
STAGE = {"C": "F_PROGRAMSTAGE_ADD", "D": "F_PROGRAMSTAGE_DELETE"}
RULES = "F_PROGRAM_RULE_MANAGEMENT"
IRREGULAR = {
    "dashboard": {"P": "F_DASHBOARD_PUBLIC_ADD", "X": "F_DASHBOARD_PUBLIC_ADD"},
    "visualization": {"P": "F_VISUALIZATION_PUBLIC_ADD", "X": "F_VISUALIZATION_EXTERNAL"},
    "eventVisualization": {"P": "F_EVENT_VISUALIZATION_PUBLIC_ADD"},
    "map": {"P": "F_MAP_PUBLIC_ADD", "X": "F_MAP_EXTERNAL"},
    "eventChart": {"P": "F_EVENTCHART_PUBLIC_ADD", "X": "F_EVENTCHART_EXTERNAL"},
    "eventReport": {"P": "F_EVENTREPORT_PUBLIC_ADD", "X": "F_EVENTREPORT_EXTERNAL"},
    "dataApprovalLevel": dict.fromkeys("PVD", "F_DATA_APPROVAL_LEVEL"),
    "dataApprovalWorkflow": dict.fromkeys("PVD", "F_DATA_APPROVAL_WORKFLOW"),
    "constant": {"C": "F_CONSTANT_ADD", "D": "F_CONSTANT_DELETE"},
    "indicatorType": {"C": "F_INDICATORTYPE_ADD", "D": "F_INDICATORTYPE_DELETE"},
    "organisationUnit": {"C": "F_ORGANISATIONUNIT_ADD", "D": "F_ORGANISATIONUNIT_DELETE"},
    "organisationUnitLevel": dict.fromkeys("CUD", "F_ORGANISATIONUNITLEVEL_UPDATE"),
    "programStage": STAGE, "programStageSection": STAGE, "eventFilter": STAGE, "trackedEntityInstanceFilter": STAGE,
    "programStageWorkingList": STAGE,
    "programRule": {"C": f"F_PROGRAM_RULE_ADD {RULES}", "D": f"F_PROGRAM_RULE_DELETE {RULES}"},
    "programRuleAction": {"C": RULES, "D": RULES}, "programRuleVariable": {"C": RULES, "D": RULES},
    "programIndicatorGroup": {
        "C": "F_PROGRAM_INDICATOR_GROUP_PUBLIC_ADD F_PROGRAM_INDICATOR_GROUP_PRIVATE_ADD",
        "D": "F_PROGRAM_INDICATOR_GROUP_DELETE",
    },
    "programNotificationTemplate": {"C": "F_PROGRAM_PUBLIC_ADD F_PROGRAM_PRIVATE_ADD", "D": "F_PROGRAM_DELETE"},
    "predictor": {"C": "F_PREDICTOR_ADD", "D": "F_PREDICTOR_DELETE"},
    "predictorGroup": {"C": "F_PREDICTORGROUP_ADD", "D": "F_PREDICTORGROUP_DELETE"},
    "section": {"C": "F_SECTION_ADD", "D": "F_SECTION_DELETE"},
    "trackedEntityType": {
        "C": "F_TRACKED_ENTITY_ADD", "U": "F_TRACKED_ENTITY_UPDATE", "D": "F_TRACKED_ENTITY_DELETE",
    },
    "validationRuleGroup": {
        "C": "F_VALIDATIONRULEGROUP_PUBLIC_ADD", "U": "F_VALIDATIONRULEGROUP_PRIVATE_ADD",
        "D": "F_VALIDATIONRULEGROUP_DELETE",
    },
    "categoryOptionCombo": {
        "C": "F_CATEGORY_COMBO_PUBLIC_ADD F_CATEGORY_COMBO_PRIVATE_ADD", "D": "F_CATEGORY_COMBO_DELETE",
    },
    "smsCommand": dict.fromkeys("CDR", "F_MOBILE_SENDSMS"),
    "pushAnalysis": {"C": "F_PUSH_ANALYSIS_ADD", "D": "F_PUSH_ANALYSIS_DELETE"},
    "analyticsTableHook": {"C": "F_ANALYTICSTABLEHOOK_ADD", "D": "F_ANALYTICSTABLEHOOK_DELETE"},
    "user": {
        "C": "F_USER_ADD F_USER_ADD_WITHIN_MANAGED_GROUP", "D": "F_USER_DELETE F_USER_DELETE_WITHIN_MANAGED_GROUP",
        "R": "F_USER_VIEW",
    },
    "programSection": {"P": "F_PROGRAM_PUBLIC_ADD"},
    "expressionDimensionItem": {},
}  # fmt: skip
EXTERNAL = {"report": "F_REPORT_EXTERNAL", "sqlView": "F_SQLVIEW_EXTERNAL", "document": "F_DOCUMENT_EXTERNAL"}

WITH_DATA = {"dataSet", "program", "programStage", "trackedEntityType", "relationshipType", "categoryOption",
             "aggregateDataExchange", "sqlView"}  # fmt: skip
DEFAULT_PRIVATE = {"dashboard", "eventFilter", "trackedEntityInstanceFilter", "programStageWorkingList",
                   "expressionDimensionItem"}  # fmt: skip
IMPLICIT_PRIVATE = {"dashboard", "visualization", "map", "eventChart", "eventReport", "eventVisualization",
                    "eventFilter", "trackedEntityInstanceFilter", "programStageWorkingList"}  # fmt: skip
NOT_SHARED = {
    "user", "organisationUnit", "organisationUnitLevel", "option", "indicatorType", "section", "categoryOptionCombo",
    "programRule", "programRuleAction", "programRuleVariable", "programStageSection", "programSection", "predictor",
    "dataSetNotificationTemplate", "validationNotificationTemplate", "programNotificationTemplate", "smsCommand",
    "pushAnalysis", "analyticsTableHook",
}  # fmt: skip


def declared(rules: TypeRules) -> dict[str, set[str]]:
    found = {
        "P": rules.create_public, "V": rules.create_private, "C": rules.create, "U": rules.update, "D": rules.delete,
        "R": rules.read, "X": rules.external,
    }  # fmt: skip
    return {letter: set(names) for letter, names in found.items() if names}


def expected(singular: str) -> dict[str, set[str]]:
    if singular in IRREGULAR:
        return {letter: set(names.split()) for letter, names in IRREGULAR[singular].items()}
    stem = PATTERN[singular]
    usual = {"P": f"F_{stem}_PUBLIC_ADD", "V": f"F_{stem}_PRIVATE_ADD", "D": f"F_{stem}_DELETE"}
    usual |= {"X": EXTERNAL[singular]} if singular in EXTERNAL else {}
    return {letter: {name} for letter, name in usual.items()}


@pytest.mark.parametrize("singular", [*PATTERN, *IRREGULAR])
def test_a_type_declares_what_dhis2_lists(singular: str) -> None:
    schema = find_schema(singular)
    assert schema is not None

    rules = schema.rules
    assert declared(rules) == expected(singular)
    assert rules.shareable is (singular not in NOT_SHARED)
    assert rules.data_shareable is (singular in WITH_DATA)
    assert rules.default_private is (singular in DEFAULT_PRIVATE)
    assert rules.implicit_private is (singular in IMPLICIT_PRIVATE)
