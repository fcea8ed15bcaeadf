"""Resource tables, rebuilt one after the other and each swapped in as soon as it is done.

Source: DHIS2 2.42, resource tables, order of generation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import psycopg2
from django.db import DatabaseError

from analytics.catalogue import list_tables
from analytics.dimensions import (
    DATA_ELEMENT_GROUP_SETS,
    DATA_ELEMENTS,
    DAYS,
    OPTION_COMBO_NAMES,
    OPTION_COMBOS,
    ORG_UNIT_GROUP_SETS,
    ORG_UNITS,
    PERIODS,
    RESOURCES,
    TARGETS,
)
from analytics.hands import Hands
from analytics.hooks import run_resource_hooks
from analytics.identifiers import TEMPORARY, quoted
from analytics.resources.approvals import approval_levels, lowest_approvals
from analytics.resources.data_sets import data_element_structure, data_sets, element_option_combos, expected_reports
from analytics.resources.groups import (
    category_structure,
    data_element_group_sets,
    indicator_group_sets,
    option_combo_names,
)
from analytics.resources.org_units import org_unit_group_sets, org_unit_structure
from analytics.resources.periods import day_structure, period_structure
from analytics.resources.relationships import relationship_counts
from analytics.resources.tables import Declare
from analytics.running import Run
from analytics.swapping import swap_resource_table
from configuration.settings import store_setting

# Later ones read earlier ones.
ORDER: tuple[Declare, ...] = (
    org_unit_structure, expected_reports, option_combo_names, data_element_group_sets, indicator_group_sets,
    data_sets, org_unit_group_sets, category_structure, data_element_structure, day_structure, period_structure,
    element_option_combos, relationship_counts,
)  # fmt: skip
# Of runs that hide what nobody approved.
OF_APPROVALS: tuple[Declare, ...] = (approval_levels, lowest_approvals)
# What analytics tables are joined with.
NEEDED = {
    DATA_ELEMENT_GROUP_SETS, DATA_ELEMENTS, DAYS, OPTION_COMBO_NAMES, OPTION_COMBOS, ORG_UNIT_GROUP_SETS, ORG_UNITS,
    PERIODS, TARGETS,
}  # fmt: skip
LEFTOVERS = f"^analytics.*{TEMPORARY}$"
UPDATED = "keyLastSuccessfulResourceTablesUpdate"
# A crash of PostgreSQL leaves unlogged tables empty. There are always days, and they come after what else is needed.
IS_LOST = f"""
    SELECT NOT EXISTS (SELECT FROM {DAYS})
        OR NOT EXISTS (SELECT FROM {ORG_UNITS}) AND EXISTS (SELECT FROM metadata_organisationunit)
"""


def rebuild_all(hands: Hands, run: Run, started: datetime.datetime) -> None:
    """Rebuild all resource tables. Errors: JobRefused for a hierarchy that is broken."""
    rebuild(hands, run, ORDER)
    with run.step():
        store_setting(UPDATED, started.isoformat())


def rebuild(hands: Hands, run: Run, declarations: Sequence[Declare]) -> None:
    """Rebuild some, in their order."""
    with run.stage("Generating resource tables", items=len(declarations)) as stage:
        for declare in declarations:
            table = declare(hands)
            with stage.item(table.name):
                hands.execute(table.create())
                hands.execute(table.insert())
                run_resource_hooks(hands, run, table.kind)
                for statement in table.index():
                    hands.execute(statement)
                hands.execute(f"ANALYZE {quoted(table.staging)}")
                swap_resource_table(run, table.name)


def are_missing(hands: Hands) -> bool:
    """Whether there is nothing that analytics tables could be joined with."""
    return not set(list_tables(f"^{RESOURCES}")) >= NEEDED or hands.execute(IS_LOST)[0][0]


@contextmanager
def leaving_nothing_behind(hands: Hands) -> Iterator[None]:
    """Drop what a run that was killed left, and what this one leaves when it fails or is cancelled.

    Nobody reads tables of such names. A database that does not answer any more is cleaned by the next run.
    """
    _drop_leftovers(hands)
    try:
        yield
    except Exception:
        with suppress(DatabaseError, psycopg2.Error):
            _drop_leftovers(hands)
        raise


def _drop_leftovers(hands: Hands) -> None:
    for name in list_tables(LEFTOVERS):
        hands.clean(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")
