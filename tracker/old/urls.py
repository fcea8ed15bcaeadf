"""Routes below `/api/` of the old endpoints; they come before the short paths of the export."""

from __future__ import annotations

from django.urls import path

from tracker.old import views

urlpatterns = [
    path("trackedEntityInstances", views.InstancesView.as_view()),
    path("trackedEntityInstances/<str:uid>", views.InstanceView.as_view()),
    path("enrollments", views.EnrollmentsView.as_view()),
    path("enrollments/<str:uid>", views.EnrollmentView.as_view()),
    path("events", views.EventsView.as_view()),
    path("events/<str:uid>", views.EventView.as_view()),
    path("events/<str:uid>/<str:data_element>", views.EventValueView.as_view()),
]
