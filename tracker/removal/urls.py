"""Routes below `/api/` of removals, by the names of today and of DHIS2 2.36."""

from __future__ import annotations

from django.urls import path

from tracker.removal.services import Kind
from tracker.removal.views import RemovalView

NAMES = {
    "TrackedEntity": Kind.TRACKED_ENTITY, "TrackedEntityInstance": Kind.TRACKED_ENTITY,
    "Enrollment": Kind.ENROLLMENT, "ProgramInstance": Kind.ENROLLMENT,
    "Event": Kind.EVENT, "ProgramStageInstance": Kind.EVENT,
    "Relationship": Kind.RELATIONSHIP,
}  # fmt: skip

urlpatterns = [
    path(f"maintenance/softDeleted{name}Removal", RemovalView.as_view(kind=kind)) for name, kind in NAMES.items()
]
