"""A mail server and people for the tests of this folder."""

from tests.harness.mail import mailbox
from tests.messaging.conversing import people

__all__ = ["mailbox", "people"]
