"""Codes of the tracker: those of an import's report, then refusals of requests. Source: DHIS2 2.42, tracker.

Arguments stand in DHIS2's order. T, N, V, R: of tracked entities, enrollments, events, relationships.
"""

from __future__ import annotations

from dhis2api.errors import code, plain

# Org units and rights.
E1000 = code("E1000", "User: `{}`, has no write access to OrganisationUnit: `{}`.")
E1001 = code("E1001", "User: `{}`, has no data write access to TrackedEntityType: `{}`.")
E1003 = code("E1003", "User: `{}`, has no write access to TrackedEntity: `{}`.")
E1083 = code("E1083", "User: `{}`, is not authorized to change the status of completed events.")
E1091 = code("E1091", "User: `{}`, has no data write access to Program: `{}`.")
E1095 = code("E1095", "User: `{}`, has no data write access to ProgramStage: `{}`.")
E1096 = code("E1096", "User: `{}`, has no data read access to Program: `{}`.")
E1099 = code("E1099", "User: `{}`, has no write access to CategoryOption: `{}`.")
E1100 = code("E1100", "User: `{}`, is not authorized to delete TrackedEntity: `{}`, which has enrollments.")
E1102 = code("E1102", "User: `{}`, does not have access to TrackedEntity: `{}`, Program: `{}` combination.")
E1103 = code("E1103", "User: `{}`, is not authorized to delete Enrollment: `{}`, which has events.")
E1104 = code("E1104", "User: `{}`, has no data read access to Program: `{}`, TrackedEntityType: `{}`.")
E4020 = code("E4020", "User: `{}`, has no write access to Relationship: `{}`.")

# Whether objects exist already.
E1002 = code("E1002", "TrackedEntity: `{}`, already exists.")
E1030 = code("E1030", "Event: `{}`, already exists.")
E1032 = code("E1032", "Event: `{}`, does not exist.")
E1048 = code("E1048", "Object: `{}`, uid: `{}`, has an invalid uid format.")  # versions up to 37 only
E1063 = code("E1063", "TrackedEntity: `{}`, does not exist.")
E1080 = code("E1080", "Enrollment: `{}`, already exists.")
E1081 = code("E1081", "Enrollment: `{}`, does not exist.")
E1082 = code("E1082", "Event: `{}`, is already deleted and cannot be modified.")
E1113 = code("E1113", "Enrollment: `{}`, is already deleted and cannot be modified.")
E1114 = code("E1114", "TrackedEntity: `{}`, is already deleted and cannot be modified.")
E4015 = code("E4015", "Relationship: `{}`, already exists.")
E4016 = code("E4016", "Relationship: `{}`, does not exist.")
E4017 = code("E4017", "Relationship: `{}`, is already deleted and cannot be modified.")
E5000 = code("E5000", "{}: `{}`, cannot be imported because {}: `{}`, on which it depends, cannot be.")

# Members that must be there, and those that must stay as they are.
E1121 = code("E1121", "Missing required tracked entity property: `{}`.")
E1122 = code("E1122", "Missing required enrollment property: `{}`.")
E1123 = code("E1123", "Missing required event property: `{}`.")
E1124 = code("E1124", "Missing required relationship property: `{}`.")
E1126 = code("E1126", "Not allowed to update tracked entity property: `{}`.")
E1127 = code("E1127", "Not allowed to update enrollment property: `{}`.")
E1128 = code("E1128", "Not allowed to update event property: `{}`.")

