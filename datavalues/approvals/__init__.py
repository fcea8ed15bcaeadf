"""Data approval: states, permissions, and what may be done to them (DHIS2 2.42, data approval)."""
