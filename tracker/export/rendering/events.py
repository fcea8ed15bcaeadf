"""Events with their data values, notes and relationships."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from tracker.access.elements import readable_elements
from tracker.access.predicates import event_is_readable
from tracker.access.statements import Values
from tracker.export.fields import Plan
from tracker.export.rendering.notes import load_notes
from tracker.export.rendering.session import Session, rows, without_nulls

# Programs and stages are known by their keys, which spares the planner most of what it would weigh.
EVENTS = """
    -- events in the order they were made
    SELECT ev.id, ev.enrollment_id, ev.uid, ev.status, ev.program_id, ev.program_stage_id, en.uid,
        CASE WHEN ev.tracked_entity_id IS NOT NULL THEN en.status END, te.uid, place.uid, place.name, ev.occurred_at,
        ev.scheduled_at, ev.stored_by, ev.follow_up, ev.deleted, ev.created_at, ev.created_at_client, ev.updated_at,
        ev.updated_at_client, ev.attribute_option_combo_id, ev.completed_by, ev.completed_at, ev.geometry,
        assigned.uid, assigned.username, assigned.first_name, assigned.surname, ev.created_by_id, ev.updated_by_id,
        ev.data_values
    FROM event ev
    JOIN enrollment en ON en.id = ev.enrollment_id
    LEFT JOIN tracked_entity te ON te.id = ev.tracked_entity_id
    LEFT JOIN metadata_organisationunit place ON place.id = ev.organisation_unit_id
    LEFT JOIN users_user assigned ON assigned.id = ev.assigned_user_id
    WHERE {conditions}
    ORDER BY ev.id
"""
OPTION_COMBOS = """
    -- option combos, and the options that they are made of
    SELECT combo.id, combo.uid, string_agg(option.uid, %(separator)s ORDER BY option.id)
    FROM metadata_categoryoptioncombo combo
    LEFT JOIN metadata_categoryoptioncombo_category_options part ON part.categoryoptioncombo_id = combo.id
    LEFT JOIN metadata_categoryoption option ON option.id = part.categoryoption_id
    WHERE combo.id = ANY(%(combos)s)
    GROUP BY combo.id
"""


def load_events(
    session: Session, condition: str, values: Values, plan: Plan, *, are_readable: bool = False
) -> list[tuple[int, int, dict[str, Any]]]:
    """(key, key of the enrollment, event) of those that meet a condition on `ev` and that the reader may see.

    `are_readable`: that was asked already.
    """
    if not are_readable:
        allowed = event_is_readable(session.reader, session.window, values)
        condition = f"{condition} AND {session.only_shown('ev')} AND ({allowed})"
    found = rows(EVENTS.format(conditions=condition), values)
    keys = [row[0] for row in found]
    if plan.shows("attributeOptionCombo", "attributeCategoryOptions"):
        _load_option_combos(session, {row[20] for row in found})
    notes = load_notes(session, "event", keys) if plan.shows("notes") else {}
    values_of = _data_values(session, found, plan.part("dataValues")) if plan.shows("dataValues") else {}
    return [
        (row[0], row[1], _show(session, row, plan) | without_nulls({
            "relationships": session.relationships_of("event", row[0], plan),
            "dataValues": values_of.get(row[0], []),
            "notes": notes.get(row[0], []),
        })) for row in found
    ]  # fmt: skip


def _show(session: Session, row: Sequence[Any], plan: Plan) -> dict[str, Any]:
    moment, reader, author = session.moment, session.reader, session.authors_of(plan)
    combo, options = session.option_combos.get(row[20], (None, None))
    return without_nulls({
        "event": row[2], "status": row[3], "program": reader.programs[row[4]].uid,
        "programStage": reader.stages.get(row[5]), "enrollment": row[6],
        "enrollmentStatus": row[7], "trackedEntity": row[8], "orgUnit": row[9], "orgUnitName": row[10],
        "occurredAt": moment(row[11]), "scheduledAt": moment(row[12]), "storedBy": row[13], "followUp": row[14],
        "deleted": row[15], "createdAt": moment(row[16]), "createdAtClient": moment(row[17]),
        "updatedAt": moment(row[18]), "updatedAtClient": moment(row[19]), "attributeOptionCombo": combo,
        "attributeCategoryOptions": options, "completedBy": row[21],
        "completedAt": moment(row[22]), "geometry": session.geometry(row[23]),
        "assignedUser": _assigned(session, row[24:28]),
        "createdBy": author(row[28]), "updatedBy": author(row[29]),
    })  # fmt: skip


def _assigned(session: Session, user: Sequence[str | None]) -> Any:
    uid, username, first_name, surname = user
    if uid is None or session.style.is_flat:
        return uid
    return {
        "uid": uid, "username": username, "firstName": first_name, "surname": surname,
        "displayName": f"{first_name} {surname}".strip(),
    }  # fmt: skip


def _data_values(
    session: Session, found: Sequence[Sequence[Any]], plan: Plan
) -> dict[int, list[dict[str, Any]]]:  # fmt: skip
    """The values of each event in the order they were made. What one does not say is as the event was made with."""
    author = session.authors_of(plan)
    stored = {row[0]: orjson.loads(row[30]) for row in found}
    if session.checks_elements:
        shown = _readable_elements(session, {uid for values in stored.values() for uid in values})
        stored = {key: {uid: values[uid] for uid in values if uid in shown} for key, values in stored.items()}
    return {
        row[0]: sorted(
            (_data_value(session, author, row, uid, value) for uid, value in stored[row[0]].items()),
            key=lambda value: (value["createdAt"], value["dataElement"]),
        ) for row in found
    }  # fmt: skip


def _readable_elements(session: Session, uids: set[str]) -> set[str]:
    found = readable_elements(session.reader.viewer.principal).filter(uid__in=uids)
    return set(found.values_list("uid", flat=True))


def _data_value(
    session: Session, author: Callable[[int | None], Any], row: Sequence[Any], uid: str, value: Mapping[str, Any]
) -> dict[str, Any]:
    created = _moment(session, value.get("createdAt"), row[16])
    created_by = value.get("createdBy", row[28])
    return without_nulls({
        "createdAt": created,
        "updatedAt": _moment(session, value["updatedAt"], row[16]) if value.get("updatedAt") else created,
        "storedBy": value.get("storedBy", row[13]),
        "providedElsewhere": value.get("providedElsewhere", False),
        "dataElement": uid,
        "value": value.get("value"),
        "createdBy": author(created_by),
        "updatedBy": author(value.get("updatedBy", created_by)),
    })  # fmt: skip


def _moment(session: Session, text: str | None, default: datetime) -> str | None:
    return session.moment(datetime.fromisoformat(text) if text else default)


def _load_option_combos(session: Session, combos: set[int]) -> None:
    """One query, none where all combos are known."""
    unknown = sorted(combos - session.option_combos.keys())
    if unknown:
        found = rows(OPTION_COMBOS, {"combos": unknown, "separator": session.style.option_separator})
        session.option_combos.update({key: (uid, options) for key, uid, options in found})
