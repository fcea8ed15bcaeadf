"""DHIS2 web apps: install, list, serve, remove."""
