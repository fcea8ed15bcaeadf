"""Kinds and states of conversations (DHIS2 2.42, messages)."""

from __future__ import annotations

from enum import StrEnum


class MessageType(StrEnum):
    """What a conversation is about."""

    PRIVATE = "PRIVATE"
    SYSTEM = "SYSTEM"
    VALIDATION_RESULT = "VALIDATION_RESULT"
    TICKET = "TICKET"
    SYSTEM_VERSION_UPDATE = "SYSTEM_VERSION_UPDATE"


class ConversationStatus(StrEnum):
    """How far a ticket, or a violation, is."""

    NONE = "NONE"
    OPEN = "OPEN"
    PENDING = "PENDING"
    INVALID = "INVALID"
    SOLVED = "SOLVED"


class ConversationPriority(StrEnum):
    """How much it matters."""

    NONE = "NONE"
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
