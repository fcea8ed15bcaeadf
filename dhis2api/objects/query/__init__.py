"""The query language of metadata lists: `fields`, `filter`, `order`, `query` (DHIS2 2.42, metadata API)."""
