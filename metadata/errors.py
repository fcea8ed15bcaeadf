"""Error codes of single metadata types in the import (DHIS2 2.42, metadata API)."""

from __future__ import annotations

from dhis2api.errors import code, plain

E1115 = code("E1115", "Data element value type must match option set value type: `{}`")
E1116 = code("E1116", "Data element of value type MULTI_TEXT must have an option set: `{}`")
E1117 = code(
    "E1117",
    "Data element of value type MULTI_TEXT cannot use the option set `{}` that uses the separator character in one of "
    "its codes: `{}`",
)
E1118 = code("E1118", "Option set `{}` of type MULTI_TEXT may not have an option code with separator `,`: `{}`")
E1120 = code("E1120", "Update cannot be applied as it would make existing data values inaccessible")
E1121 = code("E1121", "Data element `{}` value type cannot be changed as it has associated data values")
E1122 = code("E1122", "Category option combo `{}` cannot be associated with the default category combo")
E1125 = code("E1125", "Category option combo `{}` contains options not associated with category combo `{}`")
E1126 = code("E1126", "Category combo `{}` cannot combine more than {} categories, but was: {}")
E1127 = code("E1127", "Category `{}` cannot have more than {} options, but had: {}")
E1128 = code("E1128", "Category combo `{}` cannot have more than {} combinations, but requires: {}")
E1133 = code("E1133", "Category option combo `{}` must be associated with a category combo")
E1134 = code(
    "E1134", "Only `attributeValues`, `code` and `ignoreApproval` of a category option combo can be changed, not `{}`"
)
E1520 = code("E1520", "User `{}` may not move organisation unit `{}`")
E3012 = code("E3012", "User `{}` does not have read access for object `{}`")
E4012 = code("E4012", "Period type `{}` of a data input period does not match period type `{}` of data set `{}`")
E4013 = code("E4013", "Invalid Closing date `{}`, must be after Opening date `{}`")
E4017 = code("E4017", "Rendering type `{}` is not known for `{}` on device `{}`")
E4019 = code("E4019", "Failed to parse pattern `{}`. {}")
E4021 = code("E4021", "Pattern `{}` must have exactly one generated segment (RANDOM or SEQUENTIAL), has {}")
E4022 = code("E4022", "Pattern `{}` does not conform to the value type `{}`")
E4028 = code("E4028", "Option set `{}` already contains option `{}`")
E6022 = code("E6022", "Object {} references itself")
CIRCLE = code("E6022", "Organisation unit `{}` would be its own ancestor, nothing was imported")
E7617 = code("E7617", "Organisation unit: `{}` not in hierarchy of current user: `{}`")
E4061 = code("E4061", "Dashboard item `{}` object reference `{}` with id `{}` not found")
E4069 = code("E4069", "Dashboard item `{}` object reference `{}` with id `{}` not accessible")
E4070 = code("E4070", "Dashboard layout can have at most {} columns, but had {}")
E4300 = code("E4300", "SQL query is null")
E4301 = code("E4301", "SQL query must be a select query")
E4302 = code("E4302", "SQL query can only contain a single semi-colon at the end of the query")
E4310 = code("E4310", "SQL query contains references to protected tables")
E4311 = code("E4311", "SQL query contains illegal keywords")
E4010 = code("E4010", "Property `{}` is not supported for value type `{}`")
E4023 = code("E4023", "Property `{}` should be null, given `{}`")
E4024 = code("E4024", "Property `{}` must be set when property `{}` is `{}`")
E4034 = code("E4034", "ProgramNotificationTemplate `{}` associated with program rule name `{}` does not exist")
E4035 = code("E4035", "ProgramNotificationTemplate cannot be null for program rule name `{}`")
E4036 = code("E4036", "ProgramStageSection cannot be null for program rule `{}`")
E4037 = code("E4037", "ProgramStageSection `{}` associated with program rule `{}` does not exist")
E4038 = code("E4038", "ProgramStage cannot be null for program rule `{}`")
E4039 = code("E4039", "ProgramStage `{}` associated with program rule `{}` does not exist")
E4040 = code("E4040", "Option cannot be null for program rule `{}`")
E4041 = code("E4041", "Option `{}` associated with program rule `{}` does not exist")
E4042 = code("E4042", "OptionGroup cannot be null for program rule `{}`")
E4043 = code("E4043", "OptionGroup `{}` associated with program rule `{}` does not exist")
E4044 = code("E4044", "DataElement or TrackedEntityAttribute cannot be null for program rule `{}`")
E4045 = code("E4045", "DataElement `{}` associated with program rule `{}` does not exist")
E4046 = code("E4046", "TrackedEntityAttribute `{}` associated with program rule `{}` does not exist")
E4047 = code("E4047", "DataElement `{}` is not linked to any ProgramStageDataElement for program rule `{}`")
E4048 = code(
    "E4048", "TrackedEntityAttribute `{}` is not linked to any ProgramTrackedEntityAttribute for program rule `{}`"
)
E4050 = code(
    "E4050", "One of DataElement, TrackedEntityAttribute or ProgramRuleVariable must be given for program rule `{}`"
)
E4051 = code("E4051", "A program rule variable with name `{}` and program uid `{}` already exists")
E4052 = code("E4052", "For program rule variable with name `{}`, following keywords are forbidden: `{}`")
E4053 = code("E4053", "Program stage `{}` must reference a program")
E4057 = code("E4057", "A program rule with name `{}` and program uid `{}` already exists")
E4059 = code("E4059", "Program rule variable `{}` of source type `{}` must have a data element")
E4071 = code("E4071", "Program indicator `{}` names category mapping `{}`, which program `{}` does not have")
E4072 = code("E4072", "Program indicator `{}` names category mapping `{}` more than once")
E4073 = code("E4073", "Program indicator `{}` has more than one mapping of category `{}`: `{}` and `{}`")
E4074 = code(
    "E4074", "Program indicator `{}` has mapping `{}` of category `{}`, which is in none of its category combos"
)
E4075 = code("E4075", "Program `{}` has more than one category mapping with id `{}`")
E4076 = code("E4076", "Program `{}` category mapping `{}` names category `{}`, which does not exist")
E4077 = code("E4077", "Program `{}` has more than one mapping named `{}` of category `{}`")
E4078 = code("E4078", "Program `{}` category mapping `{}` names category option `{}`, which does not exist")
E4079 = code(
    "E4079", "Program `{}` category mapping `{}` names category option `{}`, which category `{}` does not have"
)
E4080 = code("E4080", "Program `{}` category mapping `{}` maps category option `{}` more than once")
E4089 = code("E4089", "Program rule variable `{}` of source type `{}` must have a tracked entity attribute")
E4090 = code("E4090", "Program rule variable `{}` must have a source type")
E4091 = code("E4091", "Program rule variable `{}` of source type `{}` must have a program stage")
E6022_PROGRAM = code("E6022", "Program `{}` cannot be related to itself")
E4314 = code(
    "E4314", "Tracker data view of `{}` names `{}`, which does not belong to the constraint's program, stage or type"
)
E6001 = code("E6001", "ProgramStage `{}` has invalid next event scheduling DataElement `{}`")

