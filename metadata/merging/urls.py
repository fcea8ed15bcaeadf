"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import get_schema
from metadata.merging.objects import KINDS
from metadata.merging.views import MergeView, OrgUnitMergeView, OrgUnitSplitView

urlpatterns = [
    path("organisationUnits/split", OrgUnitSplitView.as_view()),
    path("organisationUnits/merge", OrgUnitMergeView.as_view()),
    *(path(f"{get_schema(kind).plural}/merge", MergeView.as_view(singular=kind)) for kind in KINDS),
]
