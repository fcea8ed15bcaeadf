"""The dimensions that become columns: levels, group sets, categories, period types.

An object is a dimension as soon as the resource tables have a column for it: one that was made since they were rebuilt
waits for the next time. Source: DHIS2 2.42, analytics, dynamic columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.hands import Hands
from analytics.identifiers import literal, quoted
from analytics.plans import TEXT, UID, Column
from dhis2api.periods import PERIOD_TYPES

RESOURCES = "analytics_rs_"
ORG_UNITS = "analytics_rs_orgunitstructure"
ORG_UNIT_GROUP_SETS = "analytics_rs_organisationunitgroupsetstructure"
DATA_ELEMENT_GROUP_SETS = "analytics_rs_dataelementgroupsetstructure"
INDICATOR_GROUP_SETS = "analytics_rs_indicatorgroupsetstructure"
OPTION_COMBOS = "analytics_rs_categorystructure"
OPTION_COMBO_NAMES = "analytics_rs_categoryoptioncomboname"
DATA_ELEMENTS = "analytics_rs_dataelementstructure"
PERIODS = "analytics_rs_periodstructure"
DAYS = "analytics_rs_dateperiodstructure"
TARGETS = "analytics_rs_datasetorganisationunitcategory"

DISAGGREGATION, ATTRIBUTE = "DISAGGREGATION", "ATTRIBUTE"
COLUMNS_OF = """
    SELECT attname FROM pg_attribute WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped
"""
GROUP_SETS = "SELECT uid FROM {} WHERE data_dimension ORDER BY uid"
SPLIT = "SELECT uid, data_dimension_type FROM {} WHERE data_dimension ORDER BY uid"


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What the resource tables know. Uids; those of categories and their group sets with their type."""

    levels: int
    org_unit_group_sets: tuple[str, ...]
    data_element_group_sets: tuple[str, ...]
    categories: tuple[tuple[str, str], ...]
    category_group_sets: tuple[tuple[str, str], ...]

    def level_columns(self, units: str) -> list[Column]:
        """The ancestors of an org unit, by the alias of its structure."""
        return [
            Column(f"uidlevel{level}", UID, f"{units}.uidlevel{level}") for level in range(1, self.levels + 1)
        ]  # fmt: skip

    def hierarchy_column(self, units: str) -> Column:
        """The names of an org unit and its ancestors, in one text."""
        names = ", ".join(f"{units}.namelevel{level}" for level in range(1, self.levels + 1))
        return Column("ounamehierarchy", TEXT, f"concat_ws(' / ', {names})" if names else "NULL", collation="C")

    def org_unit_group_columns(self, groups: str) -> list[Column]:
        """The group of an org unit in each set."""
        return _uids(self.org_unit_group_sets, groups)

    def data_element_group_columns(self, groups: str) -> list[Column]:
        """The group of a data element in each set."""
        return _uids(self.data_element_group_sets, groups)

    def category_columns(self, combos: str, kind: str) -> list[Column]:
        """The option of an option combo in each category of a kind."""
        return _uids([uid for uid, its_kind in self.categories if its_kind == kind], combos)

    def category_group_columns(self, combos: str, kind: str) -> list[Column]:
        """The option group of an option combo in each group set of a kind."""
        return _uids([uid for uid, its_kind in self.category_group_sets if its_kind == kind], combos)


def period_columns(periods: str) -> list[Column]:
    """The period of each type around a period or a day."""
    return [Column(name, TEXT, f"{periods}.{name}") for name in PERIOD_COLUMNS]


PERIOD_COLUMNS = tuple(name.lower() for name in PERIOD_TYPES)


def load_dimensions(hands: Hands) -> Dimensions:
    """What the resource tables of this moment know."""
    units = known_columns(hands, ORG_UNITS)
    of_org_units = known_columns(hands, ORG_UNIT_GROUP_SETS)
    of_elements = known_columns(hands, DATA_ELEMENT_GROUP_SETS)
    of_combos = known_columns(hands, OPTION_COMBOS)
    return Dimensions(
        levels=sum(name.startswith("uidlevel") for name in units),
        org_unit_group_sets=_group_sets(hands, "metadata_organisationunitgroupset", of_org_units),
        data_element_group_sets=_group_sets(hands, "metadata_dataelementgroupset", of_elements),
        categories=_split(hands, "metadata_category", of_combos),
        category_group_sets=_split(hands, "metadata_categoryoptiongroupset", of_combos),
    )


def known_columns(hands: Hands, table: str) -> set[str]:
    """The columns of a table; none of one that does not exist."""
    return {name for (name,) in hands.execute(COLUMNS_OF.format(literal(table)))}


def _group_sets(hands: Hands, table: str, known: set[str]) -> tuple[str, ...]:
    return tuple(uid for (uid,) in hands.execute(GROUP_SETS.format(table)) if uid in known)


def _split(hands: Hands, table: str, known: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple((uid, kind) for uid, kind in hands.execute(SPLIT.format(table)) if uid in known)


def _uids(uids: Sequence[str], alias: str) -> list[Column]:
    return [Column(uid, UID, f"{alias}.{quoted(uid)}") for uid in uids]
