"""The file of a value: its bytes are had by the key of the value alone, whose access rules they follow."""

from __future__ import annotations

from typing import Any

from datavalues import errors as codes
from datavalues.single.keys import KEY, ValueName, find_values, require, require_readable
from datavalues.single.rows import find_stored
from datavalues.single.rules import require_open_unit
from dhis2api.errors import ApiError
from dhis2api.value_types import FILE_TYPES
from files.enums import FileResourceDomain, FileResourceStorageStatus, ImageFileDimension
from files.models import FileResource
from files.services import StoredContent, read_content


def read_value_file(name: ValueName, dimension: ImageFileDimension, user: Any) -> StoredContent:
    """The bytes of the file that a value names.

    Errors: those of the key, E2019; 403 for a value that the user may not read; 409 for a data element without files, a
    value that is not there, bytes that are not there yet; 404 for a file that is gone.
    """
    values = find_values([name], user)
    require(values, (*KEY, require_open_unit, require_readable))
    element = values.resolved.data_element[0]
    if element.value_type not in FILE_TYPES:
        raise ApiError(codes.NO_FILE_ELEMENT, element.uid)
    stored = find_stored(values).get(0)
    if stored is None or stored.value is None:
        raise ApiError(codes.VALUE_MISSING)
    file = FileResource.objects.filter(uid=stored.value, domain=FileResourceDomain.DATA_VALUE).first()
    if file is None:
        raise ApiError(codes.FILE_UNKNOWN, stored.value)
    if file.storage_status != FileResourceStorageStatus.STORED:
        raise ApiError(codes.FILE_NOT_STORED, response={"responseType": "FileResource", "fileResource": file.uid})
    return read_content(file, dimension)
