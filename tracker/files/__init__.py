"""Files that attribute values and data values are."""
