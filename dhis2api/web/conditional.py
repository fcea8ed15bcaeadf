"""Answers that need not be sent, or can be sent smaller: HEAD, ETag with 304, and gzip for those who accept it.

Source: DHIS2 2.42, web conventions, conditional requests. Streams and files of installed apps have no tag.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.middleware.gzip import GZipMiddleware as DjangoGZipMiddleware

from dhis2api.web.addresses import FILE_OF_AN_APP, is_api

LARGEST_TAGGED = 1024 * 1024  # bytes; hashing more costs more than it saves
DENSE = ("application/gzip", "application/zip", "application/pdf")  # and images: nothing to gain


class HeadMiddleware:
    """Headers of a GET without its body; views answer a HEAD as the GET that it stands for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method != "HEAD":
            return response
        if response.streaming:
            response.streaming_content = []  # the generator is closed with the response
        else:
            response.content = b""  # Content-Length stays that of the body
        return response


class EtagMiddleware:
    """A strong tag of the content on small successful GETs under `/api`; 304 if the client has it.

    Not with `Cache-Control: no-store`, not where a view set a tag itself or `request.no_etag`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not _is_taggable(request, response):
            return response
        tag = f'"0{hashlib.md5(response.content, usedforsecurity=False).hexdigest()}"'
        response["ETag"] = tag
        if not _has_tag(request, tag):
            return response
        unchanged = HttpResponseNotModified()
        for name in ("Cache-Control", "ETag", "Vary", "Set-Cookie"):
            if response.has_header(name):
                unchanged[name] = response[name]
        return unchanged


class GzipMiddleware(DjangoGZipMiddleware):
    """Django's, streams included, except for bodies that are compressed already."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        media_type = response.get("Content-Type", "").partition(";")[0]
        is_dense = media_type in DENSE or media_type.startswith("image/")
        if is_dense or getattr(response, "is_compressed", False):
            return response
        return super().process_response(request, response)


def _is_taggable(request: HttpRequest, response: HttpResponseBase) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.streaming
        and is_api(request.path_info)
        and not FILE_OF_AN_APP.match(request.path_info)
        and not getattr(request, "no_etag", False)
        and not response.has_header("ETag")
        and "no-store" not in response.get("Cache-Control", "")
        and len(response.content) <= LARGEST_TAGGED
    )


def _has_tag(request: HttpRequest, tag: str) -> bool:
    given = [item.strip().removeprefix("W/") for item in request.headers.get("If-None-Match", "").split(",")]
    return tag in given or given == ["*"]
