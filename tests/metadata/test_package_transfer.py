"""What was exported with its dependencies goes into a server that has none of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from dhis2api.objects.registry import all_schemas
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.metadata.packages import contents, data_set, program


@pytest.mark.parametrize(("plural", "build"), [("programs", program), ("dataSets", data_set)])
def test_a_package_goes_into_an_empty_database(
    own_database: OwnDatabase, api: ApiClient, plural: str, build: Callable[..., tuple[str, dict[str, set[str]]]]
) -> None:
    uid, expected = build(api)
    packages = [api.get(f"/api/{plural}/{uid}/metadata.{form}?skipSharing=true").content for form in ("json", "xml")]

    for package, content_type in zip(packages, ("application/json", "application/xml"), strict=True):
        empty()
        assert api.get(f"/api/{plural}/{uid}").status == 404
        answer = api.post("/api/metadata", package, content_type=content_type)

        assert answer.status == 200, answer
        assert contents(api, plural, uid) == expected


def empty() -> None:
    """Take all metadata away but the system's defaults, which every server has."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # foreign keys do not matter meanwhile
        for schema in all_schemas():
            if schema.model is not None and schema.model._meta.app_label == "metadata":
                table = connection.ops.quote_name(schema.model._meta.db_table)
                cursor.execute(f"DELETE FROM {table} WHERE uid <> ALL(%s)", [list(schema.wire.default_objects)])
        cursor.execute("SET session_replication_role = DEFAULT")