# The import of GeoJSON geometries names its faults by words instead of numbers.
ATTRIBUTE_NOT_FOUND = code("ATTRIBUTE_NOT_FOUND", "Attribute `{}` does not exist", 400)
ATTRIBUTE_NOT_GEO_JSON = code("ATTRIBUTE_NOT_GEO_JSON", "Attribute `{}` is not of value type GEOJSON", 400)
ATTRIBUTE_NOT_USABLE = code("ATTRIBUTE_NOT_USABLE", "Attribute `{}` is not an attribute of organisation units", 400)
FEATURE_LACKS_IDENTIFIER = code("FEATURE_LACKS_IDENTIFIER", "The feature names no organisation unit")
FEATURE_LACKS_GEOMETRY = code("FEATURE_LACKS_GEOMETRY", "The feature of organisation unit `{}` has no geometry")
FEATURE_REPEATED = code("FEATURE_REPEATED", "Another feature before names organisation unit `{}`, too")
GEOMETRY_INVALID = code("GEOMETRY_INVALID", "The geometry of organisation unit `{}` is not valid GeoJSON, or too large")
ORG_UNIT_NOT_FOUND = code("ORG_UNIT_NOT_FOUND", "Organisation unit `{}` does not exist")
ORG_UNIT_AMBIGUOUS = code("ORG_UNIT_AMBIGUOUS", "Several organisation units are called `{}`")

LEVEL_NOT_POSITIVE = plain(409, "Level must be greater than zero")
LEVEL_WITHOUT_NAME = plain(409, "Name must be specified")
UNKNOWN_CATEGORY_COMBO = plain(409, "CategoryCombo does not exist: {}")

# Data: an attribute option combo by its category combo and options.
E1110 = code("E1110", "Category combo not found or not accessible: `{}`")
E1111 = code("E1111", "Category option not found or not accessible: `{}`")
E2040 = code("E2040", "Both category combination and category options must be specified")
E2041 = code("E2041", "Attribute option combo does not exist for given category combo and category options")
