"""A mail server that keeps what it gets."""

from tests.harness.mail import mailbox

__all__ = ["mailbox"]
