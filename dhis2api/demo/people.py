"""User roles, users and user groups. Their passwords are public: the demo is for trying things out."""

from __future__ import annotations

from . import identifiers as ids
from .identifiers import demo_uid
from .objects import Payload, ref, refs, sharing

OFFICER_ROLE = demo_uid("userRole", "OFFICER")
CLERK_ROLE = demo_uid("userRole", "CLERK")
CLERK = demo_uid("user", "badjia_clerk")
PASSWORDS = {"bo_officer": "Ngelehun-559", "badjia_clerk": "Badjia-2026"}

# authorities of DHIS2's own names
CLERK_AUTHORITIES = ("F_DATAVALUE_ADD", "F_DATAVALUE_DELETE", "M_dhis-web-aggregate-data-entry")
OFFICER_AUTHORITIES = (
    *CLERK_AUTHORITIES,
    "F_EXPORT_DATA",
    "F_IMPORT_DATA",
    "F_VIEW_EVENT_ANALYTICS",
    "M_dhis-web-dashboard",
    "M_dhis-web-data-visualizer",
    "ORG_UNITS_CHANGE_REQUEST_REVIEW",
)


def people_payloads() -> dict[str, list[Payload]]:
    """Roles, users (the admin of the first start among them, who gains the whole tree) and groups."""
    return {
        "userRoles": [
            _role(OFFICER_ROLE, "District officer", "Enters and exports data, reviews changes.", OFFICER_AUTHORITIES),
            _role(CLERK_ROLE, "Data clerk", "Enters data.", CLERK_AUTHORITIES),
        ],
        "users": [
            _user(ids.ADMIN, "admin", "System", "Administrator", ids.SUPERUSER_ROLE, ids.SIERRA_LEONE),
            _user(ids.DISTRICT_OFFICER, "bo_officer", "Isata", "Kamara", OFFICER_ROLE, ids.BO),
            _user(CLERK, "badjia_clerk", "Mohamed", "Koroma", CLERK_ROLE, ids.BADJIA),
        ],
        "userGroups": [
            _group(ids.SURVEILLANCE_GROUP, "Disease surveillance team", [ids.DISTRICT_OFFICER, CLERK]),
            _group(ids.REVIEW_GROUP, "Maternal death review committee", [ids.ADMIN, ids.DISTRICT_OFFICER]),
        ],
    }


def _role(uid: str, name: str, description: str, authorities: tuple[str, ...]) -> Payload:
    return {
        "id": uid,
        "name": name,
        "description": description,
        "authorities": list(authorities),
        "sharing": sharing(),
    }


def _user(uid: str, username: str, first_name: str, surname: str, role: str, org_unit: str) -> Payload:
    payload: Payload = {
        "id": uid,
        "username": username,
        "firstName": first_name,
        "surname": surname,
        "userRoles": [ref(role)],
        "organisationUnits": [ref(org_unit)],
        "dataViewOrganisationUnits": [ref(org_unit)],
        "teiSearchOrganisationUnits": [ref(org_unit)],
    }
    if username in PASSWORDS:
        payload["password"] = PASSWORDS[username]
        payload["email"] = f"{username}@example.org"
    return payload


def _group(uid: str, name: str, members: list[str]) -> Payload:
    return {"id": uid, "name": name, "users": refs(members), "sharing": sharing()}
