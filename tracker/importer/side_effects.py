"""What an import sets off when it has succeeded: a declared list that the commit hands on.

Consumers (notifications, effects of rules) register here. They are called after the transaction, in the process that
imported, and cannot make an import fail: what goes wrong in them is logged. Nothing is handed on for VALIDATE, DELETE
and `skipSideEffects`. Source: DHIS2 2.42, tracker import, side effects.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from tracker.importer.context import Context
from tracker.importer.items import Action, EventItem
from tracker.rules.effects import Message
from tracker.rules.messages import messages_to_send

logger = logging.getLogger(__name__)


class Trigger(StrEnum):
    """What happened, by the names of notification triggers."""

    ENROLLMENT = "ENROLLMENT"  # somebody was enrolled
    COMPLETION = "COMPLETION"  # an enrollment or an event was completed
    PROGRAM_RULE = "PROGRAM_RULE"  # a program rule sends or schedules a message


@dataclass(frozen=True, slots=True)
class SideEffect:
    """One thing that happened: to an enrollment or to an event (its uid), of a program or of a stage (their keys).

    Of a program rule: the uids of the rule and of the template to be sent, now or on `date`. A template comes once an
    enrollment unless it may repeat; to keep what is scheduled, and to take it back, is the consumers' task.
    """

    trigger: Trigger
    program: int
    enrollment: str | None = None
    event: str | None = None
    program_stage: int | None = None
    template: str | None = None
    rule: str | None = None
    date: datetime.date | None = None


Consumer = Callable[[Sequence[SideEffect]], None]
_consumers: list[Consumer] = []


def register_consumer(consume: Consumer) -> None:
    """Have `consume` called with the side effects of every import."""
    _consumers.append(consume)


def collect_side_effects(context: Context) -> list[SideEffect]:
    """What this import set off. Without anybody to tell it to nothing is, and no message is remembered as sent."""
    if context.is_delete or context.params.skip_side_effects or not _consumers:
        return []
    found = [_of_message(message) for message in messages_to_send(context)]
    for item in context.bundle.enrollments:
        if item.is_ignored:
            continue
        if item.action is Action.CREATE:
            found.append(SideEffect(Trigger.ENROLLMENT, item.program.pk, enrollment=item.uid))
        if item.status == "COMPLETED" and (item.stored is None or item.stored.status != "COMPLETED"):
            found.append(SideEffect(Trigger.COMPLETION, item.program.pk, enrollment=item.uid))
    for item in context.bundle.events:
        is_completed = item.status == "COMPLETED" and (item.stored is None or item.stored.status != "COMPLETED")
        if is_completed and not item.is_ignored:
            found.append(SideEffect(Trigger.COMPLETION, item.program.pk, event=item.uid, program_stage=item.stage.pk))
    return found


def _of_message(message: Message) -> SideEffect:
    item, told = message.item, {"template": message.template, "rule": message.rule.uid, "date": message.date}
    if isinstance(item, EventItem):
        return SideEffect(
            Trigger.PROGRAM_RULE, item.program.pk, event=item.uid, program_stage=item.stage.pk, **told
        )  # fmt: skip
    return SideEffect(Trigger.PROGRAM_RULE, item.program.pk, enrollment=item.uid, **told)


def hand_on(effects: Sequence[SideEffect]) -> None:
    """Tell the consumers once the import is committed."""
    if effects:
        transaction.on_commit(lambda: _tell(effects), robust=True)


def _tell(effects: Sequence[SideEffect]) -> None:
    for consume in _consumers:
        try:
            consume(effects)
        except Exception:  # the import has succeeded, and the next consumer must hear of it, too
            logger.exception("A side effect of an import failed")
