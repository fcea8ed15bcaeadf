"""`…/file` and `…/image` of attribute values and data values."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from dhis2api.web.downloads import uploaded_content
from dhis2api.web.params import declares
from dhis2api.web.views import ApiRequest, ApiView
from files.services import StoredContent
from tracker.export.base_params import require_path_uid, require_uid
from tracker.files.params import AttributeFileParams, ValueFileParams
from tracker.files.services import attribute_file, data_value_file, file_content, image_content


class AttributeFileView(ApiView):
    """The file of an attribute value."""

    is_image = False

    @declares(AttributeFileParams)
    def get(self, request: ApiRequest, params: AttributeFileParams, uid: str, attribute: str) -> HttpResponseBase:
        """Its bytes; of an image in the size asked for."""
        require_path_uid(uid)
        require_path_uid(attribute, "attribute")
        if params.program:
            require_uid(params.program, "program")
        file = attribute_file(uid, attribute, params.program or None, request.user)
        return _answer(request, (image_content if self.is_image else file_content)(file, params.dimension))


class ValueFileView(ApiView):
    """The file of a data value."""

    is_image = False

    @declares(ValueFileParams)
    def get(self, request: ApiRequest, params: ValueFileParams, uid: str, data_element: str) -> HttpResponseBase:
        """Its bytes; of an image in the size asked for."""
        require_path_uid(uid)
        require_path_uid(data_element, "dataElement")
        file = data_value_file(uid, data_element, request.user)
        return _answer(request, (image_content if self.is_image else file_content)(file, params.dimension))


def _answer(request: ApiRequest, content: StoredContent) -> Any:
    response = uploaded_content(
        content.pieces, filename=content.file.name, content_type=content.file.content_type, length=content.length,
        tag=f'"{content.file.uid}"',
    )  # fmt: skip
    return get_conditional_response(request._request, etag=response["ETag"], response=response)
