"""Pushes of individual data: tracked entities with all below them, events of event programs, relationships."""
