"""Which metadata a viewer reads data of: loaded once for a request, in four queries.

A program counts when itself and its data may be read, and the data of its tracked entity type; a stage likewise. The
category options of an event must all be readable. Superusers read all, and own everything: to them every program is
open. Source: DHIS2 2.42, tracker access control.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField, F, Q, Value

from dhis2api.objects.registry import get_schema
from metadata.models import Program, ProgramStage, TrackedEntityType
from metadata.visibility import hidden_option_combos
from sharing.access import Principal, data_readable, readable
from tracker.access.viewer import Viewer, viewer_of

OPEN_LEVELS = frozenset({"OPEN", "AUDITED"})


@dataclass(frozen=True, slots=True)
class ReadableProgram:
    """`type` is the key of its tracked entity type, None in event programs."""

    pk: int
    uid: str
    type: int | None
    is_open: bool  # to the search scope, else to the capture scope alone
    is_protected: bool  # whether somebody may break the glass
    category_combo: int


@dataclass(frozen=True, slots=True)
class ReadableType:
    """A tracked entity type."""

    pk: int
    uid: str


@dataclass(frozen=True, slots=True)
class Reader:
    """A viewer with the programs, types and stages that he reads data of, by their keys.

    `hidden_option_combos` are the attribute option combos with an option that he may not read.
    """

    viewer: Viewer
    programs: dict[int, ReadableProgram]
    types: dict[int, ReadableType]
    stages: dict[int, str]  # uids
    hidden_option_combos: tuple[int, ...]
    open_programs: frozenset[str]  # uids of programs that he might read, were their types readable

    @property
    def tracker_programs(self) -> list[ReadableProgram]:
        return [program for program in self.programs.values() if program.type is not None]

    @property
    def event_programs(self) -> list[ReadableProgram]:
        return [program for program in self.programs.values() if program.type is None]

    def find_program(self, uid: str) -> ReadableProgram | None:
        """A readable program by its uid."""
        return next((program for program in self.programs.values() if program.uid == uid), None)

    def type_uid(self, key: int) -> str | None:
        """The uid of a readable tracked entity type."""
        found = self.types.get(key)
        return None if found is None else found.uid


def reader_of(user: Any) -> Reader:
    """The reader that a user is."""
    return make_reader(viewer_of(user))


def make_reader(viewer: Viewer) -> Reader:
    """The reader that a viewer is. Two queries more than the viewer's own."""
    rows = _readable_rows(viewer.principal)
    types = {pk: ReadableType(pk, uid) for kind, pk, uid, *_ in rows if kind == "type"}
    programs = {
        pk: ReadableProgram(
            pk, uid, type, viewer.is_superuser or level in OPEN_LEVELS,
            not viewer.is_superuser and level == "PROTECTED", combo,
        )
        for kind, pk, uid, type, combo, level in rows
        if kind == "program" and (type is None or type in types)
    }  # fmt: skip
    stages = {pk: uid for kind, pk, uid, *_ in rows if kind == "stage"}
    return Reader(
        viewer, programs, types, stages, tuple(hidden_option_combos(viewer.principal)),
        frozenset(uid for kind, _, uid, *_ in rows if kind == "program"),
    )  # fmt: skip


def _readable_rows(principal: Principal) -> list[tuple[Any, ...]]:
    """(kind, key, uid, type, category combo, access level) of programs, types and stages in one query."""
    with connection.cursor() as cursor:
        cursor.execute(*_readable_statement(principal))
        return cursor.fetchall()


@lru_cache(maxsize=256)  # what asks for them follows from who asks; to put it together takes longer than to run it
def _readable_statement(principal: Principal) -> tuple[str, tuple[Any, ...]]:
    nothing = Value(None, output_field=BigIntegerField())
    no_text = Value(None, output_field=CharField())

    def of(model: Any, kind: str, singular: str, type: Any, combo: Any, level: Any) -> Any:
        rules = get_schema(singular).rules
        itself = Q() if kind == "type" else readable(rules, principal)
        found = model.objects.filter(itself & data_readable(rules, principal)).order_by()
        return found.annotate(
            kind=Value(kind, output_field=CharField()), of_type=type, combo=combo, level=level
        ).values_list("kind", "pk", "uid", "of_type", "combo", "level")  # fmt: skip

    programs = of(Program, "program", "program", F("tracked_entity_type_id"), F("category_combo_id"),
                  F("access_level"))  # fmt: skip
    types = of(TrackedEntityType, "type", "trackedEntityType", nothing, nothing, no_text)
    stages = of(ProgramStage, "stage", "programStage", nothing, nothing, no_text)
    statement: tuple[str, tuple[Any, ...]] = programs.union(types, stages, all=True).query.sql_with_params()
    return statement
