"""Error codes of single metadata types in the import (DHIS2 2.42, metadata API)."""

from __future__ import annotations

from dhis2api.errors import code

E1118 = code("E1118", "Option set `{}` of type MULTI_TEXT may not have an option code with separator `,`: `{}`")
E1120 = code("E1120", "Update cannot be applied as it would make existing data values inaccessible")
E1121 = code("E1121", "Data element `{}` value type cannot be changed as it has associated data values")
E1126 = code("E1126", "Category combo `{}` cannot combine more than {} categories, but was: {}")
E1127 = code("E1127", "Category `{}` cannot have more than {} options, but had: {}")
E1128 = code("E1128", "Category combo `{}` cannot have more than {} combinations, but requires: {}")
E1134 = code(
    "E1134", "Only `attributeValues`, `code` and `ignoreApproval` of a category option combo can be changed, not `{}`"
)
E4013 = code("E4013", "Invalid Closing date `{}`, must be after Opening date `{}`")
E4028 = code("E4028", "Option set `{}` already contains option `{}`")
E6022 = code("E6022", "Object {} references itself")
CIRCLE = code("E6022", "Organisation unit `{}` would be its own ancestor, nothing was imported")
E7617 = code("E7617", "Organisation unit: `{}` not in hierarchy of current user: `{}`")
E4061 = code("E4061", "Dashboard item `{}` object reference `{}` with id `{}` not found")
E4069 = code("E4069", "Dashboard item `{}` object reference `{}` with id `{}` not accessible")
E4070 = code("E4070", "Dashboard layout can have at most {} columns, but had {}")
E4301 = code("E4301", "SQL query must be a select query")
E4302 = code("E4302", "SQL query can only contain a single semi-colon at the end of the query")
E4310 = code("E4310", "SQL query contains references to protected tables")
E4311 = code("E4311", "SQL query contains illegal keywords")
E4010 = code("E4010", "Property `{}` is not supported for value type `{}`")
E4023 = code("E4023", "Property `{}` should be null, given `{}`")
E4024 = code("E4024", "Property `{}` must be set when property `{}` is `{}`")
E4051 = code("E4051", "A program rule variable with name `{}` and program uid `{}` already exists")
E4052 = code("E4052", "For program rule variable with name `{}`, following keywords are forbidden: `{}`")
E4053 = code("E4053", "Program stage `{}` must reference a program")
E4057 = code("E4057", "A program rule with name `{}` and program uid `{}` already exists")
E4059 = code("E4059", "Program rule variable `{}` of source type `{}` must have a data element")
E4089 = code("E4089", "Program rule variable `{}` of source type `{}` must have a tracked entity attribute")
E4091 = code("E4091", "Program rule variable `{}` of source type `{}` must have a program stage")
E6022_PROGRAM = code("E6022", "Program `{}` cannot be related to itself")
