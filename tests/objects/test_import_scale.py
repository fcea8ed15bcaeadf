"""An import costs as many queries as it has types: org units in six levels, data elements, groups and sets."""

from __future__ import annotations

import pytest

from benchmarks.metadata import payload
from metadata.models import OrganisationUnit
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter

pytestmark = pytest.mark.django_db

SIZES = (100, 1_000)  # no table gets more rows than one statement writes


def test_the_number_of_queries_depends_on_types_alone(api: ApiClient) -> None:
    """Created, updated and validated."""
    api.get("/api/me?fields=id")
    first = payload(20)
    for query in ("", "importStrategy=DELETE"):
        assert api.post(f"/api/metadata?{query}", first).status == 200
    created, updated, validated = [], [], []
    for size in SIZES:
        body = payload(size)
        assert sum(len(objects) for objects in body.values()) == size
        for counts, query in ((created, ""), (updated, ""), (validated, "importMode=VALIDATE")):
            with query_counter() as counted:
                answer = api.post(f"/api/metadata?{query}", body)
            assert (answer.status, answer.summary["stats"]["total"]) == (200, size), answer
            counts.append(counted.count)
        assert api.post("/api/metadata?importStrategy=DELETE", body).status == 200

    assert created[1] == created[0]
    assert updated[1] == updated[0]
    assert validated[1] == validated[0]


def test_the_units_stand_in_six_levels(api: ApiClient) -> None:
    body = payload(200)
    assert api.post("/api/metadata", body).status == 200

    units = OrganisationUnit.objects.filter(uid__in=[unit["id"] for unit in body["organisationUnits"]])
    assert set(units.values_list("hierarchy_level", flat=True)) == {1, 2, 3, 4, 5, 6}
