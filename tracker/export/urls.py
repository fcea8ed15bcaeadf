"""Routes of the export: each list below `tracker/`, and by itself."""

from __future__ import annotations

from django.urls import path

from tracker.export import views

LISTS = (
    ("trackedEntities", "entities", views.EntitiesView, views.EntityView),
    ("enrollments", "enrollments", views.EnrollmentsView, views.EnrollmentView),
    ("events", "events", views.EventsView, views.EventView),
    ("relationships", "relationships", views.RelationshipsView, views.RelationshipView),
)

urlpatterns = [
    route
    for prefix, name in (("tracker/", "tracker-"), ("", ""))
    for segment, plural, many, one in LISTS
    for route in (
        path(f"{prefix}{segment}", many.as_view(), name=f"{name}{plural}"),
        path(f"{prefix}{segment}/<uid>", one.as_view(), name=f"{name}{plural}-one"),
    )
]
