"""Parts of attribute values: a part of a value has pieces of it, and marking an attribute later misses nothing."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.sending import ENTITY, make_clinic, send, value
from tracker.pieces import LENGTH, pieces_of

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])


@given(st.text(LETTERS, max_size=8), st.text(LETTERS, min_size=LENGTH, max_size=8), st.text(LETTERS, max_size=8))
def test_part_of_a_text_has_pieces_of_the_text(before: str, part: str, after: str) -> None:
    assert set(pieces_of(1, part)) <= set(pieces_of(1, before + part + after))


def test_pieces_tell_attributes_apart() -> None:
    assert not set(pieces_of(1, "Mary")) & set(pieces_of(2, "Mary"))


@pytest.mark.django_db
def test_values_are_found_after_their_attribute_came_to_be_searched_by(api: ApiClient, admin: object) -> None:
    clinic = make_clinic()
    secret = world.make_attribute(of_type=clinic.type, confidential=True)
    send(api, {"trackedEntities": [
        clinic.person(attributes=[value(clinic.name, "Aminata"), value(secret, "Aminata")],
                      enrollments=[clinic.enrollment()]),
    ]})  # fmt: skip
    found = f"/api/tracker/trackedEntities?trackedEntityType={clinic.type.uid}&filter={clinic.name.uid}:like:NAT"
    assert len(api.get(found).json["trackedEntities"]) == 1

    stored = api.get(f"/api/trackedEntityTypes/{clinic.type.uid}?fields=:owner").json
    for attribute in stored["trackedEntityTypeAttributes"]:
        attribute["searchable"] = True
    assert api.put(f"/api/trackedEntityTypes/{clinic.type.uid}", stored).status == 200

    assert [one["trackedEntity"] for one in api.get(found).json["trackedEntities"]] == [ENTITY]
    with connection.cursor() as cursor:
        cursor.execute("SELECT attribute_id FROM tracked_entity_attribute_value WHERE pieces IS NOT NULL")
        with_pieces = {row[0] for row in cursor.fetchall()}
    assert clinic.name.pk in with_pieces
    assert secret.pk not in with_pieces
