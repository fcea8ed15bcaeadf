"""Routes below `/api/` of what is no generic list."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import get_schema
from dhis2api.objects.urls import object_routes
from metadata.org_unit_lists import ancestors, descendants, parents
from metadata.views import OperandsView, OrgUnitChildrenView, OrgUnitRelativesView, OrgUnitsView, OrgUnitView

urlpatterns = [
    path("dataElementOperands", OperandsView.as_view(), name="dataElementOperands"),
    *object_routes(get_schema("organisationUnit"), OrgUnitsView, OrgUnitView),
    path(
        "organisationUnits/<str:uid>/children",
        OrgUnitChildrenView.as_view(object_schema=get_schema("organisationUnit")),
        {"name": "children"},
    ),
    path("organisationUnits/<str:uid>/descendants", OrgUnitRelativesView.as_view(relatives=descendants)),
    path("organisationUnits/<str:uid>/ancestors", OrgUnitRelativesView.as_view(relatives=ancestors)),
    path("organisationUnits/<str:uid>/parents", OrgUnitRelativesView.as_view(relatives=parents)),
]
