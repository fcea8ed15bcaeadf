"""Routes of every registered type, below `/api/`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dhis2api.objects.describing import words
from dhis2api.objects.gist.views import GistsView, GistView, MemberGistView
from dhis2api.objects.marks import mark_favorite, subscribe
from dhis2api.objects.member_views import MemberItemView, MemberView, TranslationsView
from dhis2api.objects.metadata_views import CsvImportClassesView, MetadataView
from dhis2api.objects.registry import endpoint_schemas
from dhis2api.objects.schema import Schema
from dhis2api.objects.schema_views import SchemaPropertyView, SchemasView, SchemaView
from dhis2api.objects.views import AnyObjectView, MarkView, ObjectsView, ObjectView

Route = URLPattern | URLResolver


def object_routes(schema: Schema, objects: type[ObjectsView], one: type[ObjectView]) -> list[Route]:
    """The routes of one type: its list and its objects, and the gists of both.

    What lies below the list stands behind one prefix: an address of another type is compared with that alone.
    """
    plural, singular = schema.plural, schema.singular
    below = [
        path("gist", GistsView.as_view(object_schema=schema)),
        path("<str:uid>/gist", GistView.as_view(object_schema=schema)),
        path("<str:uid>/<str:member>/gist", MemberGistView.as_view(object_schema=schema)),
        path("<str:uid>", one.as_view(object_schema=schema, name=words(singular)), name=singular),
        path("<str:uid>/favorite", MarkView.as_view(object_schema=schema, mark=mark_favorite)),
        path("<str:uid>/subscriber", MarkView.as_view(object_schema=schema, mark=subscribe)),
    ]
    return [
        path(plural, objects.as_view(object_schema=schema, name=words(plural)), name=plural),
        path(f"{plural}/", include(below)),
    ]


def member_routes(schema: Schema) -> list[Route]:
    """The routes of the members of one type's objects; whoever has a view of his own for one stands before."""
    below = [
        path("<str:uid>/translations", TranslationsView.as_view(object_schema=schema), {"name": "translations"}),
        path("<str:uid>/<str:name>", MemberView.as_view(object_schema=schema)),
        path("<str:uid>/<str:name>/<str:item>", MemberItemView.as_view(object_schema=schema)),
    ]
    return [path(f"{schema.plural}/", include(below))]


urlpatterns = [
    path("metadata", MetadataView.as_view(), name="metadata"),
    path("metadata/csvImportClasses", CsvImportClassesView.as_view()),
    path("metadataendpoints", MetadataView.as_view()),
    path("identifiableObjects/<str:uid>", AnyObjectView.as_view()),
    path("metadataendpoints/csvImportClasses", CsvImportClassesView.as_view()),
    path("schemas", SchemasView.as_view(), name="schemas"),
    path("schemas/<str:singular>", SchemaView.as_view()),
    path("schemas/<str:singular>/<str:name>", SchemaPropertyView.as_view()),
]
for _schema in endpoint_schemas():
    if not _schema.wire.own_views:
        urlpatterns += object_routes(_schema, ObjectsView, ObjectView)
    urlpatterns += member_routes(_schema)
