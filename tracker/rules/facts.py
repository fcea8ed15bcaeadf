"""What rules may ask for beyond the objects of a payload, each loaded once for all of them, and only if a rule asks.

The number of queries depends on what rules ask for, never on how many objects there are.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from expressions.errors import EvaluationError
from metadata.models import Constant, OrganisationUnit, OrganisationUnitGroup, ProgramStage
from tracker.access.predicates import event_is_readable, own_window
from tracker.access.reader import make_reader
from tracker.access.statements import Values
from tracker.importer.context import Context
from tracker.importer.items import Action, EventItem
from tracker.importer.preheat_objects import rows
from tracker.rules.families import EventFacts, Moment, sent_values

DATES = "SELECT uid, enrolled_at, coalesce(occurred_at, enrolled_at) FROM enrollment WHERE uid = ANY(%(uids)s)"
CREATED = "SELECT uid, coalesce(created_at_client, created_at) FROM event WHERE uid = ANY(%(uids)s)"
SIBLINGS = """
    SELECT enrollment.uid, ev.program_stage_id, coalesce(ev.occurred_at, ev.scheduled_at),
        coalesce(ev.created_at_client, ev.created_at), ev.data_values::text
    FROM event ev JOIN enrollment ON enrollment.id = ev.enrollment_id
    WHERE ev.enrollment_id = ANY({enrollments}) AND NOT ev.deleted AND ev.uid <> ALL({sent}) AND {readable}
"""


class _Constants(dict[str, float]):
    def __missing__(self, uid: str) -> float:
        raise EvaluationError(f"There is no constant `{uid}`")


class Facts:
    """What the objects of one import share."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.today = timezone.localdate(context.now)
        self._days: dict[datetime.datetime, datetime.date] = {}

    def day(self, moment: Moment) -> datetime.date | None:
        """The server's day of a moment. Moments repeat, and a time zone takes long."""
        if moment is None:
            return None
        day = self._days.get(moment)
        if day is None:
            day = self._days[moment] = timezone.localdate(moment)
        return day

    def event(self, item: EventItem) -> EventFacts:
        """An event of the payload: what it says, over what is stored of it."""
        stored = item.stored
        sent = sent_values(item, self.context.known.data_elements)
        values = sent if None not in sent.values() else {uid: text for uid, text in sent.items() if text is not None}
        if stored is not None:
            kept = {uid: entry["value"] for uid, entry in stored.data_values.items() if uid not in sent}
            values = kept | values
        created = item.record.created_at_client
        if created is None:
            created = self.context.now if item.action is Action.CREATE else self.created.get(item.uid, self.context.now)
        return EventFacts(item.stage.pk, self.day(item.occurred_at or item.scheduled_at), created, values, sent)

    @cached_property
    def created(self) -> dict[str, datetime.datetime]:
        """When the stored events of the payload were made, by uid."""
        uids = [item.uid for item in self.context.bundle.events if item.stored is not None]
        return dict(rows(CREATED, uids=uids))

    @cached_property
    def dates(self) -> dict[str, tuple[Moment, Moment]]:
        """Of stored enrollments by uid: when somebody was enrolled, when the incident was."""
        found = rows(DATES, uids=list(self.context.known.enrollments))
        return {uid: (enrolled, occurred) for uid, enrolled, occurred in found}

    @cached_property
    def siblings(self) -> dict[str, list[EventFacts]]:
        """By the uid of their enrollment: stored events that the payload does not send, and that the user may read."""
        context = self.context
        found: dict[str, list[EventFacts]] = defaultdict(list)
        keys = [enrollment.pk for enrollment in context.known.enrollments.values() if not enrollment.deleted]
        if not keys:
            return found
        values, reader = Values(), make_reader(context.viewer)
        statement = SIBLINGS.format(
            enrollments=values.bind(keys),
            sent=values.bind([item.uid for item in context.bundle.events if not item.is_ignored]),
            readable=event_is_readable(reader, own_window(reader), values),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            for enrollment, stage, moment, created, document in cursor.fetchall():
                texts = {uid: entry["value"] for uid, entry in orjson.loads(document).items()}
                found[enrollment].append(EventFacts(stage, self.day(moment), created, texts, {}))
        return found

    @cached_property
    def constants(self) -> dict[str, float]:
        """All constants by uid."""
        return _Constants({uid: float(value) for uid, value in Constant.objects.values_list("uid", "value")})

    @cached_property
    def stage_names(self) -> dict[int, str]:
        """Names of the stages of this import, by key."""
        stages = ProgramStage.objects.filter(pk__in=list(self.context.known.stages_by_pk))
        return dict(stages.values_list("pk", "name"))

    @cached_property
    def org_unit_codes(self) -> dict[int, str]:
        """Codes of the org units of this import, by key."""
        units = OrganisationUnit.objects.filter(pk__in=self._org_units)
        return {key: code for key, code in units.values_list("pk", "code") if code}

    @cached_property
    def org_unit_groups(self) -> dict[int, set[str]]:
        """Uids and codes of the groups of the org units of this import, by the key of the org unit."""
        groups: dict[int, set[str]] = defaultdict(set)
        links: Any = OrganisationUnitGroup.organisation_units.through.objects
        for unit, uid, code in links.filter(organisationunit__in=self._org_units).values_list(
            "organisationunit_id", "organisationunitgroup__uid", "organisationunitgroup__code"
        ):
            groups[unit] |= {uid, code} - {None}
        return groups

    @cached_property
    def user_roles(self) -> frozenset[str]:
        """Uids of the roles of who imports."""
        return frozenset(self.context.user.user_roles.values_list("uid", flat=True))

    @property
    def user_groups(self) -> frozenset[str]:
        return self.context.viewer.principal.groups

    @property
    def _org_units(self) -> list[int]:
        return [unit.pk for unit in self.context.known.org_units.values() if unit]
