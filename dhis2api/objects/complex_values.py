"""Complex values that objects of many types have: types of their own at `/api/schemas`, without an address.

Source: DHIS2 2.42, metadata model, remaining types.
"""

from __future__ import annotations

from dhis2api.objects.members import Item, flag, flags, text, whole

_GRANT = (text("id", 11), text("access", 8), text("displayName"))

COMPLEX_VALUES = (
    Item(
        "Access",
        "org.hisp.dhis.security.acl.Access",
        (*flags("manage", "externalize", "write", "read", "update", "delete"), whole("data")),
        plural="accesses",
    ),
    Item(
        "Sharing",
        "org.hisp.dhis.user.sharing.Sharing",
        (text("owner", 11), text("public", 8), flag("external"), whole("users"), whole("userGroups")),
    ),
    Item("UserAccess", "org.hisp.dhis.user.sharing.UserAccess", _GRANT, plural="userAccesses"),
    Item("UserGroupAccess", "org.hisp.dhis.user.sharing.UserGroupAccess", _GRANT, plural="userGroupAccesses"),
    Item("ObjectStyle", "org.hisp.dhis.common.ObjectStyle", (text("color"), text("icon"))),
)
