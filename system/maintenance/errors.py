"""What maintenance refuses. Source: DHIS2 2.42, maintenance, dataPruning."""

from __future__ import annotations

from dhis2api.errors import plain

UNKNOWN_ORG_UNIT = plain(409, "Organisation unit does not exist: {}")
UNKNOWN_DATA_ELEMENT = plain(409, "Data element does not exist: {}")
