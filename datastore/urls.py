"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import URLPattern, path

from datastore.views import (
    EntryView,
    KeysView,
    MetaDataView,
    NamespacesView,
    NamespaceView,
    ProtectionsView,
    UserEntryView,
    UserKeysView,
    UserNamespacesView,
    UserNamespaceView,
)

urlpatterns: list[URLPattern] = [
    path("dataStore", NamespacesView.as_view(), name="dataStore"),
    path("dataStore/protections", ProtectionsView.as_view()),
    path("dataStore/<str:namespace>", NamespaceView.as_view()),
    path("dataStore/<str:namespace>/keys", KeysView.as_view()),
    path("dataStore/<str:namespace>/<str:key>", EntryView.as_view()),
    path("dataStore/<str:namespace>/<str:key>/metaData", MetaDataView.as_view()),
    path("userDataStore", UserNamespacesView.as_view(), name="userDataStore"),
    path("userDataStore/<str:namespace>", UserNamespaceView.as_view()),
    path("userDataStore/<str:namespace>/keys", UserKeysView.as_view()),
    path("userDataStore/<str:namespace>/<str:key>", UserEntryView.as_view()),
]
