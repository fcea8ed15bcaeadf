"""The messages that rules send about what went in: of each template once an enrollment, unless it may repeat.

What was sent is remembered with the import itself: two imports at once send one message. Events of event programs have
no enrollment; their messages always go. Source: DHIS2 2.42, tracker import, program rules, messages.
"""

from __future__ import annotations

from collections.abc import Sequence

from metadata.models import ProgramNotificationTemplate
from tracker.importer.context import Context
from tracker.importer.items import EnrollmentItem, EventItem
from tracker.importer.preheat_objects import rows
from tracker.rules.effects import Message

REMEMBER = """
    -- what is new of these pairs
    INSERT INTO program_rule_message (enrollment_id, template_uid, created_at)
    SELECT DISTINCT enrollment, template, %(now)s::timestamptz
    FROM unnest(%(enrollments)s::bigint[], %(templates)s::text[]) AS wanted (enrollment, template)
    ORDER BY enrollment, template
    ON CONFLICT DO NOTHING RETURNING enrollment_id, template_uid
"""


def messages_to_send(context: Context) -> list[Message]:
    """Those whose template exists, and has not been sent about the enrollment. Two queries. After the commit stage,
    when objects have their keys."""
    wanted = [effect for effect in context.effects if isinstance(effect, Message) and not effect.item.is_ignored]
    if not wanted:
        return []
    templates = ProgramNotificationTemplate.objects.filter(uid__in={message.template for message in wanted})
    repeatable = dict(templates.values_list("uid", "send_repeatable"))
    known = [message for message in wanted if message.template in repeatable]
    fresh = _remember(context, [message for message in known if not repeatable[message.template]])
    due = []
    for message in known:
        pair = _enrollment_key(message.item, context), message.template
        if repeatable[message.template] or pair[0] is None:
            due.append(message)
        elif pair in fresh:
            fresh.discard(pair)  # another rule may send the same
            due.append(message)
    return due


def _remember(context: Context, messages: Sequence[Message]) -> set[tuple[int | None, str]]:
    pairs = [(_enrollment_key(message.item, context), message.template) for message in messages]
    found = [pair for pair in pairs if pair[0] is not None]
    if not found:
        return set()
    return set(rows(
        REMEMBER, enrollments=[key for key, _ in found], templates=[template for _, template in found],
        now=context.now,
    ))  # fmt: skip


def _enrollment_key(item: EnrollmentItem | EventItem, context: Context) -> int | None:
    """The key of the enrollment that an object is, or belongs to; None in an event program."""
    if isinstance(item, EnrollmentItem):
        return item.pk
    if not item.program.has_registration:
        return None
    stored = context.known.enrollments.get(item.enrollment or "")
    return stored.pk if stored is not None else context.bundle.enrollment[item.enrollment or ""].pk
