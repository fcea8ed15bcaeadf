"""Error codes of the sharing endpoints (DHIS2 2.42, sharing)."""

from __future__ import annotations

from dhis2api.errors import code, plain

# `/api/sharing` answers most refusals without a code.
TYPE_NOT_SUPPORTED = plain(409, "Type {} is not supported.")
OBJECT_NOT_FOUND = plain(404, "Object of type {} with ID {} was not found.")
DEFAULT_OBJECT = plain(409, "Sharing settings of system default metadata object of type {} cannot be modified.")
NO_MANAGE = code("E1006", "You do not have manage access to this object.", 403)
PUBLIC_ACCESS_INVALID = plain(409, "Invalid public access string: {}")
GROUP_ACCESS_INVALID = plain(409, "Invalid user group access string: {}")
USER_ACCESS_INVALID = plain(409, "Invalid user access string: {}")
DASHBOARD_NOT_FOUND = plain(404, "Dashboard not found for uid: {}")

E3013 = code("E3013", "Sharing settings of system default metadata object of type `{}` cannot be modified.")
E3015 = code("E3015", "Invalid public access string: `{}`")
E3016 = code("E3016", "Data sharing is not enabled for this object")
E3017 = code("E3017", "Invalid user group access string: `{}`")
E3018 = code("E3018", "Invalid user access string: `{}`")
E3019 = code("E3019", "Sharing is not enabled for this object `{}`")

E4032 = code("E4032", "Patch path `{}` is not supported.")
E6002 = code("E6002", "Class name {} is not supported.")
E6003 = code("E6003", "Could not patch object with id {}.")
