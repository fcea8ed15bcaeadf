"""Why a request to another server brought no answer. The words may be shown to clients: they hold no secrets."""

from __future__ import annotations


class OutgoingError(Exception):
    """No usable answer came back."""


class RequestRefused(OutgoingError):
    """This server does not send such a request: nothing was sent."""


class Unreachable(OutgoingError):
    """Nobody answered, or not in time, or the connection broke."""


class AnswerUnusable(OutgoingError):
    """What came back is too large, or is no HTTP."""