# Metadata, and how it fits together.
E1005 = code("E1005", "Could not find TrackedEntityType: `{}`.")
E1006 = code("E1006", "Could not find TrackedEntityAttribute: `{}`.")
E1008 = code("E1008", "ProgramStage: `{}`, has no reference to a program.")
E1010 = code("E1010", "Could not find Program: `{}`, of the event.")
E1011 = code("E1011", "Could not find OrganisationUnit: `{}`, of the event.")
E1013 = code("E1013", "Could not find ProgramStage: `{}`, of the event.")
E1014 = code("E1014", "Program: `{}`, is a program without registration; nobody can be enrolled.")
E1022 = code("E1022", "TrackedEntity: `{}`, must have the TrackedEntityType of Program: `{}`.")
E1029 = code("E1029", "OrganisationUnit: `{}`, and Program: `{}`, of the event do not match.")
E1033 = code("E1033", "Event: `{}`, has no Enrollment, which its program needs.")
E1041 = code("E1041", "OrganisationUnit: `{}`, and Program: `{}`, of the enrollment do not match.")
E1049 = code("E1049", "Could not find OrganisationUnit: `{}`, of the tracked entity.")
E1054 = code("E1054", "AttributeOptionCombo: `{}`, is not in the CategoryCombo: `{}`, of the event's program.")
E1055 = code("E1055", "The default AttributeOptionCombo is not allowed: the program has a CategoryCombo of its own.")
E1056 = code("E1056", "Event date: `{}`, is before the start date: `{}`, of CategoryOption: `{}`.")
E1057 = code("E1057", "Event date: `{}`, is after the end date: `{}`, of CategoryOption: `{}`, in Program: `{}`.")
E1068 = code("E1068", "Could not find TrackedEntity: `{}`, of the enrollment.")
E1069 = code("E1069", "Could not find Program: `{}`, of the enrollment.")
E1070 = code("E1070", "Could not find OrganisationUnit: `{}`, of the enrollment.")
E1079 = code("E1079", "Event: `{}`, Program: `{}`, is not the program of Enrollment: `{}`.")
E1089 = code("E1089", "Event: `{}`, ProgramStage: `{}`, and Program: `{}`, do not match.")
E1115 = code("E1115", "Could not find AttributeOptionCombo: `{}`.")
E1116 = code("E1116", "Could not find CategoryOption: `{}`.")
E1117 = code("E1117", "No AttributeOptionCombo of `{}` is made of the options: {}.")
E1118 = code("E1118", "Assigned user: `{}`, is not a user.")
E1119 = code("E1119", "A note with uid: `{}`, already exists.")
E1120 = code("E1120", "ProgramStage: `{}`, does not allow user assignment; the assigned user is ignored.")
E1313 = code("E1313", "Event: `{}`, of an enrollment does not point to an existing tracked entity.")

# Dates, statuses, geometries, repetition.
E1012 = code("E1012", "The geometry does not match the feature type: `{}`.")
E1015 = code("E1015", "TrackedEntity: `{}`, already has an active enrollment in Program: `{}`.")
E1016 = code("E1016", "TrackedEntity: `{}`, already has an enrollment in Program: `{}`, which allows one only.")
E1020 = code("E1020", "Enrollment date: `{}`, cannot be in the future.")
E1021 = code("E1021", "Incident date: `{}`, cannot be in the future.")
E1023 = code("E1023", "Incident date (occurredAt) is missing, which the program needs.")
E1025 = code("E1025", "Property enrolledAt is missing.")
E1031 = code("E1031", "Event: `{}`, occurredAt date is missing.")
E1039 = code("E1039", "ProgramStage: `{}`, is not repeatable and has an event already.")
E1043 = code("E1043", "Event: `{}`, was completed too long ago to be changed.")
E1046 = code("E1046", "Event: `{}`, needs an occurredAt or scheduledAt date to tell whether it has expired.")
E1047 = code("E1047", "Event: `{}`, lies in a period that has expired.")
E1050 = code("E1050", "Event: `{}`, ScheduledAt date is missing.")
E1051 = code("E1051", "Event: `{}`, completedAt must be null for status: `{}`.")
E1052 = code("E1052", "Enrollment: `{}`, completedAt must be null for status: `{}`.")
E1074 = code("E1074", "A geometry is given, but there is no feature type.")
E1315 = code("E1315", "Status: `{}`, does not allow data values; statuses that do: {}.")
E1316 = code("E1316", "No event can go from status: `{}`, to status: `{}`.")
E1326 = code("E1326", "Event: `{}`, is completed, and its stage's form is blocked after completion.")

