"""Writers that meet: deletions and vetoes, patches of one object."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from metadata.models import DataElement
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.harness.queries import query_counter
from tests.objects.imports import data_element, put_in


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "locked"),
    [
        ("dataElements", {"metadata_dataelement"}), ("organisationUnits", {"metadata_organisationunit"}),
        ("categoryCombos", {"metadata_categorycombo", "metadata_categoryoptioncombo"}),
        ("categoryOptions", {"metadata_categoryoption", "metadata_categoryoptioncombo"}),
        ("categoryOptionCombos", {"metadata_categoryoptioncombo"}),
    ],
)  # fmt: skip
def test_rows_are_locked_before_data_is_asked_whether_it_needs_them(
    api: ApiClient, path: str, locked: set[str]
) -> None:
    """Data value imports hold share locks on what they refer to; a veto asked earlier would not see their values."""
    uid = api.get(f"/api/{path}?defaults=EXCLUDE&pageSize=1&fields=id").json[path][0]["id"]

    with query_counter() as all_queries:
        api.delete(f"/api/{path}/{uid}")

    statements = all_queries.count.statements
    asked = next(i for i, s in enumerate(statements) if "FROM datavalue " in s)
    before = [s for s in statements[:asked] if "FOR UPDATE" in s]
    assert {table for table in locked if any(f'FROM "{table}"' in s for s in before)} == locked


def test_of_two_patches_at_once_neither_undoes_the_other(own_database: OwnDatabase) -> None:
    element = data_element()
    assert put_in(ApiClient(), dataElements=[element]).status == 200
    start = threading.Barrier(2)

    def patch(member: str) -> Answer:
        start.wait()
        try:
            operation = {"op": "replace", "path": f"/{member}", "value": f"New {member}"}
            return ApiClient().patch(f"/api/dataElements/{element['id']}", [operation])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(patch, ("description", "formName")))

    assert [a.status for a in answers] == [200, 200]
    stored = DataElement.objects.get(uid=element["id"])
    assert (stored.description, stored.form_name) == ("New description", "New formName")
