"""Change requests of org units: a district moves with all below it, a phone uploads; at n and 10 n."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import connection, transaction

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from metadata.models import OrganisationUnit
from orgunit_changes.models import OrgUnitChangeRequest, Status
from orgunit_changes.review.reading import Review
from orgunit_changes.review.reviewing import review_change
from orgunit_changes.uploads.storing import create_change
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.orgunit_changes.trees import make_district
from tests.orgunit_changes.world import BO, NGELEHUN, ROOT, place, stored_change
from users.models import User

# The same rows with other paths, which is the least that a move must write.
UPDATE = """
    UPDATE metadata_organisationunit
    SET path = replace(path, %(before)s, %(after)s), hierarchy_level = hierarchy_level - 1, last_updated = now()
    WHERE path = %(top)s OR path LIKE %(top)s || '/%%'
"""
INSERT = """
    INSERT INTO orgunit_change_request
        (uuid, org_unit_id, status, requested_fields, approved_fields, rejection_comment, created_at, updated_at,
         new_group_count, new_name)
    VALUES (%(uuid)s, %(unit)s, 'new', '{new_name}', '{}', '', now(), now(), 0, 'New name')
"""


def run(cluster: Cluster, sizes: tuple[int, ...], uploads: int) -> None:
    """Measure all cases, each size in a database of its own, and print them."""
    print_cases("org units", [case for size in sizes for case in _moves(cluster, size)])
    print_cases("requests", [case for size in (uploads // 10, uploads) for case in _uploads(cluster, size)])


def _moves(cluster: Cluster, size: int) -> Iterator[Case]:
    with OwnDatabase(cluster):
        district, other = make_district(BO, size), make_district(BO, size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE metadata_organisationunit")
        there, back = stored_change(district.uid, new_parent=place(ROOT)), place(other.uid)
        yield Case(
            "approved move", size + 1, measure(lambda: _approve(there), prepare=_warm), measure(lambda: _update(back))
        )


def _uploads(cluster: Cluster, size: int) -> Iterator[Case]:
    with OwnDatabase(cluster):
        unit = place(NGELEHUN).pk
        yield Case(
            "uploads", size, measure(lambda: _upload(unit, size), prepare=_warm), measure(lambda: _insert(unit, size))
        )


def _approve(change: OrgUnitChangeRequest) -> None:
    review_change(str(change.pk), Review(Status.VALIDATED, None, ""), None, _admin())


def _update(district: OrganisationUnit) -> None:
    before, after = f"/{BO}/", "/"
    with connection.cursor() as cursor:
        cursor.execute(UPDATE, {"top": district.path, "before": before, "after": after})


def _upload(unit: int, size: int) -> None:
    for number in range(size):
        body = {"uuid": str(uuid.uuid4()), "org_unit_id": str(unit), "new_name": f"Name {number}"}
        create_change(body, None, _admin())


def _insert(unit: int, size: int) -> None:
    for _ in range(size):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT, {"uuid": str(uuid.uuid4()), "unit": unit})


def _warm() -> None:
    """Connect and import everything that the first call would."""
    _approve(stored_change(NGELEHUN, new_name="Warm"))


@cache
def _admin() -> Any:
    """Asked for before anything is measured, as a request has its user by then."""
    return User.objects.get(username="admin")
