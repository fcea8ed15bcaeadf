"""Every authority that there is, with a name for people (DHIS2 2.42, `/api/authorities`).

Those of types come from the registry; an app above adds its own to `providers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple

from dhis2api.objects.registry import all_schemas
from sharing.access import TypeRules

# Called without arguments: authority → name.
providers: list[Callable[[], dict[str, str]]] = []

SYSTEM = (
    "ALL", "F_CAPTURE_DATASTORE_UPDATE", "F_VIEW_EVENT_ANALYTICS", "F_METADATA_EXPORT", "F_METADATA_IMPORT",
    "F_METADATA_MANAGE", "F_EXPORT_DATA", "F_SKIP_DATA_IMPORT_AUDIT", "F_APPROVE_DATA", "F_APPROVE_DATA_LOWER_LEVELS",
    "F_ACCEPT_DATA_LOWER_LEVELS", "F_OAUTH2_CLIENT_MANAGE", "F_PERFORM_MAINTENANCE", "F_PERFORM_ANALYTICS_EXPLAIN",
    "F_LOCALE_ADD", "F_LOCALE_DELETE", "F_GENERATE_MIN_MAX_VALUES", "F_MINMAX_DATAELEMENT_ADD", "F_RUN_VALIDATION",
    "F_PREDICTOR_RUN", "F_SEND_EMAIL", "F_ORGANISATIONUNIT_MOVE", "F_ORGANISATION_UNIT_SPLIT",
    "F_ORGANISATION_UNIT_MERGE", "F_INDICATOR_TYPE_MERGE", "F_INDICATOR_MERGE", "F_DATA_ELEMENT_MERGE",
    "F_CATEGORY_OPTION_MERGE", "F_CATEGORY_OPTION_COMBO_MERGE", "F_INSERT_CUSTOM_JS_CSS", "F_VIEW_UNAPPROVED_DATA",
    "F_USER_VIEW", "F_REPLICATE_USER", "F_USER_GROUPS_READ_ONLY_ADD_MEMBERS",
    "F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS", "F_TEI_CASCADE_DELETE", "F_ENROLLMENT_CASCADE_DELETE",
    "F_UNCOMPLETE_EVENT", "F_EDIT_EXPIRED", "F_VIEW_SERVER_INFO", "F_ORG_UNIT_PROFILE_ADD", "F_TRACKED_ENTITY_MERGE",
    "F_DATAVALUE_ADD", "F_IMPERSONATE_USER", "F_SYSTEM_SETTING", "F_LEGEND_SET_PUBLIC_ADD", "F_LEGEND_SET_PRIVATE_ADD",
    "F_LEGEND_SET_DELETE", "F_MOBILE_SENDSMS", "F_JOB_LOG_READ", "F_MOBILE_SETTINGS",
    "F_PREVIOUS_IMPERSONATOR_AUTHORITY", "F_SCHEDULING_ADMIN", "M_dhis-web-app-management", "M_androidsettingsapp",
)  # fmt: skip
BUNDLED_APPS = (
    "aggregate-data-entry", "approval", "app-management", "cache-cleaner", "capture", "dashboard",
    "data-administration", "data-visualizer", "data-quality", "datastore", "event-reports", "event-visualizer",
    "import-export", "interpretation", "line-listing", "maintenance", "maps", "menu-management", "messaging", "pivot",
    "reports", "scheduler", "settings", "sms-configuration", "translations", "usage-analytics", "user",
)  # fmt: skip


def list_authorities() -> list[dict[str, str]]:
    """`[{"id": "F_X", "name": "…"}]`, in order of name ignoring case."""
    found = {name: words(name) for name in SYSTEM}
    found |= {f"M_dhis-web-{app}": f"{words(app)} app" for app in BUNDLED_APPS}
    for schema in all_schemas():
        found |= {name: words(name) for name in _declared(schema.rules)}
    for provider in providers:
        found |= provider()
    shown = [{"id": authority, "name": name} for authority, name in found.items()]
    return sorted(shown, key=lambda entry: (entry["name"].lower(), entry["id"]))


def words(authority: str) -> str:
    """`F_DATA_ELEMENT_MERGE` as `Data element merge`."""
    text = authority.removeprefix("F_").removeprefix("M_").replace("_", " ").replace("-", " ").lower()
    return text[:1].upper() + text[1:]


def _declared(rules: TypeRules) -> set[str]:
    return {name for value in astuple(rules) if isinstance(value, tuple) for name in value}
