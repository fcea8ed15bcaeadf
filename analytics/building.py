"""Building what a plan says: staging tables, their rows, hooks, indexes, statistics.

Rows come by CREATE TABLE AS, which PostgreSQL writes faster than INSERT and may do with several processes; the table
becomes a partition afterwards.
"""

from __future__ import annotations

from analytics.hands import Hands, Task
from analytics.hooks import run_analytics_hooks
from analytics.identifiers import quoted, random_suffix, staging
from analytics.plans import Partition, Plan
from analytics.running import Run
from analytics.swapping import partition_name

LONGEST_NAME = 63


def build(plan: Plan, hands: Hands, run: Run) -> None:
    """Make the staging tables of a plan, ready to be swapped in."""
    hands.execute(_create_master(plan))
    for statement in plan.before:
        hands.execute(statement)
    tasks = [_fill(plan, partition) for partition in plan.partitions or ()]
    if plan.partitions is None:
        tasks = [_fill_master(plan)]
    if tasks:
        with run.stage(f"Filling {plan.master}", items=len(tasks)) as stage:
            hands.each(tasks, stage)
            stage.count(_count(plan, hands))
    for name in plan.scratch:
        hands.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
    run_analytics_hooks(hands, run, plan.type)
    tasks = [task for name in _filled(plan) for task in _index(plan, name)]
    with run.stage(f"Indexing {plan.master}", items=len(tasks)) as stage:
        hands.each(tasks, stage)
    with run.stage(f"Analyzing {plan.master}") as stage:
        hands.each([Task(name, f"ANALYZE {quoted(name)}") for name in _filled(plan)], stage)


def _create_master(plan: Plan) -> str:
    columns = ", ".join(column.definition for column in plan.columns)
    return f"CREATE UNLOGGED TABLE {quoted(staging(plan.master))} ({columns})"


def _fill_master(plan: Plan) -> Task:
    names = ", ".join(quoted(column.name) for column in plan.columns)
    values = ", ".join(column.selection for column in plan.columns)
    table = staging(plan.master)
    return Task(table, f"INSERT INTO {quoted(table)} ({names}) SELECT {values} {plan.source}")


def _fill(plan: Plan, partition: Partition) -> Task:
    table = staging(partition_name(plan.master, partition.year))
    values = ", ".join(column.selection for column in plan.columns)
    rules = [f"ALTER {quoted(column.name)} SET NOT NULL" for column in plan.columns if column.required]
    rules += [f"ADD CHECK ({check})" for check in partition.checks]
    return Task(
        table,
        f"CREATE UNLOGGED TABLE {quoted(table)} AS SELECT {values} {plan.source} AND {partition.condition}",
        *([f"ALTER TABLE {quoted(table)} {', '.join(rules)}"] if rules else []),
        f"ALTER TABLE {quoted(table)} INHERIT {quoted(staging(plan.master))}",
    )


def _filled(plan: Plan) -> list[str]:
    """The staging tables that hold rows."""
    if plan.partitions is None:
        return [staging(plan.master)]
    return [staging(partition_name(plan.master, partition.year)) for partition in plan.partitions]


def _count(plan: Plan, hands: Hands) -> int:
    return int(hands.execute(f"SELECT count(*) FROM {quoted(staging(plan.master))}")[0][0])


def _index(plan: Plan, table: str) -> list[Task]:
    """One statement an index, so that several are made side by side."""
    return [
        Task(
            f"{table} ({what})",
            f"CREATE INDEX {_index_name(table, column.name)} ON {quoted(table)} ({what})",
            is_index=True,
        )
        for column in plan.columns
        for what in column.indexes()
    ]


def _index_name(table: str, column: str) -> str:
    """Ends at random: the table that is to be replaced has indexes of the same columns."""
    plain = f"in_{column}_{table.removesuffix('_temp').removeprefix('analytics_')}"
    return quoted(f"{plain[: LONGEST_NAME - 6]}_{random_suffix()}")
