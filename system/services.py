"""What the server says of itself (DHIS2 2.42, system info, identifiers)."""

from __future__ import annotations

import platform
from typing import Any

from django.db import connection
from django.utils import timezone

from configuration.mail import is_mail_configured
from configuration.settings import system_settings
from dhis2api.objects.describing import words
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.system_id import system_id
from dhis2api.objects.uids import generate_uid
from dhis2api.version import BUILD_TIME, DHIS2_VERSION, REVISION

MAX_IDENTIFIERS = 10_000
SHOWN_SETTINGS = (
    "applicationTitle", "keyCalendar", "keyDateFormat", "keyLastSuccessfulAnalyticsTablesUpdate",
    "keyLastSuccessfulLatestAnalyticsPartitionUpdate", "keyLastSuccessfulMonitoring", "keyLastMetaDataSyncSuccess",
    "keyVersionEnabled",
)  # fmt: skip


def system_info(*, context_path: str, user_agent: str, for_superuser: bool) -> dict[str, Any]:
    """All that a caller may know; details of the machine and the database are the superuser's."""
    now = timezone.now()
    known = system_settings(*SHOWN_SETTINGS)
    zone = timezone.get_default_timezone_name()
    shown: dict[str, Any] = {
        "contextPath": context_path,
        "userAgent": user_agent,
        "calendar": known["keyCalendar"],
        "dateFormat": known["keyDateFormat"].lower(),  # as JavaScript writes it
        "serverDate": now,
        "serverTimeZoneId": "Etc/UTC" if zone == "UTC" else zone,
        "serverTimeZoneDisplayName": "Coordinated Universal Time" if zone == "UTC" else zone,
        "lastAnalyticsTableSuccess": known["keyLastSuccessfulAnalyticsTablesUpdate"],
        "lastAnalyticsTablePartitionSuccess": known["keyLastSuccessfulLatestAnalyticsPartitionUpdate"],
        "lastSystemMonitoringSuccess": known["keyLastSuccessfulMonitoring"],
        "lastMetadataVersionSyncAttempt": known["keyLastMetaDataSyncSuccess"],
        "version": DHIS2_VERSION,
        "revision": REVISION,
        "buildTime": BUILD_TIME,
        "systemId": system_id(),
        "systemName": known["applicationTitle"],
        "instanceBaseUrl": context_path,
        "isMetadataVersionEnabled": known["keyVersionEnabled"],
        "isMetadataSyncEnabled": False,
        "encryption": True,
        "emailConfigured": is_mail_configured(),
        "redisEnabled": True,
        "databaseInfo": {"spatialSupport": False, "time": now},
    }
    if for_superuser:
        shown |= _machine()
        shown["databaseInfo"] |= _database()
    return shown


def new_identifiers(limit: int) -> list[str]:
    """Fresh uids; more than MAX_IDENTIFIERS are silently cut, as in DHIS2."""
    return [generate_uid() for _ in range(max(0, min(limit, MAX_IDENTIFIERS)))]


def list_resources(api_base: str) -> list[dict[str, str]]:
    """Every type that is served, as `/api/resources` lists it."""
    return [
        {
            "displayName": words(schema.plural),
            "singular": schema.singular,
            "plural": schema.plural,
            "href": f"{api_base}/{schema.plural}",
        }
        for schema in sorted(endpoint_schemas(), key=lambda schema: schema.plural)
    ]


def _machine() -> dict[str, Any]:
    return {
        "readOnlyMode": "off",
        "fileStoreProvider": "filesystem",
        "nodeId": platform.node(),
        # Clients look for the Java members; this server says what runs it instead.
        "javaVersion": f"Python {platform.python_version()}",
        "javaVendor": platform.python_implementation(),
        "osName": platform.system(),
        "osArchitecture": platform.machine(),
        "osVersion": platform.release(),
        "readReplicaCount": 0,
    }


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user, version()")
        name, user, version = cursor.fetchone()
    return {"name": name, "user": user, "databaseVersion": version}
