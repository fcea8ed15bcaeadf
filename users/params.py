"""Query parameters of users, accounts and the current user."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from dhis2api.objects.params import ListParams
from dhis2api.web.params import Params, param


class LoginConfigParams(Params):
    """Parameters of `/api/loginConfig`."""

    locale: str = param("", doc="Language of the texts, such as `pt_BR`.")


class UserSettingsParams(Params):
    """Parameters of `/api/userSettings`."""

    key: list[str] = param(doc="Only these settings.")
    user: str = param("", doc="User name of whose settings are meant; the caller's own by default.")
    user_id: str = param("", doc="The same by identifier.")
    use_fallback: bool = param(True, doc="Show the system's setting where the user has none.")


class UserSettingParams(Params):
    """Parameters of `/api/userSettings/{key}`."""

    value: str | None = param(None, doc="The new value; the body of the request otherwise.")
    user: str = param("", doc="User name of whose setting is meant; the caller's own by default.")
    user_id: str = param("", doc="The same by identifier.")


class Boundary(StrEnum):
    """Which of a user's org units are meant."""

    DATA_CAPTURE = "DATA_CAPTURE"
    DATA_OUTPUT = "DATA_OUTPUT"
    TEI_SEARCH = "TEI_SEARCH"


class InvitationStatus(StrEnum):
    """Which invited users a list shows."""

    NONE = "none"
    ALL = "all"
    EXPIRED = "expired"


class UserListParams(ListParams):
    """Parameters of `GET /api/users`."""

    phone_number: str = param("", doc="Exactly this number.")
    can_manage: bool = param(False, doc="Only members of groups that the caller's groups manage.")
    auth_subset: bool = param(False, doc="Only users who hold nothing that the caller lacks.")
    manage: bool = param(False, doc="Both: canManage and authSubset.")
    last_login: datetime | None = param(None, doc="Logged in then or later.")
    inactive_months: int | None = param(None, min=0, max=1200, doc="Last logged in before so many months.")
    inactive_since: datetime | None = param(None, doc="Last logged in before.")
    self_registered: bool = param(False, doc="Only users who registered themselves.")
    invitation_status: InvitationStatus = param(InvitationStatus.NONE, doc="Only invited users, or expired ones.")
    ou: str = param("", doc="Org unit of the users.")
    include_children: bool = param(False, doc="Also users of units below.")
    user_org_units: bool = param(False, doc="Users of the caller's own org units.")
    org_unit_boundary: Boundary | None = param(None, doc="Which units of users are meant; DATA_CAPTURE by default.")

    @property
    def is_special(self) -> bool:
        """Whether the list is one to choose users from: those who share a role with the caller are left out."""
        return bool(
            self.query or self.can_manage or self.auth_subset or self.manage or self.ou or self.include_children
            or self.user_org_units or self.org_unit_boundary
        )  # fmt: skip


class RoleListParams(ListParams):
    """Parameters of `GET /api/userRoles`."""

    can_issue: bool = param(False, doc="Only roles that the caller may give to others.")


class LookupParams(Params):
    """Parameters of `GET /api/userLookup`."""

    query: str = param(doc="A part of name, e-mail or user name.")
    org_unit_boundary: Boundary | None = param(None, doc="Only users below the caller's own units of this kind.")


class ExpiryParams(Params):
    """Parameters of `POST /api/users/{id}/expired`."""

    date: datetime | None = param(None, doc="When the account expires; now by default.")


class UsernameParams(Params):
    """Parameters of `/api/account/username`."""

    username: str = param(doc="The name that somebody would like.")


class PasswordParams(Params):
    """Parameters of `/api/account/password`."""

    password: str = param(doc="The password that somebody would like.")


class RestoreParams(Params):
    """Parameters of `POST /api/account/restore`."""

    token: str = param(doc="Of the mailed link.")
    password: str = param(doc="The new password.")
