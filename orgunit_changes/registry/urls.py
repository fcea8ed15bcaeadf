"""Routes of projects, org unit types, forms and submissions."""

from __future__ import annotations

from django.urls import path

from orgunit_changes.registry.views import (
    FORMS,
    PROJECTS,
    TYPES,
    InstancesView,
    InstanceView,
    RegistryListView,
    RegistryView,
)

urlpatterns = [
    *(
        route
        for name, resource in (("projects", PROJECTS), ("orgunittypes", TYPES), ("forms", FORMS))
        for route in (
            path(name, RegistryListView.as_view(resource=resource)),
            path(f"{name}/<str:id>", RegistryView.as_view(resource=resource)),
        )
    ),
    path("instances", InstancesView.as_view()),
    path("instances/<str:id>", InstanceView.as_view()),
]
