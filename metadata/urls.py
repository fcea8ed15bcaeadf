"""Routes below `/api/` of what is no generic list."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import find_schema, get_schema
from dhis2api.objects.urls import object_routes
from metadata.dependencies import ROOTS
from metadata.org_unit_lists import ancestors, descendants, parents
from metadata.views import (
    OperandsView,
    OrgUnitChildrenView,
    OrgUnitRelativesView,
    OrgUnitsView,
    OrgUnitView,
    PackageView,
)

urlpatterns = [
    path("dataElementOperands", OperandsView.as_view(), name="dataElementOperands"),
    *object_routes(get_schema("organisationUnit"), OrgUnitsView, OrgUnitView),
    path("organisationUnits/<str:uid>/children", OrgUnitChildrenView.as_view()),
    path("organisationUnits/<str:uid>/descendants", OrgUnitRelativesView.as_view(relatives=descendants)),
    path("organisationUnits/<str:uid>/ancestors", OrgUnitRelativesView.as_view(relatives=ancestors)),
    path("organisationUnits/<str:uid>/parents", OrgUnitRelativesView.as_view(relatives=parents)),
]
for _schema in filter(None, map(find_schema, ROOTS)):
    urlpatterns.append(path(f"{_schema.plural}/<str:uid>/metadata", PackageView.as_view(object_schema=_schema)))
