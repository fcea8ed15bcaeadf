"""`/api/fileResources`: one file in, what is known of it, its bytes out."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from dhis2api.objects.params import ObjectParams
from dhis2api.objects.reading.listing import get_object
from dhis2api.objects.registry import get_schema
from dhis2api.objects.views import reading_context
from dhis2api.objects.xml import object_document
from dhis2api.web.downloads import uploaded_content
from dhis2api.web.messages import WebMessage, answer
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.uploads import MULTIPART, read_form, read_upload
from dhis2api.web.views import ApiRequest, ApiView
from files.params import ContentParams, UploadParams
from files.services import create_file_resource, get_content


class FileResourcesView(ApiView):
    """Where files are sent to."""

    consumes = (MULTIPART,)

    def post(self, request: ApiRequest) -> ApiResponse:
        """Store the form's part `file`; `domain` and `uid` stand in the form or in the address."""
        params = UploadParams.parse(read_form(request))
        file = create_file_resource(read_upload(request, "file"), params.domain, params.uid, request.user)
        shown = get_object(get_schema("fileResource"), file.uid, "*", reading_context(request))
        return answer(WebMessage(202, response={"responseType": "FileResource", "fileResource": shown}))


class FileResourceView(ApiView):
    """What is known of one file."""

    @declares(ObjectParams)
    def get(self, request: ApiRequest, params: ObjectParams, uid: str) -> ApiResponse:
        """Name, type, size, and whether something has taken it."""
        schema = get_schema("fileResource")
        shown = get_object(schema, uid, params.fields_text, reading_context(request, params))
        return ApiResponse(shown, xml=lambda: object_document(schema, shown))


class FileContentView(ApiView):
    """The bytes of one file."""

    @declares(ContentParams)
    def get(self, request: ApiRequest, params: ContentParams, uid: str) -> HttpResponseBase:
        """As they were sent, or an image in a smaller size."""
        content = get_content(uid, params.dimension, request.user)
        response = uploaded_content(
            content.pieces, filename=content.file.name, content_type=content.file.content_type, length=content.length,
            tag=f'"{uid}-{params.dimension.lower()}"',
        )  # fmt: skip
        return get_conditional_response(request._request, etag=response["ETag"], response=response)
