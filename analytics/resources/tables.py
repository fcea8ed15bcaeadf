"""What a resource table is, and the statements that make one.

Source: DHIS2 2.42, resource tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analytics.hands import Hands
from analytics.identifiers import quoted, random_suffix, staging


@dataclass(frozen=True, slots=True)
class ResourceTable:
    """One table. `columns` are definitions, the key first; `fill` is the SELECT of its rows.

    `kind` is what AnalyticsTableHooks name it by. `indexes` are the columns of more indexes than the key's.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    fill: str
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()

    @property
    def staging(self) -> str:
        """Its name until it is swapped in."""
        return staging(self.name)

    def create(self) -> str:
        """The statement that makes it, without rows."""
        return f"CREATE UNLOGGED TABLE {quoted(self.staging)} ({', '.join(self.columns)})"

    def insert(self) -> str:
        """The statement that fills it."""
        return f"INSERT INTO {quoted(self.staging)} {self.fill}"

    def index(self) -> list[str]:
        """The statements that make its indexes; their names end at random, since the old table has some, too."""
        table = quoted(self.staging)
        found = []
        if self.key:
            name = quoted(f"pk_{self.name}_{random_suffix()}"[:63])
            keys = ", ".join(map(quoted, self.key))
            found.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} PRIMARY KEY ({keys})")
        for kind, columns in (("UNIQUE INDEX", self.unique), ("INDEX", self.indexes)):
            for column in columns:
                name = quoted(f"in_{self.name.removeprefix('analytics_rs_')}_{column}"[:57] + "_" + random_suffix())
                found.append(f"CREATE {kind} {name} ON {table} ({quoted(column)})")
        return found


Declare = Callable[[Hands], ResourceTable]
