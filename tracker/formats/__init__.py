"""Bytes to payloads, one module a format."""
