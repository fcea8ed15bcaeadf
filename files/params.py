"""Parameters of `/api/fileResources`. Source: DHIS2 2.42, file resources."""

from __future__ import annotations

from dhis2api.web.params import Params, param
from files.enums import FileResourceDomain, ImageFileDimension


class UploadParams(Params):
    """Fields of an upload's form."""

    domain: FileResourceDomain = param(FileResourceDomain.DATA_VALUE, doc="What the file belongs to.")
    uid: str | None = param(None, doc="The identifier that the file shall have.")


class ContentParams(Params):
    """Query parameters of a file's bytes."""

    dimension: ImageFileDimension = param(ImageFileDimension.ORIGINAL, doc="The size of an image.")
