"""The expression language of DHIS2: one grammar, several dialects, no access to any data."""
