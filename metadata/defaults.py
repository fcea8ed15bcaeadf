"""The system defaults that everything without a category is kept by: all named `default`, with DHIS2's uids."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from metadata.enums import DataDimensionType
from metadata.models import Category, CategoryCombo, CategoryOption, CategoryOptionCombo
from metadata.models.categories import (
    DEFAULT_CATEGORY,
    DEFAULT_CATEGORY_COMBO,
    DEFAULT_CATEGORY_OPTION,
    DEFAULT_CATEGORY_OPTION_COMBO,
)

# Everybody may read the defaults and enter data by them, as in DHIS2.
_SHARING = {"owner": None, "public": "rw------", "users": {}, "userGroups": {}}
_DATA_SHARING = _SHARING | {"public": "rwrw----"}


@transaction.atomic
def ensure_system_defaults() -> None:
    """Create the default category, option, combo and option combo where they are missing."""
    if CategoryOptionCombo.objects.filter(uid=DEFAULT_CATEGORY_OPTION_COMBO).exists():
        return
    now = timezone.now()
    times = {"created": now, "last_updated": now}
    named = {"name": "default", "code": "default", **times}
    option = CategoryOption.objects.create(
        uid=DEFAULT_CATEGORY_OPTION, short_name="default", sharing=_DATA_SHARING, **named
    )
    category = Category.objects.create(
        uid=DEFAULT_CATEGORY, short_name="default", sharing=_SHARING,
        data_dimension_type=DataDimensionType.DISAGGREGATION, **named,
    )  # fmt: skip
    category.category_options.add(option)
    combo = CategoryCombo.objects.create(
        uid=DEFAULT_CATEGORY_COMBO, sharing=_SHARING, data_dimension_type=DataDimensionType.DISAGGREGATION, **named
    )
    combo.categories.add(category)
    option_combo = CategoryOptionCombo.objects.create(uid=DEFAULT_CATEGORY_OPTION_COMBO, category_combo=combo, **named)
    option_combo.category_options.add(option)
