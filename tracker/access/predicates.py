"""The one read rule of tracker data, in SQL.

A predicate is a condition on a row of an alias; lists, counts, single objects, nested collections, items of
relationships and files of them all use these. Two things decide where somebody reads: ownership, which follows the
access level of a program, and the window, which is what a request asks to see. Both look at one org unit: the owner of
a tracked entity in a program, or the org unit of an event of an event program. A tracked entity that is asked for
without a program needs one program in which both let it through; where it has no owner, its own org unit stands in.

Source: DHIS2 2.42, tracker access control. Where DHIS2's lists leave ownership out (events without `program`), the
strict rule holds; temporary ownership counts everywhere, as the user was granted it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from metadata.hierarchy import Scope
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.statements import Values, all_of, any_of, is_below


@dataclass(frozen=True, slots=True)
class Window:
    """Which org units a request asks for: a scope, or these and the children of those, by key.

    `is_everything`: all of them, and ownership does not count (`orgUnitMode=ALL`).
    """

    scope: Scope | None = None
    units: tuple[int, ...] = ()
    parents: tuple[int, ...] = ()
    is_everything: bool = False

    def shows(self, place: str, values: Values) -> str:
        """The condition on a row of org units."""
        if self.is_everything:
            return "TRUE"
        if self.scope is not None:
            return is_below(self.scope, f"{place}.path", values)
        ways = [f"{place}.id = ANY({values.bind(list(self.units))})"]
        if self.parents:
            ways.append(f"{place}.parent_id = ANY({values.bind(list(self.parents))})")
        return any_of(ways)


EVERYWHERE = Window(is_everything=True)  # where ownership was asked for already


def own_window(reader: Reader) -> Window:
    """All that a reader ever sees: his search and capture org units."""
    return Window(scope=reader.viewer.search)


def entity_is_readable(
    reader: Reader, window: Window, values: Values, alias: str = "te", program: ReadableProgram | None = None,
    *, with_deleted: bool = False,
) -> str:  # fmt: skip
    """The condition on a tracked entity; with a program it must be enrolled in that one, or have been
    (`with_deleted`, for clients that follow what is deleted)."""
    if program is not None:
        still = "" if with_deleted else f" AND (NOT enrolled.deleted OR {alias}.deleted)"
        return all_of((
            f"{alias}.tracked_entity_type_id = {values.bind(program.type)}",
            f"EXISTS (SELECT FROM enrollment enrolled WHERE enrolled.tracked_entity_id = {alias}.id"
            f" AND enrolled.program_id = {values.bind(program.pk)}{still})",
            _is_owned(reader, window, values, f"{alias}.id", values.bind(program.pk), [program]),
        ))  # fmt: skip
    programs = reader.tracker_programs
    if not programs:
        return "FALSE"
    keys, types = values.bind([one.pk for one in programs]), values.bind([one.type for one in programs])
    return all_of((
        f"{alias}.tracked_entity_type_id = ANY({values.bind(sorted({one.type or 0 for one in programs}))})",
        f"EXISTS (SELECT FROM unnest({keys}::bigint[], {types}::bigint[]) AS program(id, type_id)"
        f" LEFT JOIN program_owner owner ON owner.tracked_entity_id = {alias}.id AND owner.program_id = program.id"
        " JOIN metadata_organisationunit place"
        f" ON place.id = COALESCE(owner.organisation_unit_id, {alias}.organisation_unit_id)"
        f" WHERE program.type_id = {alias}.tracked_entity_type_id"
        f" AND {_lies_open(reader, window, values, programs, 'program.id', f'{alias}.id')})",
    ))  # fmt: skip


def enrollment_is_readable(
    reader: Reader, window: Window, values: Values, alias: str = "en",
    programs: Collection[ReadableProgram] | None = None,
) -> str:  # fmt: skip
    """The condition on an enrollment, of all programs of the reader or of these. One without owner is nobody's."""
    wanted = [one for one in (reader.programs.values() if programs is None else programs) if one.type is not None]
    if not wanted:
        return "FALSE"
    return all_of((
        _is_of(wanted, f"{alias}.program_id", values),
        f"{alias}.tracked_entity_id IS NOT NULL",
        _is_owned(reader, window, values, f"{alias}.tracked_entity_id", f"{alias}.program_id", wanted),
    ))  # fmt: skip


