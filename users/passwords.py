"""What a password must be (DHIS2 2.42, users, password rules: the first that fails is named)."""

from __future__ import annotations

import re
from collections.abc import Callable

MIN_LENGTH = 8
MAX_LENGTH = 72
GENERIC_WORDS = ("user", "admin", "system", "administrator", "username", "password", "login", "manager")

# DHIS2's order.
RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda p: bool(p.strip()), "Username or Password is missing"),
    (
        lambda p: MIN_LENGTH <= len(p.strip()) <= MAX_LENGTH,
        f"Password must have at least {MIN_LENGTH}, and at most {MAX_LENGTH} characters",
    ),
    (lambda p: re.search(r"\d", p) is not None, "Password must have at least one digit"),
    (lambda p: re.search(r"[A-Z]", p) is not None, "Password must have at least one upper case"),
    (lambda p: re.search(r"[a-z]", p) is not None, "Password must have at least one lower case"),
    (lambda p: re.search(r"[^A-Za-z0-9]", p) is not None, "Password must have at least one special character"),
    (lambda p: not any(word in p.lower() for word in GENERIC_WORDS), "Password must not have any generic word"),
)


def find_password_fault(password: str, username: str = "", email: str = "") -> str | None:
    """The message of the first rule that `password` breaks, or None."""
    for holds, message in RULES:
        if not holds(password):
            return message
    if any(part and part.lower() in password.lower() for part in (username, email)):
        return "Username/Email must not be a part of password"
    return None
