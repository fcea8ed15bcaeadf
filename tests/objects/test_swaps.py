"""Objects of one payload may exchange what is unique to each."""

from __future__ import annotations

import pytest

from metadata.models import DataElement, OrganisationUnitLevel
from tests.harness.client import ApiClient
from tests.objects.imports import codes, data_element, put_in, stats
from tests.objects.payloads import create

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("member", ["name", "shortName", "code"])
def test_two_objects_swap(api: ApiClient, member: str) -> None:
    one, two = data_element(code="ONE"), data_element(code="TWO")
    put_in(api, dataElements=[one, two])

    answer = put_in(api, dataElements=[one | {member: two[member]}, two | {member: one[member]}])

    assert (answer.status, stats(answer)) == (200, (0, 2, 0, 0))
    shown = api.get(f"/api/dataElements/{one['id']}?fields={member}").json
    assert shown == {member: two[member]}


def test_a_ring_of_numbers(api: ApiClient) -> None:
    levels = [create(api, "organisationUnitLevel", level=90 + n) for n in range(3)]
    turned = [level | {"level": 90 + (n + 1) % 3} for n, level in enumerate(levels)]

    answer = put_in(api, organisationUnitLevels=turned)

    assert answer.status == 200, answer
    assert [OrganisationUnitLevel.objects.get(uid=level["id"]).level for level in levels] == [91, 92, 90]


def test_a_value_passes_on_to_a_new_object(api: ApiClient) -> None:
    old = data_element(code="MOVING")
    put_in(api, dataElements=[old])
    new = data_element(code="MOVING")

    assert put_in(api, dataElements=[new, old | {"code": "OTHER"}]).status == 200
    assert DataElement.objects.get(code="MOVING").uid == new["id"]


def test_a_refused_swap_leaves_everything(api: ApiClient) -> None:
    one, two = data_element(code="ONE"), data_element(code="TWO")
    put_in(api, dataElements=[one, two])

    answer = put_in(api, dataElements=[one | {"code": "TWO"}, two])

    assert codes(answer) == ["E5003"]
    assert DataElement.objects.get(uid=two["id"]).code == "TWO"
