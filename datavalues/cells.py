"""Periods and org units that a request names to enter or read data there."""

from __future__ import annotations

from typing import Any

from datavalues import errors as codes
from dhis2api.errors import ApiError
from dhis2api.periods import Period, find_period
from metadata import models
from metadata.hierarchy import capture_scope


def named_period(text: str) -> Period:
    """Errors: E1101 for a text that is no period."""
    period = find_period(text)
    if period is None:
        raise ApiError(codes.E1101, text)
    return period


def named_org_unit(uid: str, user: Any) -> models.OrganisationUnit:
    """Errors: E1102 for one that does not exist, E2020 for one where the user enters no data, superusers included."""
    unit = models.OrganisationUnit.objects.filter(uid=uid).first()
    if unit is None:
        raise ApiError(codes.E1102, uid)
    if not capture_scope(user.pk).covers(unit.path):
        raise ApiError(codes.E2020, unit.uid)
    return unit
