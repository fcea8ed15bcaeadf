"""Users and roles."""

from __future__ import annotations

from system.integrity.declaring import INFO, SEVERE, WARNING, Check, Section

# Letters and digits; one of -_.@ between them; 4 to 255 characters.
VALID_NAME = "^(?=.{4,255}$)[[:alnum:]]+([-_.@][[:alnum:]]+)*$"
APP_MANAGEMENT = "M_dhis-web-app-management"


def _outside(name: str, words: str, table: str, severity: object) -> Check:
    """Users that enter data where they may not look at it; without units of the kind, those for entry count."""
    return Check(
        name, severity, "users",
        f"Users who enter data outside the org units where they {words} it",
        f"An org unit for data entry of a user lies below none of those where he may {words} data.",
        "He cannot see what he entered.",
        f"Add the unit to those where he may {words} data.",
        f"""
        SELECT account.uid, account.username, NULL, array_agg(unit.name ORDER BY unit.name)
        FROM users_user account
        JOIN metadata_captureorganisationunit own ON own.user_id = account.id
        JOIN metadata_organisationunit unit ON unit.id = own.organisation_unit_id
        WHERE EXISTS (SELECT 1 FROM {table} WHERE user_id = account.id) AND NOT EXISTS (
            SELECT 1 FROM {table} wider JOIN metadata_organisationunit top ON top.id = wider.organisation_unit_id
            WHERE wider.user_id = account.id AND (unit.path = top.path OR unit.path LIKE top.path || '/%')
        ) GROUP BY account.id
        """,
    )  # fmt: skip


def _with_authority(name: str, title: str, authority: str, why: str) -> Check:
    return Check(
        name, INFO, "users", title,
        f"A role gives a user the authority {authority}.",
        why,
        "Give it to those few who need it.",
        f"""
        SELECT account.uid, account.username, CASE WHEN account.disabled THEN 'disabled' END,
               array_agg(role.name ORDER BY role.name)
        FROM users_user account JOIN users_user_user_roles own ON own.user_id = account.id
        JOIN users_userrole role ON role.id = own.userrole_id
        WHERE role.authorities ? '{authority}' GROUP BY account.id
        """,
    )  # fmt: skip


USERS = Section("Users", (
    Check(
        "users_with_no_user_role", SEVERE, "users",
        "Users without a role",
        "A user has no role.",
        "He may log in, and do nothing.",
        "Give him a role, or delete him.",
        """
        SELECT uid, username FROM users_user account
        WHERE NOT EXISTS (SELECT 1 FROM users_user_user_roles WHERE user_id = account.id)
        """,
    ),
    _outside(
        "users_capture_ou_not_in_data_view_ou", "read", "metadata_datavieworganisationunit", SEVERE
    ),
    _outside(
        "users_capture_ou_not_in_tei_search_ou", "search", "metadata_searchorganisationunit", WARNING
    ),
    _with_authority(
        "users_with_all_authority", "Superusers", "ALL", "Whoever has it may do everything, by mistake as well.",
    ),
    _with_authority(
        "users_with_app_hub_authority", "Users who may install apps", APP_MANAGEMENT,
        "An app acts with the rights of whoever opens it.",
    ),
    Check(
        "users_with_invalid_usernames", WARNING, "users",
        "Users with an invalid name",
        "A user name has fewer than 4 characters, or others than letters and digits with single -, _, . or @ between.",
        "Such a name can neither be created nor changed any more, and other systems refuse it.",
        "Create the user again under a valid name.",
        f"SELECT uid, username FROM users_user WHERE username !~ '{VALID_NAME}'",
    ),
    Check(
        "user_roles_no_authorities", WARNING, "userRoles",
        "Roles without authorities",
        "A user role has no authority.",
        "It allows nothing.",
        "Add authorities, or delete it.",
        "SELECT uid, name FROM users_userrole WHERE authorities IS NULL OR authorities IN ('[]', 'null')",
    ),
    Check(
        "user_roles_with_no_users", WARNING, "userRoles",
        "Roles that nobody has",
        "A user role belongs to no user.",
        "Nobody notices when its authorities are out of date.",
        "Give it to somebody, or delete it.",
        """
        SELECT uid, name FROM users_userrole role
        WHERE NOT EXISTS (SELECT 1 FROM users_user_user_roles WHERE userrole_id = role.id)
        """,
    ),
))  # fmt: skip
