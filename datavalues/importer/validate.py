"""Fourth stage: which values of a chunk go in. A value stops at its first fault; the others go on."""

from __future__ import annotations

from datavalues.importer.check import record_at
from datavalues.importer.checks import CHECKS
from datavalues.importer.context import Context
from datavalues.importer.resolve import ResolvedChunk


def validate(context: Context, resolved: ResolvedChunk) -> set[int]:
    """The positions that are refused; their conflicts stand in the summary."""
    refused: set[int] = set()
    summary = context.summary
    for check in CHECKS:
        if not check.applies(context):
            continue
        for position, wrong in check.find(context, resolved):
            if position in refused:
                continue
            refused.add(position)
            record = record_at(resolved, position)
            summary.rejected.append(record.index)
            for conflict in check.tell(context, record, wrong):
                summary.add(conflict)
    summary.counts.ignored += len(refused)
    return refused
