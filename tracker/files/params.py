"""Query parameters of files."""

from __future__ import annotations

from dhis2api.web.params import Params, param
from files.enums import ImageFileDimension


class ValueFileParams(Params):
    """Parameters of the file of a data value."""

    dimension: ImageFileDimension | None = param(None, doc="The size of an image.")


class AttributeFileParams(ValueFileParams):
    """Parameters of the file of an attribute value."""

    program: str = param("", doc="The program that asks for the attribute.")
