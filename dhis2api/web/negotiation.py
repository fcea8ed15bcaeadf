"""Which format an answer takes: path suffix, then `format=`, then `Accept`, then JSON.

Source: DHIS2 2.42 and 2.36, web conventions, content negotiation. Decisions: a browser that prefers HTML gets the
browsable page where there is one and JSON elsewhere; anonymous browsers are sent to the login page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from rest_framework.exceptions import NotAcceptable, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.mediatypes import media_type_matches

JSON = "application/json"
XML = "application/xml"
CSV = "text/csv"
ADX = "application/adx+xml"
GEOJSON = "application/json+geojson"
HTML = "text/html"

MEDIA_TYPES = {
    "json": JSON, "jsonp": "application/javascript", "xml": XML, "csv": CSV, "adx.xml": ADX, "adx+xml": ADX,
    "geojson": GEOJSON, "png": "image/png", "pdf": "application/pdf",
    "xls": "application/vnd.ms-excel", "xlsx": "application/vnd.ms-excel",
}  # fmt: skip
COMPRESSIONS = {".gz": "gzip", ".zip": "zip"}
# Spellings of the same thing, left as clients write them, right as views declare them.
SYNONYMS = {"text/xml": XML, "application/csv": CSV, "application/xml+adx": ADX, "application/xhtml+xml": HTML,
            "application/json+geo": GEOJSON, "application/geo+json": GEOJSON}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Format:
    """A media type and, for `.json.gz` and the like, the compression of the whole body: `gzip` or `zip`."""

    media_type: str
    compression: str | None = None


def find_format(name: str) -> Format | None:
    """The format of a path suffix or a `format=` value; None if there is no such."""
    name = name.lower().replace(" ", "+")  # a `+` that nobody encoded arrives as a space
    for ending, compression in COMPRESSIONS.items():
        if name.endswith(ending):
            media_type = MEDIA_TYPES.get(name.removesuffix(ending))
            return Format(media_type, compression) if media_type else None
    media_type = MEDIA_TYPES.get(name)
    return Format(media_type) if media_type else None


def negotiate(request: HttpRequest, renders: Sequence[str], *, own_format: bool = False) -> Format | None:
    """The format among `renders` (media types, best first) that suits the request; None if none does (406).

    `own_format`: the endpoint has a `format` parameter of its own.
    """
    if suffix := getattr(request, "suffix", None):
        return _offered(find_format(suffix), renders)
    if not own_format and request.method in ("GET", "HEAD") and (name := request.GET.get("format")):
        return _offered(find_format(name), renders)
    return _by_accept(request, renders)


def error_media_type(request: HttpRequest) -> str:
    """JSON or XML, whichever is nearer to what the request asked for."""
    try:
        chosen = negotiate(request, (JSON, XML, ADX))
    except SuspiciousOperation:  # a query string of too many parameters, which may be the error itself
        return JSON
    return XML if chosen is not None and chosen.media_type in (XML, ADX) else JSON


def prefers_html(request: HttpRequest) -> bool:
    """Whether `Accept` puts HTML before everything else, as browsers do."""
    return _accepted(request)[:1] == [HTML]


def is_xhr(request: HttpRequest) -> bool:
    """Whether a script in a page asks, which must never be redirected to a login page."""
    return request.headers.get("X-Requested-With", "").lower() == "xmlhttprequest"


class ApiNegotiation(BaseContentNegotiation):
    """DRF's interface to `negotiate`; the compression is left in `request.compression`."""

    def select_parser(self, request: Any, parsers: Sequence[BaseParser]) -> BaseParser | None:
        for parser in parsers:
            if media_type_matches(parser.media_type, request.content_type):
                return parser
        raise UnsupportedMediaType(request.content_type)

    def select_renderer(
        self, request: Any, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        own_format = getattr(request.parser_context.get("view"), "own_format", False)
        chosen = negotiate(request._request, [r.media_type for r in renderers], own_format=own_format)
        if chosen is None:
            raise NotAcceptable
        request._request.compression = chosen.compression
        renderer = next(r for r in renderers if r.media_type == chosen.media_type)
        return renderer, chosen.media_type


def _offered(wanted: Format | None, renders: Sequence[str]) -> Format | None:
    return wanted if wanted is not None and wanted.media_type in renders else None


def _by_accept(request: HttpRequest, renders: Sequence[str]) -> Format | None:
    ranges = _accepted(request)
    default = Format(JSON if JSON in renders else renders[0])
    if ranges in ([], ["*/*"]):
        return default
    if HTML in renders and request.method not in ("GET", "HEAD"):
        renders = [media_type for media_type in renders if media_type != HTML]
    if prefers_html(request) and HTML not in renders:
        return default
    for accepted in ranges:
        base, compression = _split_compression(accepted)
        if base == "*/*" or (base == "application/*" and default.media_type == JSON):
            return default
        for media_type in renders:
            if media_type_matches(base, media_type):
                return Format(media_type, compression)
    return None


def _split_compression(media_type: str) -> tuple[str, str | None]:
    for compression in COMPRESSIONS.values():
        if media_type.endswith("+" + compression):
            return media_type.removesuffix("+" + compression), compression
    return media_type, None


def _accepted(request: HttpRequest) -> list[str]:
    """The media ranges of `Accept`, best first: by quality, then as written."""
    weighed = []
    for item in request.headers.get("Accept", "").split(","):
        media_type, *options = (part.strip().lower() for part in item.split(";"))
        quality = _quality(options)
        if "/" in media_type and quality > 0:
            weighed.append((-quality, media_type == "*/*", SYNONYMS.get(media_type, media_type)))
    weighed.sort(key=lambda entry: entry[:2])
    return [media_type for _, _, media_type in weighed]


def _quality(options: Sequence[str]) -> float:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "q":
            return float(value) if value.strip().replace(".", "", 1).isdecimal() else 0.0
    return 1.0