# Attribute and data values.
E1007 = code("E1007", "Error validating attribute value of type: `{}`: {}.")
E1009 = code("E1009", "File resource: `{}`, is already assigned to another object.")
E1018 = code("E1018", "Attribute: `{}`, is mandatory in Program: `{}`, but not declared in Enrollment: `{}`.")
E1019 = code("E1019", "Only attributes of the program may be sent in an enrollment: `{}`.")
E1064 = code("E1064", "Non-unique attribute value: `{}`, for Attribute: `{}`.")
E1075 = code("E1075", "Attribute: `{}`, is missing its uid.")
E1076 = code("E1076", "{}: `{}`, is mandatory and cannot be null.")
E1077 = code("E1077", "Attribute text value: `{}`, exceeds the maximum length: `{}`.")
E1090 = code(
    "E1090", "Attribute: `{}`, is mandatory in TrackedEntityType: `{}`, but not declared in TrackedEntity: `{}`."
)
E1112 = code("E1112", "Attribute value: `{}`, is confidential, but encryption is not configured: `{}`.")
E1125 = code("E1125", "Value: `{}`, is not a code of OptionSet: `{}`.")
E1302 = code("E1302", "Error validating data value of type: `{}`: {}.")
E1303 = code("E1303", "Mandatory DataElement: `{}`, is not present.")
E1304 = code("E1304", "Could not find DataElement: `{}`.")
E1305 = code("E1305", "DataElement: `{}`, is not part of ProgramStage: `{}`.")

# Program rules.
E1300 = code("E1300", "Generated by ProgramRule (`{}`) - `{}`.")
E1301 = code("E1301", "Generated by ProgramRule (`{}`) - Mandatory DataElement `{}` is not present.")
E1306 = code("E1306", "Generated by ProgramRule (`{}`) - Mandatory Attribute `{}` is not present.")
E1307 = code("E1307", "Generated by ProgramRule (`{}`) - DataElement `{}` has another value than the calculated `{}`.")
E1308 = code("E1308", "Generated by ProgramRule (`{}`) - DataElement `{}` is replaced in Event `{}`.")
E1309 = code("E1309", "Generated by ProgramRule (`{}`) - Attribute `{}` has another value than the calculated `{}`.")
E1310 = code("E1310", "Generated by ProgramRule (`{}`) - Attribute `{}` is replaced in TrackedEntity `{}`.")
E1314 = code("E1314", "Generated by ProgramRule (`{}`) - DataElement `{}` is mandatory and cannot be null.")
E1317 = code("E1317", "Generated by ProgramRule (`{}`) - Attribute `{}` is mandatory and cannot be null.")

# Relationships.
E4000 = code("E4000", "Relationship: `{}`, cannot link to itself.")
E4001 = code("E4001", "Relationship item `{}` of Relationship `{}` must name exactly one object.")
E4006 = code("E4006", "Could not find RelationshipType: `{}`.")
E4010 = code("E4010", "RelationshipType constraint of `{}` requires a {}, but a {} was found.")
E4012 = code("E4012", "Could not find `{}`: `{}`, linked to the relationship.")
E4014 = code("E4014", "Relationship item `{}` requires TrackedEntityType: `{}`, but `{}` was found.")
E4018 = code("E4018", "Relationship: `{}`, from {}: `{}` to {}: `{}` already exists.")

E9999 = code("E9999", "Undefined error.")  # of DHIS2's catalogue; nothing raises it

# Identifier schemes.
SCHEME_INVALID = plain(
    400, "Value '{}' is not valid for parameter {}. Valid values are: [UID, CODE, NAME, ATTRIBUTE:attributeUid]"
)
SCHEME_EMPTY = plain(400, "{} cannot be empty. Valid values are: [UID, CODE, NAME, ATTRIBUTE:attributeUid]")

# Import: the request.
BODY_MEMBER = plain(400, "JSON parse error: {}")
BODY_UID = plain(
    400,
    "JSON parse error: Cannot construct instance of `org.hisp.dhis.common.UID`, problem: UID must be an alphanumeric "
    "string of 11 characters starting with a letter, but was: {}",
)
NO_REPORT = plain(404, "Summary for job {} does not exist")
CSV_UID = plain(400, "UID must be an alphanumeric string of 11 characters starting with a letter, but was: {}")
BODY_CSV = plain(400, "CSV: {}, near line {}")
