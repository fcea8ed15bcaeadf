"""Confidential attribute values: encrypted at rest, shown to whoever may read the tracked entity.

One whose key the server no longer has takes down nothing around it: it stays where it is, unread, and the log says so.
"""

from __future__ import annotations

import logging

from dhis2api.ciphers import UndecryptableError, decrypt_text

# Of a `value` and its `attribute`: the tracked entity whose value is encrypted; NULL where it is not.
HOLDER = """CASE WHEN attribute.confidential THEN (
        SELECT holder.uid FROM tracked_entity holder WHERE holder.id = value.tracked_entity_id
    ) END"""
logger = logging.getLogger(__name__)


def decrypt_value(encrypted: str, tracked_entity: str, attribute: str) -> str | None:
    """The text of a value; None where it cannot be read. The uids are for the log."""
    try:
        return decrypt_text(encrypted)
    except UndecryptableError:
        logger.warning(
            "The value of tracked entity attribute %s of tracked entity %s was encrypted with a key that this server"
            " does not have; it is left out", attribute, tracked_entity,
        )  # fmt: skip
        return None
