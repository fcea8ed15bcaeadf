"""Parameters of synchronization: of its jobs, and of its endpoints. Source: DHIS2 2.42, scheduling, job types."""

from __future__ import annotations

from dhis2api.web.params import Params, param
from synchronization.models import MetadataVersion

VALUES_PER_PAGE = 10_000
FEWEST_VALUES, MOST_VALUES = 50, 30_000
OBJECTS_PER_PAGE = 60
FEWEST_OBJECTS, MOST_OBJECTS = 5, 200


class DataSyncParams(Params):
    """Parameters of DATA_SYNC."""

    page_size: int = param(VALUES_PER_PAGE, min=FEWEST_VALUES, max=MOST_VALUES, doc="Data values in one request.")


class TrackerSyncParams(Params):
    """Parameters of SINGLE_EVENT_DATA_SYNC and TRACKED_ENTITY_DATA_SYNC."""

    page_size: int = param(OBJECTS_PER_PAGE, min=FEWEST_OBJECTS, max=MOST_OBJECTS, doc="Objects in one request.")


class MetadataSyncParams(Params):
    """Parameters of META_DATA_SYNC."""

    data_values_page_size: int = param(
        VALUES_PER_PAGE, min=FEWEST_VALUES, max=MOST_VALUES, doc="Data values in one request."
    )
    # 2.36 pushed tracker data, too.
    tracker_program_page_size: int = param(20, min=5, max=200, doc="Accepted; tracker data has jobs of its own.")
    event_program_page_size: int = param(60, min=5, max=200, doc="Accepted; tracker data has jobs of its own.")


class VersionParams(Params):
    """Parameters of `GET /api/metadata/version`."""

    version_name: str = param("", doc="Of a version; the current one if absent.")


class HistoryParams(Params):
    """Parameters of `GET /api/metadata/version/history`."""

    baseline: str = param("", doc="Only versions after this one.")


class CreateVersionParams(Params):
    """Parameters of `POST /api/metadata/version/create`."""

    type: MetadataVersion.Type = param(doc="Whether an import of the version stands as a whole (ATOMIC) or not.")


class PullVersionParams(Params):
    """Parameters of `GET /api/metadata/sync`."""

    version_name: str = param("", doc="The version of the remote to be imported.")
