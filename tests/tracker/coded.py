"""Tables of what an import refuses: each case is named by its code, and makes what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, Clinic
from tracker.models import Enrollment, Event, TrackedEntity
from users.models import User

RELATIONSHIP, MALFORMED = "ReSending01", "malformed"
TYPES = {
    ENTITY: "TRACKED_ENTITY",
    MALFORMED: "TRACKED_ENTITY",
    ENROLLMENT: "ENROLLMENT",
    EVENT: "EVENT",
    RELATIONSHIP: "RELATIONSHIP",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A body and of which object the code is told; `also` are (code, uid) of what else is told. `args` of the error."""

    body: dict[str, Any]
    uid: str
    args: list[Any] | None = None
    also: tuple[tuple[str, str], ...] = ()
    query: str = ""
    user: str = "admin"
    version: str = ""
    is_warning: bool = False
    settings: dict[str, Any] = field(default_factory=dict)


Case = Callable[[], Sent]


class Cases:
    """The cases of one file, to be used as a decorator and as parameters."""

    def __init__(self) -> None:
        self.cases: list[tuple[str, Case]] = []

    def __call__(self, code: str) -> Callable[[Case], Case]:
        def register(make: Case) -> Case:
            self.cases.append((code, make))
            return make

        return register

    @property
    def ids(self) -> list[str]:
        return [f"{code}-{make.__name__}" for code, make in self.cases]


def verify(api: ApiClient, code: str, sent: Sent) -> None:
    """Send it: the code is told of the object, with its arguments, and nothing else is told."""
    path = f"/api{sent.version}/tracker?async=false&reportMode=FULL{sent.query}"

    answer = api.post(path, sent.body, user=sent.user)

    assert "validationReport" in answer.json, answer
    report = answer.json["validationReport"]
    told = [(entry["errorCode"], entry["trackerType"], entry["uid"]) for entry in report["errorReports"]]
    warned = [(entry["warningCode"], entry["trackerType"], entry["uid"]) for entry in report["warningReports"]]
    this = (code, TYPES[sent.uid], sent.uid)
    others = {(other, TYPES[uid], uid) for other, uid in sent.also}
    if sent.is_warning:
        assert (answer.status, told, warned) == (200, [], [this]), answer
        return
    assert (answer.status, set(told), warned) == (409, {this} | others, []), answer
    if sent.args is not None:
        entry = next(entry for entry in report["errorReports"] if entry["errorCode"] == code)
        assert entry["args"] == sent.args


def stored_person(clinic: Clinic, **members: Any) -> TrackedEntity:
    """The person at Ngelehun."""
    return world.stored_entity(clinic.type, world.NGELEHUN, uid=ENTITY, **members)


def stored_enrollment(clinic: Clinic, **members: Any) -> Enrollment:
    """The person's enrollment."""
    return world.stored_enrollment(stored_person(clinic), clinic.program, world.NGELEHUN, uid=ENROLLMENT, **members)


def stored_event(clinic: Clinic, **members: Any) -> Event:
    """The enrollment's event."""
    return world.stored_event(stored_enrollment(clinic), clinic.stage, world.NGELEHUN, uid=EVENT, **members)


def clerk(*authorities: str, capture: str = world.BADJIA) -> User:
    """Somebody who is no superuser, at Badjia."""
    return world.someone_at("clerk", [capture], [], authorities)
