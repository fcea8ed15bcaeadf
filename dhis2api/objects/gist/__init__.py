"""The gist API: flat pages of objects, where nested objects are links, sizes or ids (DHIS2 2.42, metadata gist)."""
