"""Wire formats of data value sets: bytes to records, rows to bytes; a module a format."""
