"""What refuses a file (DHIS2 2.42, file resources)."""

from __future__ import annotations

from dhis2api.errors import code, plain

FILE_EMPTY = plain(409, "Could not read file or file is empty")
FILE_TOO_LARGE = plain(409, "File size can't be bigger than {}, current file size {}")
EXTENSION_WRONG = plain(409, "Wrong file extension, valid extensions are: {}")
CONTENT_TYPE_WRONG = plain(409, "Invalid content type, valid content types are: {}")
IMAGE_UNREADABLE = plain(409, "The image cannot be read")
IMAGE_TOO_LARGE = plain(409, "An image can't have more than {} pixels, this one has {}")
E1119 = code("E1119", "{} already exists: `{}`")
CONTENT_HIDDEN = plain(
    403, "You don't have access to fileResource '{}' or this fileResource is not available from this endpoint"
)
BYTES_MISSING = plain(404, "The content of fileResource '{}' could not be found")
FILE_UNKNOWN = plain(409, "File does not exist")
FILE_NOT_OWN = plain(409, "Not the owner of the file")
