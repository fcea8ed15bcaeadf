"""Query parameters of generated values; those that no field claims are values that the pattern requires."""

from __future__ import annotations

from dhis2api.web.params import Params, extras, param

# a hundred years, so that an expiry date can be written
LONGEST_DAYS = 36_500


class GenerateParams(Params):
    """Parameters of `GET /api/trackedEntityAttributes/{id}/generate`."""

    expiration: int = param(3, min=0, max=LONGEST_DAYS, doc="For how many days the value is reserved.")
    given: dict[str, list[str]] = extras(doc="Values that the pattern requires: `ORG_UNIT_CODE=OSLO`.")


class ReserveParams(Params):
    """Parameters of `GET /api/trackedEntityAttributes/{id}/generateAndReserve`."""

    number_to_reserve: int = param(1, doc="How many values, at most 1000.")
    expiration: int = param(60, min=0, max=LONGEST_DAYS, doc="For how many days the values are reserved.")
    given: dict[str, list[str]] = extras(doc="Values that the pattern requires: `ORG_UNIT_CODE=OSLO`.")
