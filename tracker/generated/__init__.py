"""Attribute values that the server makes up by an attribute's text pattern."""
