"""Routes of every registered type, below `/api/`."""

from __future__ import annotations

from django.urls import path

from dhis2api.objects.describing import words
from dhis2api.objects.metadata_views import MetadataView
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.schema_views import SchemaPropertyView, SchemasView, SchemaView
from dhis2api.objects.views import ObjectsView, ObjectView

urlpatterns = [
    path("metadata", MetadataView.as_view(), name="metadata"),
    path("metadataendpoints", MetadataView.as_view()),
    path("schemas", SchemasView.as_view(), name="schemas"),
    path("schemas/<str:singular>", SchemaView.as_view()),
    path("schemas/<str:singular>/<str:name>", SchemaPropertyView.as_view()),
]
for _schema in endpoint_schemas():
    urlpatterns += [
        path(
            _schema.plural,
            ObjectsView.as_view(object_schema=_schema, name=words(_schema.plural)),
            name=_schema.plural,
        ),
        path(
            f"{_schema.plural}/<str:uid>",
            ObjectView.as_view(object_schema=_schema, name=words(_schema.singular)),
            name=_schema.singular,
        ),
    ]
