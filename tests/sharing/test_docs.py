"""The page about sharing is true: each command answers what the page says."""

from __future__ import annotations

import pytest

from dhis2api.embedded.schema import PROJECT
from dhis2api.errors import Code
from metadata.models import DataElement
from sharing.resource import errors
from tests.harness.client import ApiClient
from tests.harness.pages import commands, run
from tests.sharing.shared import grants

PAGE = (PROJECT / "docs" / "sharing.md").read_text()


@pytest.mark.django_db
def test_every_command_answers_what_the_page_says(api: ApiClient) -> None:
    steps = list(commands(PAGE))
    answers = [(promised, run(api, words, {})) for promised, words in steps]

    assert len(steps) == PAGE.count("\ncurl ")
    assert [answer for promised, answer in answers if answer.status != promised] == []
    stored = DataElement.objects.get(uid="sharedElemt").sharing
    assert (stored["public"], stored["users"]) == ("r-------", {})
    assert stored["userGroups"] == grants(groupEditor="rw------", groupReader="r-------")


def test_the_page_shows_every_way() -> None:
    """So that a part that is taken out is missed."""
    for way in ("/api/sharing?type", "/sharing/search", "/metadata/sharing", "cascadeSharing", "skipSharing", "E3008"):
        assert way in PAGE


@pytest.mark.parametrize("code", [c for c in vars(errors).values() if isinstance(c, Code) and c.name], ids=str)
def test_every_code_has_a_test_that_names_it(code: Code) -> None:
    assert f'"{code.name}"' in "".join(file.read_text() for file in (PROJECT / "tests" / "sharing").glob("test_*.py"))