def event_is_readable(
    reader: Reader, window: Window, values: Values, alias: str = "ev",
    programs: Collection[ReadableProgram] | None = None,
) -> str:  # fmt: skip
    """The condition on an event, of all programs of the reader or of these."""
    wanted = list(reader.programs.values() if programs is None else programs)
    tracked, single = [one for one in wanted if one.type is not None], [one for one in wanted if one.type is None]
    ways = []
    if tracked:
        ways.append(all_of((
            _is_of(tracked, f"{alias}.program_id", values),
            f"{alias}.tracked_entity_id IS NOT NULL",
            # By way of the enrollment: from the few owners of a small scope indexes lead to enrollments, and on.
            "EXISTS (SELECT FROM enrollment held JOIN program_owner owner"
            " ON owner.tracked_entity_id = held.tracked_entity_id AND owner.program_id = held.program_id"
            " JOIN metadata_organisationunit place ON place.id = owner.organisation_unit_id"
            f" WHERE held.id = {alias}.enrollment_id AND {_is_of(tracked, 'held.program_id', values)}"
            f" AND {_lies_open(reader, window, values, tracked, 'held.program_id', 'held.tracked_entity_id')})",
        )))  # fmt: skip
    if single:
        ways.append(all_of((
            _is_of(single, f"{alias}.program_id", values),
            f"{alias}.tracked_entity_id IS NULL",
            f"EXISTS (SELECT FROM metadata_organisationunit place WHERE place.id = {alias}.organisation_unit_id"
            f" AND {_lies_open(reader, window, values, single, f'{alias}.program_id', None)})",
        )))  # fmt: skip
    # One way alone is not put in brackets: the planner then sees what it can join.
    conditions = ways if len(ways) == 1 else [any_of(f"({way})" for way in ways)]
    if not reader.viewer.is_superuser:
        conditions.append(f"{alias}.program_stage_id = ANY({values.bind(sorted(reader.stages))})")
    if reader.hidden_option_combos:
        conditions.append(f"{alias}.attribute_option_combo_id <> ALL({values.bind(list(reader.hidden_option_combos))})")
    return all_of(conditions)


def _is_of(programs: Collection[ReadableProgram], column: str, values: Values) -> str:
    keys = [program.pk for program in programs]
    return f"{column} = {values.bind(keys[0])}" if len(keys) == 1 else f"{column} = ANY({values.bind(keys)})"


def _is_owned(
    reader: Reader, window: Window, values: Values, entity: str, program: str, programs: Collection[ReadableProgram]
) -> str:
    return (
        "EXISTS (SELECT FROM program_owner owner"
        " JOIN metadata_organisationunit place ON place.id = owner.organisation_unit_id"
        f" WHERE owner.tracked_entity_id = {entity} AND owner.program_id = {program}"
        f" AND {_lies_open(reader, window, values, programs, 'owner.program_id', entity)})"
    )


def _lies_open(
    reader: Reader, window: Window, values: Values, programs: Collection[ReadableProgram], program: str,
    entity: str | None,
) -> str:  # fmt: skip
    """That the org unit `place` lies in the window and, by the access level of the program, in the viewer's scope.

    `program` and `entity` are columns; without an entity nobody can have broken the glass.
    """
    if window.is_everything:
        return "TRUE"
    viewer = reader.viewer
    levels = (
        ([one.pk for one in programs if one.is_open], lambda: is_below(viewer.search, "place.path", values)),
        ([one.pk for one in programs if not one.is_open], lambda: is_below(viewer.capture, "place.path", values)),
        ([one.pk for one in programs if one.is_protected and entity], lambda: _is_granted(viewer.pk, entity, program,
                                                                                          values)),
    )  # fmt: skip
    given = [(keys, scope) for keys, scope in levels if keys]
    is_uniform = len(given) == 1
    ways = [
        scope() if is_uniform else f"({program} = ANY({values.bind(keys)}) AND {scope()})" for keys, scope in given
    ]  # fmt: skip
    conditions = [any_of(ways)]
    # All ways but the last lead into the search scope anyway.
    if window.scope != viewer.search or any(one.is_protected for one in programs):
        conditions.append(window.shows("place", values))
    return all_of(conditions)


def _is_granted(viewer: int, entity: str | None, program: str, values: Values) -> str:
    return (
        f"EXISTS (SELECT FROM temporary_owner granted WHERE granted.user_id = {values.bind(viewer)}"
        f" AND granted.tracked_entity_id = {entity} AND granted.program_id = {program}"
        " AND granted.valid_till > now())"
    )
