"""Which data values and events a reader may not see: those under a category option whose data he may not read."""

from __future__ import annotations

from dhis2api.objects.registry import get_schema
from metadata import models
from metadata.models.categories import DEFAULT_CATEGORY_OPTION
from sharing.access import Principal, data_readable


def hidden_option_combos(principal: Principal) -> list[int]:
    """Primary keys of the option combos with an option whose data the user may not read; none for superusers."""
    if principal.is_superuser:
        return []
    allowed = models.CategoryOption.objects.filter(data_readable(get_schema("categoryOption").rules, principal))
    hidden = models.CategoryOption.objects.exclude(pk__in=allowed.values("pk")).exclude(uid=DEFAULT_CATEGORY_OPTION)
    through = models.CategoryOptionCombo.category_options.through
    combos = through.objects.filter(categoryoption_id__in=hidden.values("pk"))
    return list(combos.values_list("categoryoptioncombo_id", flat=True).distinct())
