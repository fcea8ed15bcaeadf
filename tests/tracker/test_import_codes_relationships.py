"""Each code that an import tells of relationships, and what depends on something that does not go in."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import RelationshipType
from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.coded import RELATIONSHIP, Case, Cases, Sent, stored_person, verify
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic, make_clinic
from tracker.models import Relationship, TrackedEntity

pytestmark = pytest.mark.django_db
CASES = Cases()
UNKNOWN = "Unknown0001"
DELETE, UPDATE, CREATE = (f"&importStrategy={name}" for name in ("DELETE", "UPDATE", "CREATE"))


def link(type: RelationshipType, from_: str, to: str, **members: Any) -> dict[str, Any]:
    """A relationship between two tracked entities."""
    return {
        "relationship": RELATIONSHIP, "relationshipType": type.uid, "from": {"trackedEntity": {"trackedEntity": from_}},
        "to": {"trackedEntity": {"trackedEntity": to}}, **members,
    }  # fmt: skip


def sent(relationship: dict[str, Any], args: list[Any] | None = None, **options: Any) -> Sent:
    return Sent({"relationships": [relationship]}, RELATIONSHIP, args, **options)


def pair(**members: Any) -> tuple[Clinic, RelationshipType, TrackedEntity, TrackedEntity]:
    """Two stored people, and a type of relationship between such."""
    clinic = make_clinic()
    type = world.make_relationship_type(clinic.type, clinic.type, **members)
    return clinic, type, stored_person(clinic), world.stored_entity(clinic.type, world.NGELEHUN)


def related(**members: Any) -> tuple[RelationshipType, Relationship]:
    """A stored relationship of two people."""
    _, type, one, other = pair()
    return type, world.stored_relationship(type, one, other, uid=RELATIONSHIP, **members)


@CASES("E1124")
def relationship_without_type() -> Sent:
    _, type, one, other = pair()
    return sent(link(type, one.uid, other.uid, relationshipType=None), ["relationshipType"])


@CASES("E4000")
def relationship_with_oneself() -> Sent:
    _, type, one, _ = pair()
    return sent(link(type, one.uid, one.uid), [RELATIONSHIP])


@CASES("E4001")
def relationship_with_two_ends_at_one_side() -> Sent:
    _, type, one, other = pair()
    side = {"trackedEntity": {"trackedEntity": other.uid}, "event": {"event": EVENT}}
    return sent(link(type, one.uid, other.uid) | {"to": side}, ["to", RELATIONSHIP])


@CASES("E4006")
def unknown_relationship_type() -> Sent:
    _, type, one, other = pair()
    return sent(link(type, one.uid, other.uid, relationshipType=UNKNOWN), [UNKNOWN])


@CASES("E4010")
def entity_where_an_enrollment_must_stand() -> Sent:
    clinic = make_clinic()
    type = world.make_relationship_type(clinic.type, None, to_kind="PROGRAM_INSTANCE")
    one, other = stored_person(clinic), world.stored_entity(clinic.type, world.NGELEHUN)
    return sent(link(type, one.uid, other.uid), ["to", "enrollment", "trackedEntity"])


@CASES("E4012")
def relationship_with_nobody() -> Sent:
    _, type, one, _ = pair()
    return sent(link(type, one.uid, UNKNOWN), ["trackedEntity", UNKNOWN])


@CASES("E4014")
def entity_of_another_type() -> Sent:
    clinic, type, one, _ = pair()
    other_type = world.make_type()
    other = world.stored_entity(other_type, world.NGELEHUN)
    return sent(link(type, one.uid, other.uid), ["to", clinic.type.uid, other_type.uid])


@CASES("E4015")
def stored_relationship_created() -> Sent:
    type, row = related()
    return sent(link(type, ENTITY, row.to_tracked_entity.uid), [RELATIONSHIP], query=CREATE)


@CASES("E4015")
def stored_relationship_updated() -> Sent:
    type, row = related()
    return sent(link(type, ENTITY, row.to_tracked_entity.uid), is_warning=True)


@CASES("E4016")
def unknown_relationship_deleted() -> Sent:
    return sent({"relationship": RELATIONSHIP}, [RELATIONSHIP], query=DELETE)


@CASES("E4017")
def deleted_relationship_sent_again() -> Sent:
    type, row = related(deleted=True)
    return sent(link(type, ENTITY, row.to_tracked_entity.uid), [RELATIONSHIP])


@CASES("E4018")
def repeated_relationship() -> Sent:
    _, type, one, other = pair()
    world.stored_relationship(type, one, other)
    args = [RELATIONSHIP, "TRACKED_ENTITY", one.uid, "TRACKED_ENTITY", other.uid]
    return sent(link(type, one.uid, other.uid), args)


@CASES("E4018")
def inverse_of_a_bidirectional_relationship() -> Sent:
    _, type, one, other = pair(bidirectional=True)
    world.stored_relationship(type, one, other)
    return sent(link(type, other.uid, one.uid))


@CASES("E5000")
def enrollment_of_a_refused_entity() -> Sent:
    """Its event is told nothing."""
    clinic = make_clinic()
    person = clinic.person(orgUnit=UNKNOWN, enrollments=[clinic.enrollment(events=[clinic.event()])])
    args = ["enrollment", ENROLLMENT, "trackedEntity", ENTITY]
    return Sent({"trackedEntities": [person]}, ENROLLMENT, args, also=(("E1049", ENTITY),))


@pytest.mark.parametrize(("code", "make"), CASES.cases, ids=CASES.ids)
def test_import_tells(api: ApiClient, admin: object, code: str, make: Case) -> None:
    verify(api, code, make())


def test_inverse_of_a_unidirectional_relationship_is_another_one(api: ApiClient, admin: object) -> None:
    _, type, one, other = pair()
    world.stored_relationship(type, one, other)

    body = {"relationships": [link(type, other.uid, one.uid)]}
    assert api.post("/api/tracker?async=false", body).json["stats"]["created"] == 1


def test_repeated_relationship_is_passed_over_by_early_versions(api: ApiClient, admin: object) -> None:
    _, type, one, other = pair()
    world.stored_relationship(type, one, other)

    answer = api.post("/api/36/tracker?async=false", {"relationships": [link(type, one.uid, other.uid)]})

    assert (answer.status, answer.json["stats"]["ignored"]) == (200, 1)


def test_relationship_with_a_refused_entity_is_told_of_its_type(api: ApiClient, admin: object) -> None:
    """E4014 beside E1121: without a type the entity does not fit; with atomicMode=OBJECT the other one goes in."""
    clinic = make_clinic()
    type = world.make_relationship_type(clinic.type, clinic.type)
    people = [clinic.person(), clinic.person("TeSending02", trackedEntityType="")]
    body = {"trackedEntities": people, "relationships": [link(type, ENTITY, "TeSending02")]}

    refused = api.post("/api/tracker?async=false", body)
    partly = api.post("/api/tracker?async=false&atomicMode=OBJECT", body)

    for answer, stats in ((refused, (0, 3)), (partly, (1, 2))):
        codes = {error["errorCode"] for error in answer.json["validationReport"]["errorReports"]}
        assert codes == {"E1121", "E4014"}
        assert (answer.json["stats"]["created"], answer.json["stats"]["ignored"]) == stats
