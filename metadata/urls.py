"""Routes below `/api/` of what is no generic list."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.registry import get_schema
from dhis2api.objects.urls import object_routes
from metadata.action_views import (
    CategoryOptionOrgUnitsView,
    DataSetCategoryCombosView,
    DataSetVersionView,
    FilledLevelsView,
    GeometriesView,
    GmlView,
    OptionCombosOfComboView,
    OptionCombosView,
    ProgramCopyView,
    ProgramOrgUnitsView,
)
from metadata.dependencies import ROOTS
from metadata.expressions.urls import urlpatterns as expression_routes
from metadata.merging.urls import urlpatterns as merging_routes
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
    path("organisationUnits/geometry", GeometriesView.as_view()),
    path("organisationUnits/geojson", GeometriesView.as_view()),
    path("filledOrganisationUnitLevels", FilledLevelsView.as_view(), name="filledOrganisationUnitLevels"),
    path("maintenance/categoryOptionComboUpdate", OptionCombosView.as_view()),
    path("maintenance/categoryOptionComboUpdate/categoryCombo/<str:uid>", OptionCombosOfComboView.as_view()),
    path("categoryOptions/orgUnits", CategoryOptionOrgUnitsView.as_view()),
    path("programs/<str:uid>/copy", ProgramCopyView.as_view()),
    path("metadata/gml", GmlView.as_view()),
    path("programs/orgUnits", ProgramOrgUnitsView.as_view()),
    *merging_routes,
    *expression_routes,
    path("dataSets/<str:uid>/version", DataSetVersionView.as_view()),
    path("dataSets/<str:uid>/categoryCombos", DataSetCategoryCombosView.as_view()),
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
for _schema in map(get_schema, ROOTS):
    urlpatterns.append(path(f"{_schema.plural}/<str:uid>/metadata", PackageView.as_view(object_schema=_schema)))
