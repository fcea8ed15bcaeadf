"""Versions of metadata: snapshots that one server makes and others import in their order."""
