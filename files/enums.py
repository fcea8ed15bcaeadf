"""Words of file resources, as DHIS2 writes them."""

from __future__ import annotations

from enum import StrEnum


class FileResourceDomain(StrEnum):
    """What a file belongs to."""

    DATA_VALUE = "DATA_VALUE"
    PUSH_ANALYSIS = "PUSH_ANALYSIS"
    DOCUMENT = "DOCUMENT"
    MESSAGE_ATTACHMENT = "MESSAGE_ATTACHMENT"
    USER_AVATAR = "USER_AVATAR"
    ORG_UNIT = "ORG_UNIT"
    ICON = "ICON"
    JOB_DATA = "JOB_DATA"


class FileResourceStorageStatus(StrEnum):
    """Whether the bytes are there. A file is known here from the moment when they are, so that it is always STORED."""

    NONE = "NONE"
    PENDING = "PENDING"
    STORED = "STORED"


class ImageFileDimension(StrEnum):
    """The sizes in which an image can be had."""

    ORIGINAL = "ORIGINAL"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"
