"""Requests to other servers: only to the configured remote or to listed ones, and never inwards unless allowed.

`places` says what may be asked, `addresses` where that may lie, `exchanges` sends and reads within limits.
"""
