"""Metadata from a document of another server, imported here. Source: DHIS2 2.42, synchronization, metadata pull."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from dhis2api.errors import BAD_REQUEST, ApiError
from dhis2api.objects.importer import ImportReport, import_metadata
from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.web.bodies import decode_json
from synchronization.errors import NO_ANSWER, NOT_ALLOWED, NOT_METADATA, RemoteFailed, remote_failed
from synchronization.outgoing.errors import AnswerUnusable, OutgoingError, RequestRefused
from synchronization.outgoing.exchanges import Exchange, Limits
from synchronization.remote import fetch

DIRECTORY = Limits(silence=30, total=60, size=4 * 1024 * 1024)


def pull_metadata(url: str, user: Any) -> ImportReport:
    """Fetch a document and import what is in it.

    Errors: E1004 (409) for a URL that is not allowed, 503 when nobody answers, the remote's own status for its
        refusals, 500 for what is not metadata.
    """
    answer = _fetch(url, Limits(silence=120, total=600, size=settings.MAX_BODY))
    params = MetadataImportParams(strategy_name="CREATE_AND_UPDATE", atomicity="NONE", skip_sharing=True)
    try:
        return import_metadata(decode_json(answer.body), params=params, user=user)
    except ApiError as error:
        if error.status != BAD_REQUEST.status:
            raise
        raise ApiError(NOT_METADATA, error.message) from error


def fetch_directory(url: str) -> Any:
    """The index of a repository of metadata, as JSON, asked for as nobody: everybody here is shown it.

    Errors: as `pull_metadata`.
    """
    try:
        return _fetch(url, DIRECTORY, is_public=True).json()
    except AnswerUnusable as error:
        raise ApiError(NOT_METADATA, error) from error


def _fetch(url: str, limits: Limits, *, is_public: bool = False) -> Exchange:
    try:
        answer = fetch(url, limits=limits, is_public=is_public)
    except RequestRefused as error:
        raise ApiError(NOT_ALLOWED, error) from error
    except OutgoingError as error:
        raise ApiError(NO_ANSWER, error) from error
    if answer.status != 200:
        raise ApiError(*remote_failed(answer.status, str(RemoteFailed(answer.status))))
    return answer
