"""Error codes of the object engine: queries, imports, patches, collections (DHIS2 2.42, metadata API)."""

from __future__ import annotations

from dhis2api.errors import code, plain

INVALID_QUERY = code("E1003", "{}", 400)
TOO_MANY_MEMBERS = code(
    "E1003",
    "Field `{}` would show {} members, more than the {} allowed in one answer. "
    "Ask for fewer nested fields or a smaller page",
    400,
)
TOO_MANY_ROWS = code("E1003", "Property `{}` cannot be filtered: more than {} objects would have to be read", 400)
OTHER_WRITER = code(
    "E1004", "The change conflicts with what is stored or with a change made at the same time; nothing was written"
)
NO_CREATE = code("E1006", "You don't have the proper permissions to create this object.", 403)
NO_UPDATE = code("E1006", "You don't have the proper permissions to update this object.", 403)
NO_DELETE = code("E1006", "You don't have the proper permissions to delete this object.", 403)
NO_READ_TYPE = code("E1006", "You don't have the proper permissions to read objects of this type.", 403)
IMPORT_FAILED = plain(409, "One or more errors occurred, please see full details in import report.")
UNFILTERED_EXPORT = plain(
    409, "Unfiltered access to metadata export requires super user or 'F_METADATA_EXPORT' authority."
)
USER_EXPORT = plain(409, "Exporting user metadata requires the 'F_USER_VIEW' authority.")
CSV_PROPERTY = plain(
    409, "Invalid property selected. Make sure all properties are either simple or collections of refs / simple."
)
CSV_SEPARATOR = plain(400, "Value '{}' is not valid for parameter separator. It should be a single character")
CSV_CLASS = plain(409, "Cannot find Csv import class:  {}")
CSV_UNREADABLE = plain(400, "CSV error in row {}: {}")

E1106 = code("E1106", "There are duplicate translation records for property `{}` and locale `{}` on {} `{}`")
E1107 = code("E1107", "Object type `{}` is not translatable")
E1108 = code("E1108", "Could not add item to collection: {}")
E1109 = code("E1109", "Could not remove item from collection: {}")

E3000 = code("E3000", "User `{}` is not allowed to create objects of type {}.")
E3001 = code("E3001", "User `{}` is not allowed to update object `{}`.")
E3002 = code("E3002", "User `{}` is not allowed to delete object `{}`.")
E3008 = code("E3008", "User `{}` is not allowed to make public objects of type {}.")
E3009 = code("E3009", "User `{}` is not allowed to make private objects of type {}.")
E3010 = code("E3010", "Invalid access string `{}`.")
E3011 = code(
    "E3011",
    "Data sharing is not enabled for type `{}`, but one or more access strings contains data sharing read or write.",
)

E4000 = code("E4000", "Missing required property `{}`")
E4001 = code("E4001", "Maximum length of property `{}` is {}, but given length was {}")
E4002 = code("E4002", "Allowed length range for property `{}` is [{} to {}], but given length was {}")
E4003 = code("E4003", "Property `{}` requires a valid email address, was given `{}`")
E4004 = code("E4004", "Property `{}` requires a valid URL, was given `{}`")
E4006 = code("E4006", "Property `{}` requires a valid hexadecimal colour (`#fff` or `#ffffff`), was given `{}`")
E4008 = code("E4008", "Allowed range for numeric property `{}` is [{} to {}], but number given was {}")
E4009 = code("E4009", "Attribute `{}` must be unique, and value `{}` already exist")
E4011 = code("E4011", "Attribute `{}` is required, but no value was found")
E4014 = code("E4014", "Invalid UID `{}` for property `{}`")
E4027 = code("E4027", "Value `{}` is not a valid for property `{}`")
E4030 = code("E4030", "Object could not be deleted because it is associated with another object: {}")
E4049 = code("E4049", "Property `{}` requires a valid username, was given `{}`")

E5000 = code(
    "E5000", "Found matching object for reference, but import mode is CREATE. Identifier was {}, and object was {}"
)
E5001 = code("E5001", "No matching object for reference. Identifier was {}, and object was {}.")
E5002 = code("E5002", "Invalid reference {} on object {} for association `{}`")
E5003 = code("E5003", "Property `{}` with value `{}` on object {} already exists on object {}")
E5004 = code(
    "E5004", "Id `{}` for type `{}` exists on more than 1 object in the payload, removing all but the first found"
)
E5005 = code("E5005", "Properties `{}` in objects `{}` must be unique within the payload")
E5006 = code("E5006", "Non-owner reference {} on object {} for association `{}` is not allowed, import the other side")
E5007 = code("E5007", "Duplicate reference {} on object {} for association `{}`")
E5008 = code("E5008", "User has no read access to reference {} on object {} for association `{}`")

E6004 = code("E6004", "Attribute value is not valid GeoJSON: `{}`")
E6005 = code("E6005", "GeoJSON of type `{}` is not supported as attribute value")
E6006 = code("E6006", "Attribute value `{}` is not an integer")
E6007 = code("E6007", "Attribute value `{}` is not a positive integer")
E6008 = code("E6008", "Attribute value `{}` is not a number")
E6009 = code("E6009", "Attribute value `{}` is not zero or a positive integer")
E6010 = code("E6010", "Attribute value `{}` is not a percentage")
E6011 = code("E6011", "Attribute value `{}` is not a number from 0 to 1")
E6012 = code("E6012", "Attribute `{}` is not supported for type `{}`")
E6013 = code("E6013", "Attribute value `{}` is not a negative integer")
E6014 = code("E6014", "Attribute value `{}` is not a date")
E6015 = code("E6015", "Attribute value `{}` is not a date and time")
E6016 = code("E6016", "Attribute value `{}` is not a boolean")
E6017 = code("E6017", "Attribute value `{}` is not true")
E6018 = code("E6018", "Attribute value `{}` is not an email address")
E6019 = code("E6019", "Attribute value `{}` is not the id of an object of type `{}`")
E6020 = code("E6020", "Attribute value `{}` is not a username")
E6021 = code("E6021", "Attribute value `{}` is not a phone number")
PATCH_INVALID = plain(400, "{}")
DEFAULT_IMMUTABLE = plain(409, "System default object {} cannot be changed")
UNKNOWN_PROPERTY = plain(404, "Property {} does not exist on {}")
NO_FAVORITES = plain(409, "Objects of this class cannot be set as favorite")
NO_SUBSCRIBERS = plain(409, "Objects of this class cannot be subscribed to")
UNKNOWN_TYPE = plain(404, "Type {} does not exist.")
ONLY_COLLECTIONS_ADDED = plain(409, "Only identifiable object collections can be added to.")
ONLY_COLLECTIONS_REMOVED = plain(409, "Only identifiable object collections can be removed from.")
ONLY_COLLECTIONS_REPLACED = plain(409, "Only identifiable object collections can be replaced.")
