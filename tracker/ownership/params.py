"""Query parameters of ownership; the names of DHIS2 2.36 are accepted, but not both."""

from __future__ import annotations

from collections.abc import Collection

from dhis2api.errors import ApiError, Code
from dhis2api.web.params import Params, Rule, param
from tracker.ownership.errors import GIVEN_TWICE, ORG_UNIT_ABSENT, PARAMETER_ABSENT


def _is_given_once(name: str, old: str | None = None, absent: Code = PARAMETER_ABSENT) -> Rule:
    def check(given: Collection[str]) -> None:
        if old in given and name in given:
            raise ApiError(GIVEN_TWICE, old, name, name, old)
        if name not in given and old not in given:
            raise ApiError(absent, name)

    return check


class OwnershipParams(Params):
    """Parameters that say whose ownership is meant."""

    tracked_entity: str = param("", doc="The tracked entity.")
    tracked_entity_instance: str = param("", doc="Its name of old.")
    program: str = param("", doc="The program.")

    @property
    def entity(self) -> str:
        return self.tracked_entity or self.tracked_entity_instance


ENTITY_AND_PROGRAM = (_is_given_once("trackedEntity", "trackedEntityInstance"), _is_given_once("program"))


class TransferParams(OwnershipParams):
    """Parameters of `PUT /api/tracker/ownership/transfer`."""

    org_unit: str = param("", doc="The org unit that owns from now on.")
    ou: str = param("", doc="Its name of old.")

    rules = (*ENTITY_AND_PROGRAM, _is_given_once("orgUnit", "ou", ORG_UNIT_ABSENT))

    @property
    def owner(self) -> str:
        return self.org_unit or self.ou


class OverrideParams(OwnershipParams):
    """Parameters of `POST /api/tracker/ownership/override`."""

    reason: str = param("", doc="Why; it is kept.")

    rules = (*ENTITY_AND_PROGRAM, _is_given_once("reason"))
