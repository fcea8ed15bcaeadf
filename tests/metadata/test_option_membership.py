"""An option's membership of a set: either side may say it (DHIS2 2.42, metadata model, option sets)."""

from __future__ import annotations

import pytest

from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

SET, LISTED, POINTING = "PointBckSet", "PointBckOp1", "PointBckOp2"


def test_options_that_only_point_back_follow_those_that_the_set_lists(api: ApiClient) -> None:
    answer = api.post(
        "/api/metadata",
        {
            "options": [
                {"id": POINTING, "name": "Second", "code": "2", "optionSet": {"id": SET}},
                {"id": LISTED, "name": "First", "code": "1"},
            ],
            "optionSets": [{"id": SET, "name": "Pointed at", "valueType": "TEXT", "options": [{"id": LISTED}]}],
        },
    )

    assert answer.status == 200, answer.text
    members = api.get(f"/api/optionSets/{SET}?fields=options[id,sortOrder]").json
    assert members == {"options": [{"id": LISTED, "sortOrder": 0}, {"id": POINTING, "sortOrder": 1}]}


def test_a_set_without_options_loses_those_it_had(api: ApiClient) -> None:
    api.post("/api/optionSets", {"id": SET, "name": "Emptied", "valueType": "TEXT"})
    api.post("/api/options", {"id": LISTED, "name": "First", "code": "1", "optionSet": {"id": SET}})

    answer = api.put(f"/api/optionSets/{SET}", {"name": "Emptied", "valueType": "TEXT"})

    assert answer.status == 200, answer.text
    assert api.get(f"/api/optionSets/{SET}?fields=options").json == {"options": []}
