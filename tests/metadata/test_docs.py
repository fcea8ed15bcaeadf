"""The page about metadata is true: its commands run as they stand, one after the other."""

from __future__ import annotations

import pytest

from dhis2api.embedded.schema import PROJECT
from tests.harness.client import ApiClient
from tests.harness.pages import commands, run

PAGE = (PROJECT / "docs" / "metadata.md").read_text()


@pytest.mark.django_db
def test_every_command_of_the_page_succeeds(api: ApiClient) -> None:
    files: dict[str, str] = {}
    answers = [run(api, words, files) for _, words in commands(PAGE)]

    assert {answer.status for answer in answers} <= {200, 201}, [a for a in answers if a.status not in (200, 201)]
    assert all(answer.content for answer in answers)
    assert api.get("/api/dataElements/walkThrough?fields=name,dataElementGroups").json == {
        "name": "Walked through", "dataElementGroups": [],
    }  # fmt: skip
    assert api.get("/api/dataElementGroups/walkingCsvs?fields=code").json == {"code": "WALKS_CSV"}


def test_the_page_shows_every_way() -> None:
    """So that a part that is taken out is missed."""
    for way in ("gist", "geojson", "PATCH", "metadata.xml", "classKey", "/metadata.json"):
        assert way in PAGE
