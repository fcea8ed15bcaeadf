"""Parameters of `/api/dataEntry` (DHIS2 2.42, data entry)."""

from __future__ import annotations

from dhis2api.web.params import Params, param


class FormParams(Params):
    """What names one filled form; by uids."""

    ds: str = param("", doc="Data set.")
    pe: str = param("", doc="Period in ISO form.")
    ou: str = param("", doc="Org unit.")
    cc: str = param("", doc="Category combo of the attribute option combo.")
    cp: list[str] = param([], split=False, doc="Its category options, with semicolons between.")
