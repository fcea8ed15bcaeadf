"""Maintenance: what an administrator has the server tidy up (DHIS2 2.42, maintenance)."""
