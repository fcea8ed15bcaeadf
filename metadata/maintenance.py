"""Maintenance of metadata: option combos, paths of org units (DHIS2 2.42, metadata API, maintenance)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.errors import ApiError
from dhis2api.objects.writers import record_writer
from metadata.errors import UNKNOWN_CATEGORY_COMBO
from metadata.models import CategoryCombo, OrganisationUnit
from metadata.option_combos import Generated, generate_option_combos
from metadata.rules.org_units import lock_tree, place_units
from sharing.access import Principal, require_authority

AUTHORITY = "F_PERFORM_MAINTENANCE"
BATCH = 100  # category combos brought in line at once: each may have 500 option combos

# A path that belongs to somebody else by now would keep its owner from getting it: paths are unique.
FORGET_STRANGE_PATHS = r"""
    UPDATE metadata_organisationunit SET path = NULL WHERE path !~ ('^(/[^/]+)*/' || uid || '$')
"""
WRITE_LEVELS = """
    UPDATE metadata_organisationunit
    SET hierarchy_level = length(path) - length(replace(path, '/', '')), last_updated = %(now)s
    WHERE hierarchy_level IS DISTINCT FROM length(path) - length(replace(path, '/', ''))
"""


@transaction.atomic
def update_all_option_combos(principal: Principal) -> None:
    """Bring the option combos of every category combo in line. Errors: 403 without the authority."""
    require_maintainer(principal)
    keys = list(CategoryCombo.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        generate_option_combos(keys[start : start + BATCH])


@transaction.atomic
def update_option_combos(uid: str, principal: Principal) -> dict[str, Any]:
    """Bring the option combos of one category combo in line; what was done, as import summaries.

    Errors: 403 without the authority, 409 for a category combo that does not exist.
    """
    require_maintainer(principal)
    combo = CategoryCombo.objects.filter(uid=uid).values_list("pk", flat=True).first()
    if combo is None:
        raise ApiError(UNKNOWN_CATEGORY_COMBO, uid)
    return _summaries(generate_option_combos([combo]))


@transaction.atomic
def update_paths(principal: Principal) -> None:
    """Compute paths and levels of all org units anew; what is right is not touched. Errors: 403."""
    require_maintainer(principal)
    lock_tree()
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(FORGET_STRANGE_PATHS)
        place_units(list(OrganisationUnit.objects.filter(parent=None).values_list("pk", flat=True)), now)
        cursor.execute(WRITE_LEVELS, {"now": now})
    record_writer(now)


def require_maintainer(principal: Principal) -> None:
    """Errors: 403 without the authority."""
    require_authority(principal, AUTHORITY)


def _summaries(done: Generated) -> dict[str, Any]:
    summaries = [
        *_each(done.created, "Category option combo {} was created", imported=1),
        *_each(done.renamed, "The name of category option combo {} was refreshed", updated=1),
        *_each(done.deleted, "Obsolete category option combo {} was deleted", deleted=1),
        *_each(done.held, "Obsolete category option combo {} was kept: data refers to it", ignored=1),
    ]
    return {
        "responseType": "ImportSummaries", "status": "SUCCESS", "imported": len(done.created),
        "updated": len(done.renamed), "deleted": len(done.deleted), "ignored": len(done.held),
        "total": len(summaries), "importSummaries": summaries,
    }  # fmt: skip


def _each(names: Iterable[str], text: str, **counts: int) -> list[dict[str, Any]]:
    nothing = {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
    return [
        {
            "responseType": "ImportSummary", "status": "SUCCESS", "description": text.format(f"`{name}`"),
            "importCount": nothing | counts, "conflicts": [], "rejectedIndexes": [],
        } for name in names
    ]  # fmt: skip
