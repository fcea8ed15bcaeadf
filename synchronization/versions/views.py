"""`/api/metadata/version`, `/api/metadata/versions` and `/api/metadata/sync`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from dhis2api.errors import ApiError
from dhis2api.web.messages import conflict
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse, gzip_chunks, set_attachment
from dhis2api.web.views import ApiRequest, ApiView
from sharing.access import require_authority
from synchronization.availability import look
from synchronization.errors import (
    SYNC_INPUT,
    SYNC_RELEASE_DIFFERS,
    SYNC_REMOTE,
    VERSION_EXISTS,
    RemoteFailed,
)
from synchronization.models import MetadataVersion
from synchronization.outgoing.errors import OutgoingError
from synchronization.params import CreateVersionParams, HistoryParams, PullVersionParams, VersionParams
from synchronization.remote import Remote, find_remote
from synchronization.versions.catalogue import (
    create_version,
    get_snapshot,
    get_version,
    list_versions,
    listed_version,
    require_versioning,
    shown_version,
)
from synchronization.versions.pulling import (
    ReleaseDiffers,
    fetch_version,
    import_version,
    obtain_snapshot,
    sync_summary,
)

MANAGE = "F_METADATA_MANAGE"
NO_STORE = {"Cache-Control": "no-store"}


class VersionView(ApiView):
    """One version of the metadata."""

    @declares(VersionParams)
    def get(self, request: ApiRequest, params: VersionParams) -> ApiResponse:
        """The one that is named, or the current one."""
        require_versioning()
        return ApiResponse(shown_version(get_version(params.version_name)), headers=NO_STORE, xml="metadataVersion")


class VersionsView(ApiView):
    """All versions of the metadata."""

    def get(self, request: ApiRequest) -> ApiResponse:
        """In their order."""
        require_versioning()
        return _listed(list_versions())


class HistoryView(ApiView):
    """The versions that a server lacks which has one of them."""

    @declares(HistoryParams)
    def get(self, request: ApiRequest, params: HistoryParams) -> ApiResponse | HttpResponse:
        """Those after the baseline; an empty body when there is none."""
        require_versioning()
        found = list_versions(params.baseline)
        if params.baseline and not found:
            return HttpResponse(b"", content_type=JSON, headers=NO_STORE)
        return _listed(found)


class CreateVersionView(ApiView):
    """New versions."""

    renders = (JSON,)

    @declares(CreateVersionParams)
    def post(self, request: ApiRequest, params: CreateVersionParams) -> ApiResponse:
        """Make one of what changed since the current one."""
        require_authority(request.user.principal, MANAGE)
        require_versioning()
        return ApiResponse(shown_version(create_version(params.type, request.user)), headers=NO_STORE)


class SnapshotView(ApiView):
    """The metadata of a version."""

    renders = (JSON,)

    def get(self, request: ApiRequest, name: str) -> HttpResponse:
        """As JSON, byte for byte what its hash is of."""
        require_authority(request.user.principal, MANAGE)
        require_versioning()
        return HttpResponse(get_snapshot(name), content_type=JSON, headers=NO_STORE)


class PackedSnapshotView(ApiView):
    """The same as a file."""

    renders = (JSON, "application/gzip")

    def get(self, request: ApiRequest, name: str) -> HttpResponseBase:
        """As JSON in gzip."""
        require_authority(request.user.principal, MANAGE)
        require_versioning()
        packed = b"".join(gzip_chunks([get_snapshot(name).encode()]))
        response = HttpResponse(packed, content_type="application/gzip", headers=NO_STORE)
        response.is_compressed = True
        set_attachment(response, "metadata.json.gz")
        return response


class SyncView(ApiView):
    """The import of one version of the remote."""

    renders = (JSON,)

    @declares(PullVersionParams)
    def get(self, request: ApiRequest, params: PullVersionParams) -> ApiResponse:
        """Fetch it and import it."""
        require_authority(request.user.principal, MANAGE)
        require_versioning()
        if MetadataVersion.objects.filter(name=params.version_name).exists():
            raise ApiError(VERSION_EXISTS)
        remote = available_remote()
        try:
            version = fetch_version(remote, params.version_name)
            if version.name != params.version_name:
                raise ApiError(SYNC_INPUT, "The remote server answered with another version")
            report = import_version(version, obtain_snapshot(remote, version, request.user.uid), request.user)
        except (OutgoingError, RemoteFailed) as error:
            raise ApiError(SYNC_INPUT, error) from error
        except ReleaseDiffers as error:
            raise ApiError(SYNC_RELEASE_DIFFERS, error) from error
        summary: dict[str, Any] = sync_summary(version, report)
        return ApiResponse(summary) if report.is_ok else conflict(None, summary, status=report.status)


def available_remote() -> Remote:
    """The remote. Errors: 500 when it is not configured or does not answer."""
    availability = look()
    remote = find_remote() if availability.is_available else None
    if remote is None:
        raise ApiError(SYNC_REMOTE, availability.message)
    return remote


def _listed(versions: list[MetadataVersion]) -> ApiResponse:
    shown = {"metadataversions": [listed_version(version) for version in versions]}
    return ApiResponse(shown, headers=NO_STORE, xml="metadataversions")
