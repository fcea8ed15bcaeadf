"""A mail server for the tests of this folder."""

from tests.harness.mail import mailbox

__all__ = ["mailbox"]
