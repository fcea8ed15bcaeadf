"""Tables of the app; the one of attribute values has no model: see `migrations/0001_initial`."""

from tracker.models.authors import Author
from tracker.models.enrollments import Enrollment, EnrollmentStatus
from tracker.models.events import Event, EventChangeLog, EventStatus
from tracker.models.files import TrackerFile
from tracker.models.messages import RuleMessage
from tracker.models.notes import Note
from tracker.models.ownership import ProgramOwner, ProgramOwnerHistory, TemporaryOwner, TemporaryOwnerAudit
from tracker.models.relationships import Relationship
from tracker.models.reserved_values import ReservedValue, SequentialCounter
from tracker.models.tracked_entities import AttributeChangeLog, TrackedEntity

__all__ = [
    "AttributeChangeLog",
    "Author",
    "Enrollment",
    "EnrollmentStatus",
    "Event",
    "EventChangeLog",
    "EventStatus",
    "Note",
    "ProgramOwner",
    "ProgramOwnerHistory",
    "Relationship",
    "ReservedValue",
    "RuleMessage",
    "SequentialCounter",
    "TemporaryOwner",
    "TemporaryOwnerAudit",
    "TrackedEntity",
    "TrackerFile",
]
