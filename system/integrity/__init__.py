"""Data integrity: what a server finds wrong, or odd, in its own metadata and data (DHIS2 2.42, data integrity)."""
