"""The form "Facility profile" of the demo's mobile app, what was submitted with it, and what field workers propose."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import identifiers as ids
from .geography import geography

TYPES = ("Country", "District", "Chiefdom", "Facility")  # of levels 1 to 4
APP_ID = "demo.orgunits"
FORM = "Facility profile"
VERSION = "2026010101"


def _question(name: str, kind: str, english: str, french: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"English": english, "French": french}}


QUESTIONS = [
    _question("beds", "integer", "Number of beds", "Nombre de lits"),
    _question("nurses", "integer", "Number of nurses", "Nombre d'infirmiers"),
    _question("electricity", "select one", "Source of electricity", "Source d'électricité"),
    _question("water", "select one", "Source of water", "Source d'eau"),
    _question("cold_chain", "text", "Working refrigerators", "Réfrigérateurs en état de marche"),
]


def answers(beds: int, nurses: int, electricity: str, water: str, cold_chain: str) -> dict[str, str]:
    """A filled in form; answers are texts."""
    given = (str(beds), str(nurses), electricity, water, cold_chain)
    return {question["name"]: answer for question, answer in zip(QUESTIONS, given, strict=True)}


def facility(chiefdom: str, position: int) -> str:
    """The uid of a facility; the same at every scale."""
    return geography(1).facilities_of(chiefdom=chiefdom)[position].uid


# What stands for facilities today.
REFERENCES = {
    ids.NGELEHUN_CHC: answers(12, 6, "Solar", "Borehole", "2"),
    facility("Badjia", 1): answers(2, 1, "None", "River", "0"),
    facility("Badjia", 4): answers(8, 4, "Generator", "Well with pump", "1"),
    ids.BANDAJUMA_CLINIC: answers(10, 5, "Grid", "Piped", "2"),
}


class Proposal(NamedTuple):
    """A change that somebody asks for; members are as uploads name them, units and groups by uid or name."""

    key: str
    org_unit: str
    username: str
    name: str | None = None
    parent: str | None = None
    groups: tuple[str, ...] | None = None
    # latitude, longitude, altitude; the accuracy of the phone in metres
    location: tuple[float, float, float] | None = None
    accuracy: float | None = None
    closed: str | None = None
    answers: dict[str, str] | None = None
    rejection: str = ""


PROPOSALS = (
    Proposal("new name and place", facility("Badjia", 1), "badjia_clerk", name="Balabo Health Post",
             location=(8.1265, -11.6312, 78.0), accuracy=4.25),
    Proposal("other groups", facility("Badjia", 3), "badjia_clerk", groups=("CHC", "Public", "Rural", "Southern area")),
    Proposal("new answers", ids.NGELEHUN_CHC, "badjia_clerk",
             answers=answers(20, 9, "Solar", "Borehole with pump", "3")),
    Proposal("other chiefdom", facility("Baoma", 2), "bo_officer", name="Damabo Community Health Centre",
             parent=ids.BADJIA),
    Proposal("closed", facility("Baoma", 5), "bo_officer", closed="2026-06-30"),
    Proposal("wrong place", facility("Badjia", 2), "badjia_clerk", location=(7.9614, -11.7382, 0.0), accuracy=850.0,
             rejection="This point is in Bo town. Please stand in front of the facility when you take it."),
)  # fmt: skip
