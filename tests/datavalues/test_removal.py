"""Removal for good of deleted values (DHIS2 2.42, maintenance)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db
REMOVAL = "/api/maintenance/softDeletedDataValueRemoval"


def test_deletion_marks_are_removed_and_values_stay(api: ApiClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE datavalue SET deleted = true WHERE ctid IN (SELECT ctid FROM datavalue LIMIT 3)")
        assert api.post(REMOVAL).status == 204
        cursor.execute("SELECT count(*) FILTER (WHERE deleted), count(*) > 0 FROM datavalue")
        assert cursor.fetchone() == (0, True)


def test_removal_needs_the_authority(api: ApiClient, outsider: Any) -> None:
    assert api.put(REMOVAL, user="outsider").status == 403
