"""The file of a value, for whoever may read the value (DHIS2 2.42, tracker export, files).

A file is had through the value that owns it alone: a uid that somebody wrote into a text opens nothing.
"""

from __future__ import annotations

from typing import Any

from dhis2api.errors import E1005, ApiError
from dhis2api.value_types import FILE_TYPES
from files.enums import FileResourceStorageStatus, ImageFileDimension
from files.models import FileResource
from files.services import StoredContent, read_content
from metadata.models import TrackedEntityAttribute
from tracker.access.elements import readable_elements
from tracker.access.reader import reader_of
from tracker.access.reading import find_readable_event, get_readable_entity, require_org_units
from tracker.files import errors as codes
from tracker.files.stored_values import find_shown_value
from tracker.models import Event, TrackerFile

ORIGINAL = ImageFileDimension.ORIGINAL


def attribute_file(entity: str, attribute: str, program: str | None, user: Any) -> FileResource:
    """The file of an attribute value; attributes of a program alone are had by naming it.

    Errors: 404 and 403 of the tracked entity and the program; 404 for an attribute without file or visible value; 409
    for content that is not there yet.
    """
    reader = reader_of(user)
    key = get_readable_entity(reader, entity, program)
    found = TrackedEntityAttribute.objects.filter(uid=attribute).values_list("pk", "value_type").first()
    if found is None:
        raise ApiError(E1005, "TrackedEntityAttribute", attribute)
    pk, value_type = found
    if value_type not in FILE_TYPES:
        raise ApiError(codes.ATTRIBUTE_WITHOUT_FILE, attribute)
    chosen = None if program is None else reader.find_program(program)
    value = find_shown_value(key, pk, None if chosen is None else chosen.pk)
    if value is None:
        raise ApiError(E1005, "TrackedEntityAttribute", attribute)
    return _file(value, tracked_entity_id=key, attribute_id=pk)


def data_value_file(event: str, data_element: str, user: Any) -> FileResource:
    """The file of a data value.

    Errors: 404 for an event or data element that the user may not read, without file or value; 409 for content that is
    not there yet.
    """
    reader = reader_of(user)
    require_org_units(reader)
    key = find_readable_event(reader, event)
    if key is None:
        raise ApiError(codes.EVENT_UNKNOWN, event, data_element)
    elements = readable_elements(user.principal).filter(uid=data_element)
    found = elements.values_list("pk", "value_type").first()
    if found is None:
        raise ApiError(E1005, "DataElement", data_element)
    pk, value_type = found
    if value_type not in FILE_TYPES:
        raise ApiError(codes.ELEMENT_WITHOUT_FILE, data_element)
    value = Event.objects.values_list("data_values", flat=True).get(pk=key).get(data_element, {}).get("value")
    if value is None:
        raise ApiError(codes.NO_VALUE, data_element)
    return _file(value, event_id=key, data_element_id=pk)


def file_content(file: FileResource, dimension: ImageFileDimension | None) -> StoredContent:
    """The bytes as they were sent. Errors: 400 for a size, 404 for bytes that are lost."""
    if dimension is not None:
        raise ApiError(codes.FILE_HAS_NO_SIZES)
    return read_content(file)


def image_content(file: FileResource, dimension: ImageFileDimension | None) -> StoredContent:
    """The bytes of an image in a size. Errors: 400 for what is no image or has one size only, 404 for lost bytes."""
    if not file.content_type.startswith("image/"):
        raise ApiError(codes.NO_IMAGE)
    if dimension not in (None, ORIGINAL) and not file.has_multiple_storage_files:
        raise ApiError(codes.ONE_SIZE_ONLY)
    return read_content(file, dimension or ORIGINAL)


def _file(uid: str, **owner: int) -> FileResource:
    owned = TrackerFile.objects.select_related("file").filter(file__uid=uid, **owner).first()
    if owned is None:
        raise ApiError(E1005, "FileResource", uid)
    if owned.file.storage_status != FileResourceStorageStatus.STORED:
        raise ApiError(codes.NOT_STORED)
    return owned.file
