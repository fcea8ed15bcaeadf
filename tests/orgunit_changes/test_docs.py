"""The page about change requests: its commands do what it says, and it leaves nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_framework.serializers import Serializer

from orgunit_changes.fields import REQUESTABLE, SENT_NAMES
from orgunit_changes.listing.filters import ChangeFilters
from orgunit_changes.models import OrgUnitChangeRequest, Status
from orgunit_changes.registry import bodies
from tests.harness.client import ApiClient
from tests.harness.pages import commands, run

PAGE = Path(__file__).parents[2] / "docs" / "orgunit-changes.md"
TEXT = PAGE.read_text()


@pytest.mark.django_db
def test_its_commands_work_as_they_stand_on_the_demo(api: ApiClient) -> None:
    answers = [run(api, words, {}) for _, words in commands(TEXT)]

    assert [answer.status for answer in answers] == [201, 204, 204, 201, 201], answers
    reviewed = OrgUnitChangeRequest.objects.filter(pk__in=[1, 2]).order_by("pk")
    assert list(reviewed.values_list("status", flat=True)) == [Status.VALIDATED, Status.REJECTED]


@pytest.mark.parametrize("name", [*ChangeFilters.base_filters])
def test_every_filter_stands_in_it(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("name", REQUESTABLE)
def test_every_field_stands_in_it_as_it_is_sent(name: str) -> None:
    assert f"`{SENT_NAMES.get(name, name)}`" in TEXT


@pytest.mark.parametrize(
    "body", [bodies.ProjectBody, bodies.OrgUnitTypeBody, bodies.FormBody, bodies.FormVersionBody, bodies.InstanceBody]
)
def test_every_member_that_is_written_stands_in_it(body: type[Serializer]) -> None:
    assert [name for name in body().fields if f"`{name}`" not in TEXT] == []
