"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import endpoint_schemas
from sharing.resource.views import (
    CascadeView,
    SharingOfMetadataView,
    SharingOfObjectView,
    SharingOfTypeView,
    SharingSearchView,
    SharingView,
)

urlpatterns = [
    path("sharing", SharingView.as_view(), name="sharing"),
    path("sharing/search", SharingSearchView.as_view()),
    path("metadata/sharing", SharingOfMetadataView.as_view()),
    path("dashboards/cascadeSharing/<str:uid>", CascadeView.as_view()),
]
for _schema in endpoint_schemas():
    urlpatterns += [
        path(f"{_schema.plural}/sharing", SharingOfTypeView.as_view(object_schema=_schema)),
        path(
            f"{_schema.plural}/<str:uid>/sharing",
            SharingOfObjectView.as_view(object_schema=_schema),
            {"name": "sharing"},
        ),
    ]
