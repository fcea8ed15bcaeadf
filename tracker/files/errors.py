"""What refuses the file of a value. Source: DHIS2 2.42, tracker export, files."""

from __future__ import annotations

from dhis2api.errors import code, plain

EVENT_UNKNOWN = code("E1005", "Event {} with data element {} could not be found.", 404)
ELEMENT_WITHOUT_FILE = code("E1005", "Data element {} is not a file (or image).", 404)
ATTRIBUTE_WITHOUT_FILE = code("E1005", "Tracked entity attribute {} is not a file (or image).", 404)
NO_VALUE = code("E1005", "DataValue for data element {} could not be found.", 404)
FILE_HAS_NO_SIZES = plain(400, "Request parameter 'dimension' is only supported for images")
NO_IMAGE = plain(400, "File is not an image")
ONE_SIZE_ONLY = plain(400, "Image is not stored using multiple dimensions")
NOT_STORED = plain(409, "The content is being processed and is not available yet. Try again later.")
