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
E7617 = code("E7617", "Organisation unit: `{}` not in hierarchy of current user: `{}`")
