"""An import costs as many queries as it has types: org units in six levels, data elements, groups and sets."""

from __future__ import annotations

import pytest

from benchmarks.metadata import payload
from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter

pytestmark = pytest.mark.django_db

SIZES = (200, 2_000)


def test_the_number_of_queries_depends_on_types_alone(api: ApiClient) -> None:
    """Created, updated, validated and deleted."""
    api.get("/api/me?fields=id")
    api.post("/api/metadata", payload(20))
    created, updated, validated, deleted = [], [], [], []
    for size in SIZES:
        body = payload(size)
        assert sum(len(objects) for objects in body.values()) == size
        for counts, query in (
            (created, ""), (updated, ""), (validated, "importMode=VALIDATE"), (deleted, "importStrategy=DELETE"),
        ):  # fmt: skip
            with query_counter() as counted:
                answer = api.post(f"/api/metadata?{query}", body)
            assert (answer.status, answer.summary["stats"]["total"]) == (200, size), answer
            counts.append(counted.count)

    assert created[1] == created[0]
    assert updated[1] == updated[0]
    assert validated[1] == validated[0]
    assert deleted[1] == deleted[0]


def test_the_units_stand_in_six_levels(api: ApiClient) -> None:
    body = payload(200)
    assert api.post("/api/metadata", body).status == 200

    units = OrganisationUnit.objects.filter(uid__in=[unit["id"] for unit in body["organisationUnits"]])
    assert set(units.values_list("hierarchy_level", flat=True)) == {1, 2, 3, 4, 5, 6}
