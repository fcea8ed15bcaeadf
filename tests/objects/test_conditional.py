"""ETag and If-None-Match on metadata: lists, single objects, gists (DHIS2 2.42, web conventions)."""

from __future__ import annotations

import pytest

from metadata.models import DataElement
from tests.harness.client import ApiClient
from tests.objects.elements import element, store

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "dataElements", "dataElements/taggedElem1", "dataElements/gist", "dataElements/taggedElem1/gist?fields=name",
        "identifiableObjects/taggedElem1", "schemas/dataElement", "filledOrganisationUnitLevels",
        "dataElements?paging=false",
    ],
)  # fmt: skip
def test_who_has_the_answer_is_told_so_until_it_changes(api: ApiClient, path: str) -> None:
    store([element("Tagged", uid="taggedElem1")])
    first = api.get(f"/api/{path}")
    tag = first.headers["ETag"]

    again = api.get(f"/api/{path}", headers={"If-None-Match": tag})
    assert (again.status, again.content, again.headers["ETag"]) == (304, b"", tag)
    if "taggedElem1" in first.text or "Tagged" in first.text:
        DataElement.objects.filter(uid="taggedElem1").update(name="A changed one")
        changed = api.get(f"/api/{path}", headers={"If-None-Match": tag})
        assert (changed.status, changed.headers["ETag"] == tag) == (200, False)
