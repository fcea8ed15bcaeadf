"""The base of every endpoint: negotiation, content types and answers as DHIS2 gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.mediatypes import media_type_matches
from rest_framework.views import APIView

from dhis2api.errors import ApiError
from dhis2api.web.bodies import WITH_BODY, has_body
from dhis2api.web.browsing import BrowsablePageRenderer
from dhis2api.web.errors import content_type_unsupported
from dhis2api.web.messages import PREVENT_CACHING, WebMessage, finish_location, use_error_renderer
from dhis2api.web.negotiation import HTML, JSON, SYNONYMS, XML
from dhis2api.web.renderers import renderer_for
from dhis2api.web.responses import COMPRESSED_EXTENSIONS, compress, set_attachment


class ApiRequest(Request):
    """DRF's request with what the middleware adds; for annotations.

    `query_params` is the query string; bodies are read by `bodies.open_body` and `bodies.read_json`.
    """

    version: int  # of the API as the client called it, 42 if it named none
    explicit_version: int | None  # None: the client named none
    suffix: str | None  # of the path, such as `json.gz`
    id: str  # X-Request-ID
    no_etag: bool  # set by a view whose answer must not be hashed
    accepted_media_type: str  # of the answer


class ApiView(APIView):
    """One resource. Subclasses write `get`, `post`, … with typed parameters by `@declares`."""

    renders: ClassVar[Sequence[str]] = (JSON, XML)  # media types of answers, the default first
    consumes: ClassVar[Sequence[str] | Mapping[str, Sequence[str]]] = (JSON, "application/*+json")  # or by method
    is_browsable: ClassVar[bool] = False  # whether browsers get a page
    own_format: ClassVar[bool] = False  # whether `format=` is a parameter of the view's own

    def get_renderers(self) -> list[BaseRenderer]:
        renderers = [renderer_for(media_type)() for media_type in self.renders]
        return [*renderers, BrowsablePageRenderer()] if self.is_browsable else renderers

    def determine_version(self, request: Request, *args: Any, **kwargs: Any) -> tuple[int, None]:
        return request._request.version, None  # read off the address already; DRF would set None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in WITH_BODY and hasattr(self, request.method.lower()):
            self._check_content_type(request)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Which methods there are, and no more: DRF would list parsers that no view reads bodies with."""
        return HttpResponse(headers={"Allow": ", ".join(self.allowed_methods)})

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        error = MethodNotAllowed(request.method)
        error.allowed = self.allowed_methods
        raise error

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        message = getattr(response, "data", None)
        if isinstance(message, WebMessage):
            if message.location is not None:
                finish_location(request._request, response, message.location)
            if getattr(request, "accepted_media_type", None) not in (JSON, XML, HTML):
                use_error_renderer(request)
        response = super().finalize_response(request, response, *args, **kwargs)
        request._request.no_etag = getattr(request, "no_etag", False)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = PREVENT_CACHING
        self._compress_if_asked(request, response)
        return response

    @property
    def default_response_headers(self) -> dict[str, str]:
        # DRF would put `Allow` on every answer; DHIS2 does on none, HTTP demands it of a 405 only.
        return {"Vary": "Accept"}

    def reference_endpoint(self, member: str) -> str | None:
        """The path below the API's base of the objects that a JSON member refers to, for links in browsers."""
        return None

    def consumed_types(self, method: str) -> Sequence[str]:
        """The media types that a method reads."""
        return self.consumes.get(method.lower(), ()) if isinstance(self.consumes, Mapping) else self.consumes

    def _check_content_type(self, request: Request) -> None:
        consumed = self.consumed_types(request.method)
        content_type = request.META.get("CONTENT_TYPE", "")
        if not consumed or (not content_type and not has_body(request._request)):
            return
        media_type = content_type.partition(";")[0].strip().lower()
        media_type = SYNONYMS.get(media_type, media_type)
        if not any(_matches(expected, media_type) for expected in consumed):
            raise ApiError(content_type_unsupported(content_type, request.version), content_type)

    def _compress_if_asked(self, request: Request, response: HttpResponseBase) -> None:
        compression = getattr(request, "compression", None)
        if compression is None or not isinstance(response, Response) or response.status_code >= 300:
            return
        name = request.path_info.rpartition("/")[2] or "data"
        extension = request.accepted_media_type.rpartition("/")[2].rpartition("+")[2]

        def pack(rendered: Response) -> None:
            rendered.is_compressed = True
            rendered.content = compress(rendered.content, compression, f"{name}.{extension}")
            rendered["Content-Type"] = f"{request.accepted_media_type}+{compression}"
            if not rendered.has_header("Content-Disposition"):
                set_attachment(rendered, f"{name}.{extension}{COMPRESSED_EXTENSIONS[compression]}")

        response.add_post_render_callback(pack)


def _matches(expected: str, media_type: str) -> bool:
    if expected.startswith("application/*+"):
        return media_type.startswith("application/") and media_type.endswith(expected[len("application/*") :])
    return bool(media_type) and media_type_matches(expected, media_type)
