"""What is refused, in DHIS2's words (2.42, messages)."""

from __future__ import annotations

from dhis2api.errors import plain

NO_RECIPIENTS = plain(409, "No recipients selected.")
USER_UNKNOWN = plain(409, "User does not exist: {}")
ORG_UNIT_UNKNOWN = plain(409, "Organisation Unit does not exist: {}")
GROUP_UNKNOWN = plain(404, "UserGroup with id {} could not be found.")
CONVERSATION_UNKNOWN = plain(404, "Message conversation does not exist: {}")
NOT_AUTHORIZED = plain(403, "Not authorized to {} this conversation.")
NO_INTERNAL_MESSAGES = plain(403, "Not authorized to send internal messages")
INTERNAL_HIDDEN = plain(409, "Not authorized to access this message")
ATTACHMENT_UNKNOWN = plain(409, "Attachment '{}' not found.")
ATTACHMENT_TAKEN = plain(409, "Attachment '{}' is already used or not a valid attachment.")
ATTACHMENT_OF_NONE = plain(404, "No message conversation with uid '{}'")
ATTACHMENT_MISSING = plain(404, "No messageattachment found with id '{}'")
TOO_LONG = plain(409, "The {} has more than {} characters")
TOO_MANY = plain(409, "There are more than {} {}")
MISSING = plain(409, "A {} must be given")
NOT_FOR_OTHERS = plain(403, "Not authorized to mark conversations of other users")
