"""All metadata models, a module per family."""

from metadata.models.attributes import Attribute
from metadata.models.categories import (
    Category,
    CategoryCombo,
    CategoryOption,
    CategoryOptionCombo,
    CategoryOptionGroup,
    CategoryOptionGroupSet,
)
from metadata.models.data_elements import DataElement, DataElementGroup, DataElementGroupSet, Period
from metadata.models.data_sets import (
    CompulsoryOperand,
    DataInputPeriod,
    DataSet,
    DataSetElement,
    GreyedField,
    Section,
)
from metadata.models.indicators import Indicator, IndicatorGroup, IndicatorGroupSet, IndicatorType
from metadata.models.options import Constant, Legend, LegendSet, Option, OptionSet
from metadata.models.option_groups import OptionGroup, OptionGroupSet
from metadata.models.org_units import (
    CaptureOrganisationUnit,
    DataViewOrganisationUnit,
    OrganisationUnit,
    OrganisationUnitGroup,
    OrganisationUnitGroupSet,
    OrganisationUnitLevel,
    SearchOrganisationUnit,
)
from metadata.models.program_rules import (
    AnalyticsPeriodBoundary,
    ProgramIndicator,
    ProgramIndicatorGroup,
    ProgramNotificationTemplate,
    ProgramRule,
    ProgramRuleAction,
    ProgramRuleVariable,
)
from metadata.models.programs import (
    DataEntryForm,
    Program,
    ProgramSection,
    ProgramStage,
    ProgramStageDataElement,
    ProgramStageSection,
    ProgramTrackedEntityAttribute,
)
from metadata.models.tracked_entities import TrackedEntityAttribute, TrackedEntityType, TrackedEntityTypeAttribute

__all__ = [
    "AnalyticsPeriodBoundary",
    "Attribute",
    "CaptureOrganisationUnit",
    "Category",
    "CategoryCombo",
    "CategoryOption",
    "CategoryOptionCombo",
    "CategoryOptionGroup",
    "CategoryOptionGroupSet",
    "CompulsoryOperand",
    "Constant",
    "DataElement",
    "DataElementGroup",
    "DataElementGroupSet",
    "DataEntryForm",
    "DataInputPeriod",
    "DataSet",
    "DataSetElement",
    "DataViewOrganisationUnit",
    "GreyedField",
    "Indicator",
    "IndicatorGroup",
    "IndicatorGroupSet",
    "IndicatorType",
    "Legend",
    "LegendSet",
    "Option",
    "OptionGroup",
    "OptionGroupSet",
    "OptionSet",
    "OrganisationUnit",
    "OrganisationUnitGroup",
    "OrganisationUnitGroupSet",
    "OrganisationUnitLevel",
    "Period",
    "Program",
    "ProgramIndicator",
    "ProgramIndicatorGroup",
    "ProgramNotificationTemplate",
    "ProgramRule",
    "ProgramRuleAction",
    "ProgramRuleVariable",
    "ProgramSection",
    "ProgramStage",
    "ProgramStageDataElement",
    "ProgramStageSection",
    "ProgramTrackedEntityAttribute",
    "SearchOrganisationUnit",
    "Section",
    "TrackedEntityAttribute",
    "TrackedEntityType",
    "TrackedEntityTypeAttribute",
]
