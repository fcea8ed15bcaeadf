"""An attribute option combo named by a category combo and its options (DHIS2 2.42, data values, cc and cp)."""

from __future__ import annotations

from collections.abc import Collection

from datavalues import errors as codes
from dhis2api.errors import ApiError
from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION_COMBO


def attribute_option_combo(category_combo: str, options: Collection[str]) -> models.CategoryOptionCombo:
    """The option combo that a category combo and options name by uid; the default one where neither is given.

    Errors: E2040 if only one of them is, E1110 and E1111 for what does not exist, E2041 if they make none.
    """
    uids = {uid for text in options for uid in text.split(";") if uid}
    if not category_combo and not uids:
        return models.CategoryOptionCombo.objects.get(uid=DEFAULT_CATEGORY_OPTION_COMBO)
    if not category_combo or not uids:
        raise ApiError(codes.E2040)
    if not models.CategoryCombo.objects.filter(uid=category_combo).exists():
        raise ApiError(codes.E1110, category_combo)
    known = set(models.CategoryOption.objects.filter(uid__in=uids).values_list("uid", flat=True))
    for uid in sorted(uids - known):
        raise ApiError(codes.E1111, uid)
    candidates = models.CategoryOptionCombo.objects.filter(category_combo__uid=category_combo)
    for combo in candidates.prefetch_related("category_options"):
        if {option.uid for option in combo.category_options.all()} == uids:
            return combo
    raise ApiError(codes.E2041)
