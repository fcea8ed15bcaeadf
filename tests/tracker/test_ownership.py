"""Transfers of ownership, and breaking the glass (DHIS2 2.42, tracker ownership)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.harness.client import Answer, ApiClient
from tests.tracker.world import (
    BADJIA,
    BAOMA,
    BO,
    CLOSED_TO_ALL,
    NGELEHUN,
    READ_ONLY,
    ROOT,
    make_program,
    make_type,
    someone_at,
    stored_enrollment,
    stored_entity,
)
from tracker.access.reader import reader_of
from tracker.access.reading import find_readable_entity
from tracker.models import ProgramOwner, ProgramOwnerHistory, TemporaryOwner, TemporaryOwnerAudit, TrackedEntity

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=9)


class World:
    """A tracked entity that Badjia owns in a program; `clerk` captures in Badjia, `seeker` in Baoma, searching Bo."""

    def __init__(self, **program: Any) -> None:
        self.type = make_type(allow_audit_log=program.pop("audit", True))
        self.program = make_program(self.type, **program)
        self.entity = stored_entity(self.type, BADJIA, created_at=LONG_AGO, updated_at=LONG_AGO)
        stored_enrollment(self.entity, self.program, BADJIA)
        self.clerk = someone_at("clerk", capture=[BADJIA], search=[BO])
        self.seeker = someone_at("seeker", capture=[BAOMA], search=[BO])

    def transfer(self, api: ApiClient, to: str, user: str = "clerk", **query: str) -> Answer:
        given = {"trackedEntity": self.entity.uid, "program": self.program.uid, "orgUnit": to} | query
        return api.put("/api/tracker/ownership/transfer?" + "&".join(f"{k}={v}" for k, v in given.items() if v),
                       user=user)  # fmt: skip

    def override(self, api: ApiClient, user: str = "seeker", **query: str) -> Answer:
        given = {"trackedEntity": self.entity.uid, "program": self.program.uid, "reason": "emergency"} | query
        return api.post("/api/tracker/ownership/override?" + "&".join(f"{k}={v}" for k, v in given.items() if v),
                        user=user)  # fmt: skip

    @property
    def owner(self) -> str:
        return ProgramOwner.objects.get(tracked_entity=self.entity, program=self.program).organisation_unit.uid

    @property
    def was_touched(self) -> bool:
        return TrackedEntity.objects.get(pk=self.entity.pk).updated_at > LONG_AGO + timedelta(days=1)


@pytest.mark.parametrize("level", ["OPEN", "CLOSED"])
def test_a_transfer_makes_another_owner_and_remembers_the_one_before(api: ApiClient, level: str) -> None:
    world = World(access_level=level)

    answer = world.transfer(api, BAOMA)

    assert (answer.status, answer.json["message"]) == (200, "Ownership transferred")
    assert world.owner == BAOMA and world.was_touched
    before = ProgramOwnerHistory.objects.get()
    assert (before.organisation_unit.uid, before.tracked_entity_id) == (BADJIA, world.entity.pk)


def test_a_transfer_to_the_owner_changes_nothing(api: ApiClient) -> None:
    world = World()

    assert world.transfer(api, BADJIA).status == 200

    assert not ProgramOwnerHistory.objects.exists() and not world.was_touched


def test_a_transfer_under_temporary_ownership_is_allowed(api: ApiClient) -> None:
    world = World(access_level="PROTECTED")
    assert world.transfer(api, BAOMA, user="seeker").status == 404

    world.override(api)

    assert world.transfer(api, BAOMA, user="seeker").status == 200
    assert world.owner == BAOMA


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ({"trackedEntity": ""}, 400, "Required parameter 'trackedEntity' is not present"),
        ({"program": ""}, 400, "Required parameter 'program' is not present"),
        ({"orgUnit": ""}, 400, "Required request parameter 'orgUnit' is not present"),
        ({"orgUnit": "x"}, 400, "Value 'x' is not valid for parameter orgUnit. UID must be an alphanumeric string"),
        ({"ou": BAOMA}, 400, "Only one parameter of 'ou' (deprecated) and 'orgUnit' must be specified."),
        ({"orgUnit": ROOT}, 403, "Tracked entity not transferred. Org unit supplied is not in the user scope."),
        ({"orgUnit": NGELEHUN}, 403, "The program {} is not associated to the org unit DiszpKrYNg8"),
        ({"trackedEntity": "teAbsent001"}, 404, "TrackedEntity with id teAbsent001 could not be found."),
        ({"program": "prAbsent001"}, 404, "Program with id prAbsent001 could not be found."),
    ],
)
def test_transfers_are_refused(api: ApiClient, query: dict[str, str], status: int, message: str) -> None:
    world = World(org_units=[BADJIA, BAOMA])

    answer = world.transfer(api, BAOMA, **query)

    assert answer.status == status
    assert answer.json["message"].startswith(message.format(world.program.uid))
    assert world.owner == BADJIA


def test_a_transfer_needs_data_write_on_the_program(api: ApiClient) -> None:
    world = World(sharing=READ_ONLY)

    answer = world.transfer(api, BAOMA)

    assert answer.status == 403
    assert answer.json["message"] == (
        f"Current user doesn't have data write access to the provided program {world.program.uid}."
    )


def test_the_names_of_old_are_accepted(api: ApiClient) -> None:
    world = World()

    answer = world.transfer(api, "", ou=BAOMA, trackedEntity="", trackedEntityInstance=world.entity.uid)

    assert answer.status == 200 and world.owner == BAOMA


def test_breaking_the_glass_lets_one_user_in_for_three_hours(api: ApiClient) -> None:
    world = World(access_level="PROTECTED")
    someone_at("other", capture=[BAOMA], search=[BO])

    answer = world.override(api)

    assert (answer.status, answer.json["message"]) == (200, "Temporary Ownership granted")
    granted = TemporaryOwner.objects.get()
    assert granted.valid_till - granted.created_at == timedelta(hours=3)
    assert granted.reason == TemporaryOwnerAudit.objects.get().reason == "emergency"
    assert world.owner == BADJIA and world.was_touched
    reader = reader_of(world.seeker)
    assert find_readable_entity(reader, world.entity.uid, reader.find_program(world.program.uid)) == world.entity.pk
    assert world.transfer(api, BAOMA, user="other").status == 404


def test_a_type_without_audit_log_has_none(api: ApiClient) -> None:
    world = World(access_level="PROTECTED", audit=False)

    assert world.override(api).status == 200

    assert not TemporaryOwnerAudit.objects.exists()


@pytest.mark.parametrize(
    ("program", "query", "user", "message"),
    [
        ({}, {"program": "prAbsent001"}, "seeker", "Program supplied does not exist."),
        ({}, {"trackedEntity": "teAbsent001"}, "seeker", "Tracked entity supplied does not exist."),
        ({}, {}, "admin", "Current user is a superuser."),
        ({"program_type": "WITHOUT_REGISTRATION"}, {}, "seeker", "Program supplied is not a tracker program."),
        (
            {"access_level": "CLOSED"}, {}, "seeker",
            "Temporary ownership can only be granted to protected programs. {program} access level is CLOSED.",
        ),
        ({}, {}, "stranger", "The owner of the entity-program combination is not in the user's search scope."),
        ({"sharing": CLOSED_TO_ALL}, {}, "seeker", "User has no data read access to program: {program}"),
    ],
    ids=["program", "entity", "superuser", "event program", "closed", "search scope", "sharing"],
)  # fmt: skip
def test_breaking_the_glass_is_refused(
    api: ApiClient, program: dict[str, Any], query: dict[str, str], user: str, message: str
) -> None:
    world = World(**{"access_level": "PROTECTED", **program})
    someone_at("stranger", capture=[BADJIA])  # where he captures is no search org unit

    answer = world.override(api, user=user, **query)

    assert answer.status == 403
    assert answer.json["message"] == "Temporary ownership not created. " + message.format(program=world.program.uid)
    assert not TemporaryOwner.objects.exists()


def test_the_type_must_be_readable_and_the_tracked_entity_s_own(api: ApiClient) -> None:
    world = World(access_level="PROTECTED")
    other = make_program(make_type(), access_level="PROTECTED")

    assert "differs from that of the tracked entity" in world.override(api, program=other.uid).json["message"]

    world.type.sharing = CLOSED_TO_ALL
    world.type.save()
    assert world.override(api).json["message"].endswith(f"tracked entity type: {world.type.uid}")


def test_breaking_the_glass_needs_a_reason(api: ApiClient) -> None:
    answer = World(access_level="PROTECTED").override(api, reason="")

    assert (answer.status, answer.json["message"]) == (400, "Required parameter 'reason' is not present")
