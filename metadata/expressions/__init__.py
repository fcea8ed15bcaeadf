"""Expressions of metadata in words: the names of what they mention."""
