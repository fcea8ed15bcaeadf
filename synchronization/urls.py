"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from synchronization import views
from synchronization.versions import views as versions

urlpatterns = [
    path("synchronization/availability", views.AvailabilityView.as_view()),
    path("synchronization/dataPush", views.DataPushView.as_view()),
    path("synchronization/metadataPull", views.MetadataPullView.as_view()),
    path("synchronization/metadataRepo", views.MetadataRepositoryView.as_view()),
    path("configuration/remoteServerUrl", views.RemoteUrlView.as_view()),
    path("configuration/remoteServerUsername", views.RemoteUsernameView.as_view()),
    path("configuration/remoteServerPassword", views.RemotePasswordView.as_view()),
    path("metadata/version", versions.VersionView.as_view()),
    path("metadata/versions", versions.VersionsView.as_view()),
    path("metadata/version/history", versions.HistoryView.as_view()),
    path("metadata/version/create", versions.CreateVersionView.as_view()),
    path("metadata/version/<str:name>/data", versions.SnapshotView.as_view()),
    path("metadata/version/<str:name>/data.gz", versions.PackedSnapshotView.as_view()),
    path("metadata/sync", versions.SyncView.as_view()),
]
