"""What the server says of itself. Source: DHIS2 2.42 and 2.36, system info."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from configuration.keys import NEVER
from configuration.settings import system_settings
from dhis2api.embedded.gate_state import gate_redis
from dhis2api.objects.system_id import system_id
from dhis2api.version import BUILD_TIME, DHIS2_VERSION, REVISION
from mailing.direct import is_mail_configured
from scheduling.job_types import JobType
from scheduling.models import Job

MEBIBYTE = 2**20
SHOWN_SETTINGS = (
    "applicationTitle", "keyCalendar", "keyDateFormat", "keyLastSuccessfulAnalyticsTablesUpdate",
    "keyLastSuccessfulAnalyticsTablesRuntime", "keyLastSuccessfulLatestAnalyticsPartitionUpdate",
    "keyLastSuccessfulLatestAnalyticsPartitionRuntime", "keyLastSuccessfulMonitoring", "keyLastMetaDataSyncSuccess",
    "keyVersionEnabled", "keySystemMetadataVersion",
)  # fmt: skip


def system_info(*, context_path: str, user_agent: str, for_superuser: bool) -> dict[str, Any]:
    """All that a caller may know; details of the machine and the database are the superuser's.

    A time that never was is that of the epoch, as in 2.42; what follows from it is left out.
    """
    now = timezone.now()
    known = system_settings(*SHOWN_SETTINGS)
    zone = timezone.get_default_timezone_name()
    tables = known["keyLastSuccessfulAnalyticsTablesUpdate"]
    partition = known["keyLastSuccessfulLatestAnalyticsPartitionUpdate"]
    shown: dict[str, Any] = {
        "contextPath": context_path,
        "userAgent": user_agent,
        "calendar": known["keyCalendar"],
        "dateFormat": known["keyDateFormat"].lower(),  # as JavaScript writes it
        "serverDate": now,
        "serverTimeZoneId": "Etc/UTC" if zone == "UTC" else zone,
        "serverTimeZoneDisplayName": "Coordinated Universal Time" if zone == "UTC" else zone,
        "lastAnalyticsTableSuccess": tables,
        "intervalSinceLastAnalyticsTableSuccess": _interval_since(tables, now),
        "lastAnalyticsTableRuntime": known["keyLastSuccessfulAnalyticsTablesRuntime"],
        "lastAnalyticsTablePartitionSuccess": partition,
        "intervalSinceLastAnalyticsTablePartitionSuccess": _interval_since(partition, now),
        "lastAnalyticsTablePartitionRuntime": known["keyLastSuccessfulLatestAnalyticsPartitionRuntime"],
        "lastSystemMonitoringSuccess": known["keyLastSuccessfulMonitoring"],
        "version": DHIS2_VERSION,
        "revision": REVISION,
        "buildTime": BUILD_TIME,
        "systemId": system_id(),
        "systemName": known["applicationTitle"],
        "systemMetadataVersion": known["keySystemMetadataVersion"],
        "instanceBaseUrl": context_path,
        "isMetadataVersionEnabled": known["keyVersionEnabled"],
        "isMetadataSyncEnabled": _is_metadata_pulled(),
        "lastMetadataVersionSyncAttempt": known["keyLastMetaDataSyncSuccess"],
        "emailConfigured": is_mail_configured(),
        # Flags that 2.42 keeps from others than superusers by saying no.
        "encryption": for_superuser,
        "redisEnabled": for_superuser,
        "databaseInfo": {"spatialSupport": False, "time": now},
    }
    if for_superuser:
        shown |= _machine()
        shown["databaseInfo"] |= _database()
    return {name: value for name, value in shown.items() if value not in (None, "")}


def pretty_interval(elapsed: timedelta) -> str:
    """`1 d, 2 h, 3 m, 4 s`: from the greatest unit that there is one of, all of them."""
    seconds = max(0, int(elapsed.total_seconds()))
    counts = {"d": seconds // 86_400, "h": seconds // 3600 % 24, "m": seconds // 60 % 60, "s": seconds % 60}
    units = list(counts)
    first = next((place for place, unit in enumerate(units) if counts[unit]), len(units) - 1)
    return ", ".join(f"{counts[unit]} {unit}" for unit in units[first:])


def _interval_since(moment: datetime, now: datetime) -> str | None:
    return pretty_interval(now - moment) if moment > NEVER else None


def _is_metadata_pulled() -> bool:
    return Job.objects.filter(type=JobType.META_DATA_SYNC, configurable=True, enabled=True).exists()


def _machine() -> dict[str, Any]:
    redis = gate_redis().connection_pool.connection_kwargs
    return {
        "readOnlyMode": "off",
        "fileStoreProvider": "aws-s3" if settings.FILES_S3_BUCKET else "filesystem",
        "nodeId": platform.node(),
        "clusterHostname": platform.node(),
        "redisHostname": redis.get("host") or redis.get("path"),
        "environmentVariable": "DHIS2API_HOME",
        "externalDirectory": str(settings.HOME),
        # Clients look for the Java members; this server says what runs it instead.
        "javaVersion": f"Python {platform.python_version()}",
        "javaVendor": platform.python_implementation(),
        "javaOpts": os.environ.get("GUNICORN_CMD_ARGS"),
        "osName": platform.system(),
        "osArchitecture": platform.machine(),
        "osVersion": platform.release(),
        "cpuCores": os.cpu_count(),
        "memoryInfo": _memory(),
        "readReplicaCount": 0,
    }


def _memory() -> str:
    """Mebibytes of the machine, and of the process that answers."""
    machine = psutil.virtual_memory()
    own = psutil.Process().memory_info().rss
    return (
        f"Mem Total: {machine.total // MEBIBYTE} Free: {machine.available // MEBIBYTE} "
        f"Used by this process: {own // MEBIBYTE}"
    )


def _database() -> Mapping[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user, version()")
        name, user, version = cursor.fetchone()
    known = connection.get_connection_params()
    port = f":{known['port']}" if known.get("port") else ""
    url = f"postgresql://{known.get('host') or 'localhost'}{port}/{name}"
    return {"name": name, "user": user, "url": url, "databaseVersion": version}
