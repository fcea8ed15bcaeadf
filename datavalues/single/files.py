"""The file of a value: stored together with the value or not at all, and had by the key of the value alone, whose
access rules it follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction

from datavalues import errors as codes
from datavalues.models import DataValueFile
from datavalues.single.keys import KEY, ValueName, find_values, require, require_readable
from datavalues.single.rows import find_stored
from datavalues.single.rules import require_open_unit
from datavalues.single.saving import Change, save_value
from dhis2api.errors import ApiError
from dhis2api.value_types import FILE_TYPES
from dhis2api.web.uploads import Upload
from files.enums import FileResourceDomain, FileResourceStorageStatus, ImageFileDimension
from files.models import FileResource
from files.services import StoredContent, create_file_resource, read_content, stored_names
from files.storage import drafting


def save_file(name: ValueName, upload: Upload, change: Change, user: Any, *, force: bool = False) -> FileResource:
    """Store a file as the value, in place of the one that `change` names; what refuses the value leaves no file.

    Errors: those of the file and of `save_value`; 409 for a data element without files.
    """
    with drafting() as draft, transaction.atomic():
        file = create_file_resource(upload, FileResourceDomain.DATA_VALUE, None, user)
        draft.names += stored_names(file)
        save_value(name, replace(change, value=file.uid), user, force=force)
        if not DataValueFile.objects.filter(file=file).exists():  # the uid would be a text like any other
            raise ApiError(codes.NO_FILE_ELEMENT, name.data_element)
    return file


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
