"""Which attribute values a list may be asked by: those that its reader is shown.

A value of an attribute of some type is seen by whoever sees the tracked entity; one that programs alone ask for, by
whoever sees the tracked entity in one of these programs. To everybody else it is as if there were no value: filters and
orders must not tell what answers do not. Source: DHIS2 2.42, tracker access control; the strict rule, where DHIS2
filters by anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.access.predicates import EVERYWHERE, Window, entity_is_readable, own_window
from tracker.access.reader import ReadableProgram, Reader
from tracker.access.statements import Values, any_of
from tracker.export.filters import Field


@dataclass(frozen=True, slots=True)
class ShownValues:
    """`program` is the one that the list names: what it shows is readable in that program anyway."""

    reader: Reader
    window: Window
    program: ReadableProgram | None
    values: Values

    def condition(self, field: Field, entity: str) -> str:
        """That the reader is shown the value of the tracked entity whose key is in the column `entity`."""
        if field.programs is None or (self.program is not None and self.program.pk in field.programs):
            return "TRUE"
        window = EVERYWHERE if self.window.is_everything else own_window(self.reader)
        ways = [
            entity_is_readable(self.reader, window, self.values, "seen", program)
            for program in self.reader.tracker_programs if program.pk in field.programs
        ]  # fmt: skip
        return f"EXISTS (SELECT FROM tracked_entity seen WHERE seen.id = {entity} AND {any_of(ways)})"
