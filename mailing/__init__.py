"""Outgoing mail: rows that say what is to be sent, and what brings them to the mail server."""
