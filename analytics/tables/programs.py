"""Programs and tracked entity types, as far as their tables need to know them."""

from __future__ import annotations

from typing import NamedTuple

from analytics.hands import Hands

PROGRAMS = """
    SELECT id, uid, program_type = 'WITH_REGISTRATION', category_combo_id, tracked_entity_type_id
    FROM metadata_program ORDER BY id
"""
TYPES = "SELECT id, uid FROM metadata_trackedentitytype ORDER BY id"


class Program(NamedTuple):
    """A program. `registers`: it follows tracked entities."""

    id: int
    uid: str
    registers: bool
    category_combo: int
    entity_type: int | None


class EntityType(NamedTuple):
    """A tracked entity type."""

    id: int
    uid: str


def list_programs(hands: Hands) -> list[Program]:
    """All programs."""
    return [Program(*row) for row in hands.execute(PROGRAMS)]


def list_entity_types(hands: Hands) -> list[EntityType]:
    """All tracked entity types."""
    return [EntityType(*row) for row in hands.execute(TYPES)]
