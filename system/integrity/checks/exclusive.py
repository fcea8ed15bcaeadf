"""Groups of a group set exclude each other: an object is in one of them at most."""

from __future__ import annotations

from system.integrity.declaring import Check, ReportMember, Severity, Shape


def in_one_group_of_a_set(
    name: str, severity: Severity, issues: str, words: str, kind: str, *, report: str
) -> Check:  # fmt: skip
    """The check of one type; `kind` is its name in the names of the tables."""
    table = kind.replace("_", "")
    return Check(
        name, severity, issues,
        f"Objects in two groups of a group set: {words}s",
        f"A {words} is in more than one group of a group set.",
        "The groups of a group set exclude each other: its data would be counted twice.",
        "Leave it in one group of the group set.",
        f"""
        SELECT item.uid, item.name, excess.name, excess.groups FROM metadata_{table} item JOIN (
            SELECT member.{table}_id AS item_id, sets.name, array_agg(groups.name ORDER BY groups.name) AS groups
            FROM metadata_{table}group_{kind}s member
            JOIN metadata_{table}group groups ON groups.id = member.{table}group_id
            JOIN metadata_{table}groupset_{kind}_groups own ON own.{table}group_id = groups.id
            JOIN metadata_{table}groupset sets ON sets.id = own.{table}groupset_id
            GROUP BY member.{table}_id, sets.id HAVING count(*) > 1
        ) AS excess ON excess.item_id = item.id
        """,
        report=ReportMember(report, Shape.REFS),
    )  # fmt: skip
