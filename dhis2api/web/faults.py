"""Any exception as an `ApiError`: which status and which words a client gets. Source: DHIS2 2.42, web conventions.

One table, most special first. What is not in it is our fault: 500 with fixed words, since the text of an unknown
exception may hold what no client should see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404
from redis.exceptions import RedisError
from rest_framework import exceptions as drf_errors

from dhis2api.errors import BAD_REQUEST, CONFLICT, FORBIDDEN, NOT_FOUND, UNAUTHORIZED, ApiError, plain
from dhis2api.web import errors

RETRY_AFTER = {"Retry-After": "1"}  # seconds
# PostgreSQL's SQLSTATEs: two transactions in each other's way, of which one was rolled back.
COLLISIONS = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock not available
CANCELLED = "57014"

logger = logging.getLogger(__name__)


def api_error_for(error: Exception, request: HttpRequest) -> ApiError:
    """The refusal that `error` means for the client of `request`."""
    for kinds, refuse in TRANSLATIONS:
        if isinstance(error, kinds):
            return refuse(error, request)
    return ApiError(errors.UNEXPECTED)


def _as_it_is(error: Any, request: HttpRequest) -> ApiError:
    return error


def _unauthorized(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(UNAUTHORIZED, "Unauthorized")


def _authentication_failed(error: Any, request: HttpRequest) -> ApiError:
    # A scheme may refuse what is malformed with 400, and name itself in a header. DRF sets `status_code` itself.
    status = getattr(error, "refusal_status", 401)
    return ApiError(plain(status, "{}"), error.detail, headers=getattr(error, "headers", None))


def _forbidden(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(FORBIDDEN, getattr(error, "detail", None) or str(error) or "Access is denied")


def _not_found(error: Any, request: HttpRequest) -> ApiError:
    words = f"No resource at {request.method} {request.path}"
    if isinstance(error, Resolver404) or not str(error):
        return ApiError(NOT_FOUND, words)
    return ApiError(NOT_FOUND, getattr(error, "detail", str(error)))


def _method_unsupported(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(errors.method_unsupported(_version(request)), request.method)


def _not_acceptable(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(errors.not_acceptable(_version(request)))


def _content_type_unsupported(error: Any, request: HttpRequest) -> ApiError:
    content_type = request.META.get("CONTENT_TYPE", "")
    return ApiError(errors.content_type_unsupported(content_type, _version(request)), content_type)


def _too_large(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(errors.BODY_TOO_LARGE, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _bad_request(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(BAD_REQUEST, getattr(error, "detail", None) or str(error) or "Bad request")


def _invalid(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(BAD_REQUEST, "; ".join(error.messages) if hasattr(error, "messages") else str(error.detail))


def _constraint_refusal(error: Any, request: HttpRequest) -> ApiError:
    """A constraint that our own checks saw kept: somebody else wrote in between."""
    _log_refusal(error)
    return ApiError(CONFLICT, "The change conflicts with a change made at the same time; nothing was written")


def _value_refusal(error: Any, request: HttpRequest) -> ApiError:
    """A value that its column cannot hold."""
    _log_refusal(error)
    return ApiError(CONFLICT, "A value cannot be stored in the database; nothing was written")


def _log_refusal(error: Exception) -> None:
    """What stood in the way, by name. PostgreSQL's own sentences hold values, which may be secret: none of them."""
    diagnosis = getattr(error.__cause__, "diag", None)
    names = (getattr(diagnosis, name, None) for name in ("sqlstate", "table_name", "column_name", "constraint_name"))
    logger.warning("The database refused a change: %s", " ".join(filter(None, names)) or type(error).__name__)


def _unavailable(error: Any, request: HttpRequest) -> ApiError:
    if isinstance(error, RedisError):
        return ApiError(errors.UNAVAILABLE, "the cache does not answer", headers=RETRY_AFTER)
    state = getattr(error.__cause__, "pgcode", None)
    if state in COLLISIONS:
        return ApiError(errors.COLLISION, headers=RETRY_AFTER)
    what = "the query took too long and was cancelled" if state == CANCELLED else "the database does not answer"
    return ApiError(errors.UNAVAILABLE, what, headers=RETRY_AFTER)


def _other_status(error: Any, request: HttpRequest) -> ApiError:
    return ApiError(plain(error.status_code, "{}"), error.detail)


def _version(request: HttpRequest) -> int:
    return getattr(request, "version", 42)


Translation = Callable[[Any, HttpRequest], ApiError]
TRANSLATIONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Translation], ...] = (
    (ApiError, _as_it_is),
    (drf_errors.NotAuthenticated, _unauthorized),
    (drf_errors.AuthenticationFailed, _authentication_failed),
    ((drf_errors.PermissionDenied, django_errors.PermissionDenied), _forbidden),
    ((drf_errors.NotFound, Http404, django_errors.ObjectDoesNotExist), _not_found),
    (drf_errors.MethodNotAllowed, _method_unsupported),
    (drf_errors.NotAcceptable, _not_acceptable),
    (drf_errors.UnsupportedMediaType, _content_type_unsupported),
    ((drf_errors.ValidationError, django_errors.ValidationError), _invalid),
    (drf_errors.ParseError, _bad_request),
    (drf_errors.APIException, _other_status),
    (django_errors.RequestDataTooBig, _too_large),
    ((django_errors.SuspiciousOperation, django_errors.BadRequest), _bad_request),
    ((MultiPartParserError, UnreadablePostError), _bad_request),
    (IntegrityError, _constraint_refusal),
    (DataError, _value_refusal),
    ((OperationalError, InterfaceError, RedisError), _unavailable),
)
