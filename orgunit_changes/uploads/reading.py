"""The body of an upload as values: each member alone, all faults at once. What it names is looked up later.

Null means "not requested" everywhere; members that nobody knows are passed over, since phones send some of their own.
Source: the change request API, create and update.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from orgunit_changes import errors
from orgunit_changes.errors import NON_FIELD, Refused, refuse_all
from orgunit_changes.fields import REQUESTABLE, SENT_NAMES
from orgunit_changes.identifiers import Malformed, Reference, parse_reference
from orgunit_changes.locations import Location
from orgunit_changes.members import Wrong, require_list

LONGEST_NAME = 230  # as DHIS2's org units
LARGEST_ACCURACY = Decimal("99999.99")
HUNDREDTHS = Decimal("0.01")
DATE_INVALID = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
LOCATION_INVALID = "Enter a valid location."
NUMBER_INVALID = "A valid number is required."
NUMBER_NEGATIVE = "Ensure this value is greater than or equal to 0."
NAME_TOO_LONG = "Ensure this field has no more than {} characters."


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a body asks for; None is "not requested", an empty list of groups "of none"."""

    uuid: uuid.UUID
    org_unit: Reference
    new_parent: Reference | None = None
    new_name: str | None = None
    new_org_unit_type: Reference | None = None
    new_groups: tuple[Reference, ...] | None = None
    new_location: Location | None = None
    new_location_accuracy: Decimal | None = None
    new_opening_date: date | None = None
    new_closed_date: date | None = None
    new_reference_instances: tuple[Reference, ...] | None = None

    @property
    def requested_fields(self) -> list[str]:
        """What is asked for, in the order of all lists."""
        return [name for name in REQUESTABLE if getattr(self, name) is not None]


def read_uuid(body: Mapping[str, Any]) -> uuid.UUID:
    """The client's own key, which a replay is known by before anything else is looked at. Errors: 400."""
    try:
        return _required(_uuid)(body, "uuid")
    except Wrong as wrong:
        raise refuse_all({"uuid": [str(wrong)]}) from wrong


def read_proposal(body: Mapping[str, Any]) -> Proposal:
    """Everything else. Errors: 400 with each member that is wrong, or where nothing is asked for."""
    values: dict[str, Any] = {}
    faults: dict[str, list[str]] = {}
    for name, read in READERS.items():
        sent = SENT_NAMES.get(name, "org_unit_id" if name == "org_unit" else name)
        try:
            values[name] = read(body, sent)
        except Wrong as wrong:
            faults[sent] = [str(wrong)]
    if faults:
        raise refuse_all(faults)
    proposal = Proposal(**values)
    if not proposal.requested_fields:
        names = ", ".join(SENT_NAMES.get(name, name) for name in REQUESTABLE)
        raise Refused({NON_FIELD: [errors.NOTHING_REQUESTED.format(names)]})
    return proposal


def _required(read: Callable[[Any], Any]) -> Callable[[Mapping[str, Any], str], Any]:
    def of(body: Mapping[str, Any], name: str) -> Any:
        if name not in body:
            raise Wrong(errors.REQUIRED)
        if body[name] is None:
            raise Wrong(errors.NOT_NULL)
        return read(body[name])

    return of


def _optional(read: Callable[[Any], Any]) -> Callable[[Mapping[str, Any], str], Any]:
    def of(body: Mapping[str, Any], name: str) -> Any:
        given = body.get(name)
        return None if given is None else read(given)

    return of


def _uuid(given: Any) -> uuid.UUID:
    try:
        return uuid.UUID(given.strip())
    except (ValueError, AttributeError) as error:
        raise Wrong(errors.UUID_INVALID) from error


def _unit(given: Any) -> Reference:
    """The unit to change: what can name nothing is as unknown as what names nothing."""
    _refuse_blank(given)
    try:
        return parse_reference(given)
    except Malformed as error:
        raise Wrong(errors.UNKNOWN_PK_OR_UUID.format(given)) from error


