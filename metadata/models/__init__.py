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
from metadata.models.org_units import (
    CaptureOrganisationUnit,
    DataViewOrganisationUnit,
    OrganisationUnit,
    OrganisationUnitGroup,
    OrganisationUnitGroupSet,
    OrganisationUnitLevel,
    SearchOrganisationUnit,
)

__all__ = [
    "Attribute", "CaptureOrganisationUnit", "Category", "CategoryCombo", "CategoryOption", "CategoryOptionCombo",
    "CategoryOptionGroup", "CategoryOptionGroupSet", "CompulsoryOperand", "Constant", "DataElement",
    "DataElementGroup", "DataElementGroupSet", "DataInputPeriod", "DataSet", "DataSetElement",
    "DataViewOrganisationUnit", "GreyedField", "Indicator", "IndicatorGroup", "IndicatorGroupSet", "IndicatorType",
    "Legend", "LegendSet", "Option", "OptionSet", "OrganisationUnit", "OrganisationUnitGroup",
    "OrganisationUnitGroupSet", "OrganisationUnitLevel", "Period", "SearchOrganisationUnit", "Section",
]  # fmt: skip
