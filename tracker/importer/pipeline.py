"""The import of tracker objects, the only door to its rules: sync, async, dry run and demo loader use it.

    decode → flatten → preheat → preprocess → validate → cascade → rules → commit → side effects → report

All in one transaction; VALIDATE ends before `commit`. Stored objects that the bundle touches are locked in preheat, in
one order for all imports; what another import creates in the meantime shows as a collision of keys, and then the bundle
is looked at again from preheat on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone

from dhis2api.figures import count_import
from dhis2api.objects.writers import record_writer
from tracker.access.viewer import viewer_of
from tracker.collisions import begun_again
from tracker.importer.cascade import drop_children
from tracker.importer.commit import commit
from tracker.importer.context import Context
from tracker.importer.faults import FailFast
from tracker.importer.flatten import flatten
from tracker.importer.preheat import preheat
from tracker.importer.preprocess import preprocess
from tracker.importer.profile import WireProfile
from tracker.importer.report import ImportReport, Outcome
from tracker.importer.schemes import schemes_of
from tracker.importer.side_effects import collect_side_effects, hand_on
from tracker.importer.validate import validate
from tracker.params import AtomicMode, ImportMode, TrackerImportParams
from tracker.records import Payload
from tracker.rules.engine import run_rules
from tracker.rules.outcomes import validate_rules


def import_tracker_objects(
    decode: Callable[[], Payload], *, params: TrackerImportParams, user: Any, profile: WireProfile | None = None
) -> ImportReport:
    """Import one bundle in one transaction.

    Shapes: `decode` makes the payload, and again if the bundle has to be looked at again.
    Errors: ApiError 400 for a body or a parameter that cannot be read; everything else stands in the report, by object.
        With atomicMode ALL an error means that nothing was written.
    Source: DHIS2 2.42, tracker import, pipeline.
    """
    schemes = schemes_of(params)
    profile = profile or WireProfile()

    @begun_again
    def attempt() -> ImportReport:
        timers = Timers()
        with timers("totalImport"):
            context = Context(
                params=params, schemes=schemes, profile=profile, viewer=viewer_of(user), user=user,
                now=timezone.now(), bundle=flatten(decode(), profile),
            )  # fmt: skip
            outcome = _run(context, timers)
        report = ImportReport(context, outcome, timers.seconds)
        if outcome.by_type is not None:
            counts = report.counts
            count_import(
                "tracker", imported=counts.created, updated=counts.updated, deleted=counts.deleted,
                ignored=counts.ignored,
            )  # fmt: skip
        return report

    return attempt()


def _run(context: Context, timers: Timers) -> Outcome:
    try:
        with timers("preheat"):
            preheat(context)
        with timers("preprocess"):
            preprocess(context)
        with timers("validation"):
            validate(context)
            drop_children(context)
        if not context.is_delete and not context.params.skip_rule_engine:
            with timers("programrule"):
                run_rules(context)
            with timers("programruleValidation"):
                validate_rules(context)
                drop_children(context)
    except FailFast:
        return Outcome(is_error=True)
    if context.errors and context.params.atomic_mode is AtomicMode.ALL:
        return Outcome(is_error=True)
    if context.params.import_mode is ImportMode.VALIDATE:
        return Outcome(is_validation=True)
    with timers("commit"):
        outcome = commit(context)
        record_writer(context.now)
    hand_on(collect_side_effects(context))
    return outcome


class Timers:
    """Seconds by stage, in DHIS2's names and order; stages that did not run show zero."""

    def __init__(self) -> None:
        names = ("preheat", "preprocess", "commit", "programrule", "programruleValidation", "totalImport", "validation")
        self.seconds = dict.fromkeys(names, 0.0)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - begun
