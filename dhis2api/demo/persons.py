"""Individual data: people with their enrollments, visits and relations, drawn at random, the same way every time.

Kj6vYde4LHh, which the documentation imports, does not exist; Gjaiu3ea38E, to whom it is related there, does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from . import identifiers as ids
from .geography import Place, geography
from .identifiers import SEED, demo_uid
from .objects import Payload
from .reference_lists import OPTION_SETS
from .tracker_metadata import (
    DATE_OF_BIRTH,
    FIRST_NAME,
    FOLLOW_UP,
    LAST_NAME,
    NATIONAL_ID,
    PROGRAMS,
    SEX,
    Question,
    Stage,
    TrackerProgram,
)

PEOPLE = 300  # at scale 1
CASES = 200  # single events
BUNDLE = 500  # people in one import
FIRST_DAY = date(2025, 1, 6)
FIRST_NAMES = {
    "Female": ("Aminata", "Fatmata", "Isatu", "Mariama", "Hawa", "Adama", "Kadiatu", "Zainab", "Jeneba", "Sia"),
    "Male": ("Mohamed", "Ibrahim", "Alusine", "Foday", "Abu", "Sahr", "Tamba", "Osman", "Lamin", "Komba"),
}
LAST_NAMES = ("Kamara", "Sesay", "Koroma", "Bangura", "Conteh", "Kargbo", "Turay", "Mansaray", "Jalloh", "Fofanah")
TEXTS = ("Cough for two weeks", "High fever", "Wound does not heal", "Follow-up of pregnancy", "Weight loss")


def tracker_bundles(scale: int = 1) -> Iterator[Payload]:
    """Bundles as `POST /api/tracker` takes them: people, then single events."""
    facilities = geography(scale).facilities
    people = [_person(number, facilities) for number in range(PEOPLE * scale)]
    for start in range(0, len(people), BUNDLE):
        bundle: Payload = {"trackedEntities": people[start : start + BUNDLE]}
        if start == 0:
            bundle["relationships"] = [_lives_with(people[0]["trackedEntity"], people[1]["trackedEntity"])]
        yield bundle
    cases = next(program for program in PROGRAMS if not program.is_registration)
    events = [_case(number, cases, facilities) for number in range(CASES * scale)]
    for start in range(0, len(events), BUNDLE):
        yield {"events": events[start : start + BUNDLE]}


def _person(number: int, facilities: list[Place]) -> Payload:
    chance = Random(f"{SEED}/person/{number}")
    uid = ids.DOCUMENTED_PERSON if number == 0 else demo_uid("trackedEntity", number)
    place = next(one for one in facilities if one.uid == ids.NGELEHUN_CHC) if number < 20 else chance.choice(facilities)
    sex = chance.choice(("Female", "Male"))
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(27_000))
    values = {
        FIRST_NAME: chance.choice(FIRST_NAMES[sex]), LAST_NAME: chance.choice(LAST_NAMES),
        NATIONAL_ID: f"{10_000_000 + number * 37}", DATE_OF_BIRTH: born.isoformat(), SEX: sex,
    }  # fmt: skip
    programs = [FOLLOW_UP]
    if chance.random() < 0.2:
        programs.append(chance.choice([one for one in PROGRAMS if one.is_registration and one is not FOLLOW_UP]))
    return {
        "trackedEntity": uid, "trackedEntityType": ids.PERSON, "orgUnit": place.uid,
        "attributes": [{"attribute": one.uid, "value": value} for one, value in values.items()],
        "enrollments": [_enrollment(number, program, place, chance) for program in programs],
    }  # fmt: skip


def _enrollment(number: int, program: TrackerProgram, place: Place, chance: Random) -> Payload:
    begun = FIRST_DAY + timedelta(days=chance.randrange(300))
    is_done = chance.random() < 0.3
    key = f"{number}/{program.code}"
    events = []
    for position in range(chance.randrange(1, 4)):
        stage = program.stages[0] if position == 0 else program.stages[-1]
        events.append(_event(f"{key}/{position}", stage, place, begun + timedelta(days=30 * position), chance))
        if len(program.stages) == 1 and not stage.repeatable:
            break
    return {
        "enrollment": demo_uid("enrollment", key), "program": program.uid, "orgUnit": place.uid,
        "enrolledAt": begun.isoformat(), "occurredAt": begun.isoformat(),
        "status": "COMPLETED" if is_done else "ACTIVE", "events": events,
    }  # fmt: skip


def _case(number: int, program: TrackerProgram, facilities: list[Place]) -> Payload:
    chance = Random(f"{SEED}/case/{number}")
    day = FIRST_DAY + timedelta(days=chance.randrange(340))
    event = _event(f"case/{number}", program.stages[0], chance.choice(facilities), day, chance)
    return event | {"program": program.uid}


def _event(key: str, stage: Stage, place: Place, day: date, chance: Random) -> Payload:
    values = [(question.uid, _answer(question, place, day, chance)) for question in stage.questions]
    return {
        "event": demo_uid("event", key), "programStage": stage.uid, "orgUnit": place.uid,
        "occurredAt": day.isoformat(), "scheduledAt": day.isoformat(),
        "status": "COMPLETED" if chance.random() < 0.7 else "ACTIVE",
        "dataValues": [{"dataElement": uid, "value": value} for uid, value in values],
    }  # fmt: skip


def _answer(question: Question, place: Place, day: date, chance: Random) -> str:
    if question.option_set is not None:
        return chance.choice(OPTION_SETS[question.option_set][1])[0]
    longitude, latitude = place.point or (-11.5, 8.2)
    answers = {
        "NUMBER": lambda: str(chance.randrange(2, 80)),
        "INTEGER_ZERO_OR_POSITIVE": lambda: str(chance.randrange(0, 60)),
        "BOOLEAN": lambda: chance.choice(("true", "false")),
        "TRUE_ONLY": lambda: "true",
        "DATE": lambda: (day + timedelta(days=chance.randrange(1, 60))).isoformat(),
        "COORDINATE": lambda: f"[{longitude:.5f},{latitude:.5f}]",
    }
    return answers.get(question.value_type, lambda: chance.choice(TEXTS))()


def _lives_with(one: str, other: str) -> Payload:
    return {
        "relationship": demo_uid("relationship", one), "relationshipType": ids.RELATED_PERSONS,
        "from": {"trackedEntity": {"trackedEntity": one}}, "to": {"trackedEntity": {"trackedEntity": other}},
    }  # fmt: skip
