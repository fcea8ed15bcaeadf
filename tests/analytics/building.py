"""Building tables in a test's own transaction, and looking at what stands in them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils import timezone

from analytics.hands import OwnHands
from analytics.plans import Update
from analytics.rebuilding import ORDER, rebuild, rebuild_all
from analytics.resources.tables import Declare
from analytics.running import Unattended
from analytics.table_types import TableType
from analytics.updating import update_latest, update_tables
from configuration.settings import store_settings
from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from metadata.models import AnalyticsTableHook, CategoryOptionCombo, DataElement, OrganisationUnit, Period, Program
from tests.tracker.world import make_data_element
from users.models import User

NUMBERS = {"value_type": "NUMBER", "aggregation_type": "SUM", "domain_type": "AGGREGATE"}
INSERT = """
    INSERT INTO datavalue (data_element_id, period_id, organisation_unit_id, category_option_combo_id,
        attribute_option_combo_id, value, deleted, created, last_updated)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id)
    DO UPDATE SET value = excluded.value, deleted = excluded.deleted, last_updated = excluded.last_updated
"""


def build(*types: TableType, skip_resource_tables: bool = False, **asked: Any) -> None:
    """Have the tables of some types built; what was written before is in them."""
    update = Update(started=timezone.now(), skip_types=frozenset(TableType) - set(types), **but_the_demo(asked))
    update_tables(update, OwnHands(), Unattended(), skip_resource_tables=skip_resource_tables)


def build_latest(*types: TableType, **asked: Any) -> None:
    """Have the latest partitions of some types built."""
    update_latest(
        Update(started=timezone.now(), skip_types=frozenset(TableType) - set(types), **but_the_demo(asked)),
        OwnHands(), Unattended(),
    )  # fmt: skip


def but_the_demo(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked for, without the programs of the demo: their tables take time, and no test looks at them."""
    of_demo = frozenset(Program.objects.exclude(name__startswith="Program ").values_list("uid", flat=True))
    return asked | {"skip_programs": asked.get("skip_programs", frozenset()) | of_demo}


def build_resources(*declarations: Declare) -> None:
    """Have some resource tables built, or all."""
    if declarations:
        rebuild(OwnHands(), Unattended(), [one for one in ORDER if one in declarations])
    else:
        rebuild_all(OwnHands(), Unattended(), timezone.now())


def element(**members: Any) -> DataElement:
    """A data element that counts something."""
    return make_data_element(**(NUMBERS | members))


def period(iso: str) -> Period:
    """The row of a period."""
    found = parse_period(iso)
    return Period.objects.get_or_create(
        iso=found.iso,
        defaults={"period_type": found.type.name, "start_date": found.start, "end_date": found.end},
    )[0]


def store(
    of: DataElement, value: str | None = "5", *, pe: str = "202401", ou: str = ids.NGELEHUN_CHC,
    co: CategoryOptionCombo | None = None, ao: CategoryOptionCombo | None = None, deleted: bool = False,
    updated: datetime.datetime | None = None,
) -> None:  # fmt: skip
    """A data value; one of the same key is replaced."""
    default = CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO)
    moment = updated or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                of.pk, period(pe).pk, unit(ou).pk, (co or default).pk, (ao or default).pk, value, deleted, moment,
                moment,
            ],
        )  # fmt: skip


def unit(uid: str) -> OrganisationUnit:
    """An org unit."""
    return OrganisationUnit.objects.get(uid=uid)


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """What a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall()


def row(table: str, where: str, *parameters: object) -> dict[str, Any]:
    """The one row of a table that meets a condition."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" WHERE {where}', parameters or None)
        found = cursor.fetchall()
        assert len(found) == 1, found
        return dict(zip([column.name for column in cursor.description], found[0], strict=True))


def of_element(data_element: DataElement, columns: str = "value, textvalue") -> list[tuple[Any, ...]]:
    """Columns of the rows of a data element, by period and unit."""
    return rows(f"SELECT {columns} FROM analytics WHERE dx = %s ORDER BY pe, ou, co", data_element.uid)


def columns_of(table: str) -> list[str]:
    """The names of a table's columns, in their order."""
    return [name for (name,) in rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 ORDER BY attnum",
        f'"{table}"',
    )]  # fmt: skip


def tables(like: str) -> list[str]:
    """The names of tables."""
    return [name for (name,) in rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ %s ORDER BY relname", like
    )]  # fmt: skip


def partitions() -> list[str]:
    """Those of the table of data values."""
    return tables("^analytics_[0-9]+$")


def indexed(table: str) -> list[str]:
    """What a table's indexes are on, as PostgreSQL writes it."""
    found = rows("SELECT indexdef FROM pg_indexes WHERE tablename = %s", table)
    return sorted(text.partition(" USING btree ")[2] for (text,) in found)


def raised(error: type[Exception], work: Callable[[], object]) -> Exception:
    """What something raises."""
    try:
        work()
    except error as found:
        return found
    raise AssertionError(f"{error.__name__} was not raised")


def set_settings(**values: object) -> None:
    """Change system settings."""
    store_settings(values)


def hook(phase: str, sql: str, author: str = "admin", **members: str) -> None:
    """An AnalyticsTableHook of the table of data values, unless said otherwise."""
    content = {"phase": phase, "sql": sql, "analyticsTableType": "DATA_VALUE", **members}
    user = User.objects.get(username=author)
    AnalyticsTableHook.objects.create(name=f"Hook {phase}", content=content, last_updated_by=user)
