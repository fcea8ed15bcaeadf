"""Whose data of attribute option combos a user may write."""

from __future__ import annotations

from datavalues import errors as codes
from dhis2api.errors import ApiError
from dhis2api.objects.registry import get_schema
from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO
from sharing.access import Principal, data_writable


def require_writable(combo: models.CategoryOptionCombo, principal: Principal) -> None:
    """Errors: E7616 (409) for an attribute option combo with an option whose data the user may not write."""
    if combo.uid == DEFAULT_CATEGORY_OPTION_COMBO:
        return
    writable = models.CategoryOption.objects.filter(data_writable(get_schema("categoryOption").rules, principal))
    for option in combo.category_options.exclude(pk__in=writable.values("pk")):
        raise ApiError(codes.E7616, combo.uid, option.uid)
