"""What was exported with its dependencies goes into a server that has none of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.metadata.emptying import empty
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