def _parent(given: Any) -> Reference:
    _refuse_blank(given)
    return _reference(given, "pk or uuid")


def _reference(given: Any, expected: str) -> Reference:
    try:
        return parse_reference(given)
    except Malformed as error:
        raise Wrong(errors.TYPE_INVALID.format(expected, type(given).__name__)) from error


def _type(given: Any) -> Reference:
    reference = _reference(given, "pk")
    if reference.pk is None:
        raise Wrong(errors.TYPE_INVALID.format("pk", type(given).__name__))
    return reference


def _group(given: Any) -> Reference:
    reference = _reference(given, "pk")
    if reference.uuid is not None:
        raise Wrong(errors.TYPE_INVALID.format("pk", type(given).__name__))
    return reference


def _instance(given: Any) -> Reference:
    reference = _reference(given, "pk or uuid")
    if reference.uid is not None:
        raise Wrong(errors.TYPE_INVALID.format("pk or uuid", type(given).__name__))
    return reference


def _list_of(read: Callable[[Any], Reference], given: Any) -> tuple[Reference, ...]:
    return tuple(read(item) for item in require_list(given))


def _groups(given: Any) -> tuple[Reference, ...]:
    return _list_of(_group, given)


def _instances(given: Any) -> tuple[Reference, ...]:
    if given == []:
        raise Wrong(errors.NOT_EMPTY)
    return _list_of(_instance, given)


def _name(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise Wrong(errors.STRING_INVALID)
    text = str(given).strip()
    if not text:
        raise Wrong(errors.NOT_BLANK)
    if len(text) > LONGEST_NAME:
        raise Wrong(NAME_TOO_LONG.format(LONGEST_NAME))
    return text


def _location(given: Any) -> Location:
    numbers = [given.get(name) for name in ("latitude", "longitude", "altitude")] if isinstance(given, dict) else []
    if not numbers or not all(_is_number(number) for number in numbers):
        raise Wrong(LOCATION_INVALID)
    found = Location(*(float(number) for number in numbers))
    if abs(found.latitude) > 90 or abs(found.longitude) > 180:
        raise Wrong(LOCATION_INVALID)
    return found


def _is_number(given: Any) -> bool:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return False
    try:
        return math.isfinite(float(given))
    except OverflowError:
        return False


def _accuracy(given: Any) -> Decimal:
    """Metres, to the centimetre; phones send more digits than anybody stores."""
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise Wrong(NUMBER_INVALID)
    try:
        metres = Decimal(str(given).strip())
    except InvalidOperation as error:
        raise Wrong(NUMBER_INVALID) from error
    if not metres.is_finite():
        raise Wrong(NUMBER_INVALID)
    if metres < 0:
        raise Wrong(NUMBER_NEGATIVE)
    return min(metres, LARGEST_ACCURACY).quantize(HUNDREDTHS, ROUND_HALF_UP)


def _day(given: Any) -> date:
    """An ISO date, an ISO date-time, or seconds since the epoch, in UTC."""
    try:
        if isinstance(given, str):
            return _parse_day(given.strip())
        if _is_number(given):
            return datetime.fromtimestamp(given, UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise Wrong(DATE_INVALID) from error
    raise Wrong(DATE_INVALID)


def _parse_day(text: str) -> date:
    if len(text) == 10:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def _refuse_blank(given: Any) -> None:
    if isinstance(given, str) and not given.strip():
        raise Wrong(errors.NOT_BLANK)


READERS: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
    "uuid": _required(_uuid), "org_unit": _required(_unit), "new_parent": _optional(_parent),
    "new_name": _optional(_name), "new_org_unit_type": _optional(_type), "new_groups": _optional(_groups),
    "new_location": _optional(_location), "new_location_accuracy": _optional(_accuracy),
    "new_opening_date": _optional(_day), "new_closed_date": _optional(_day),
    "new_reference_instances": _optional(_instances),
}  # fmt: skip
