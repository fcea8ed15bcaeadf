"""Routes below `/api/` of notes; the short paths are those of older versions."""

from __future__ import annotations

from django.urls import path

from tracker.notes.views import EnrollmentNoteView, EventNoteView

urlpatterns = [
    path("tracker/enrollments/<str:uid>/note", EnrollmentNoteView.as_view()),
    path("tracker/events/<str:uid>/note", EventNoteView.as_view()),
    path("enrollments/<str:uid>/note", EnrollmentNoteView.as_view()),
    path("events/<str:uid>/note", EventNoteView.as_view()),
]
