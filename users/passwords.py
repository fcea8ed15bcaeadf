"""What a password must be (DHIS2 2.42, users, password rules: the first that fails is named)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password

from configuration.settings import system_settings
from users.models import PreviousPassword, User

REMEMBERED = 24  # passwords that may not be taken again
LONGEST = 1000  # characters, whatever the settings say: hashing costs with length
GENERIC_WORDS = ("user", "admin", "system", "administrator", "username", "password", "login", "manager")
TAKEN_BEFORE = f"Password must not be one of the previous {REMEMBERED} passwords"

Rule = tuple[Callable[[str], bool], str]
# After the length, in DHIS2's order.
RULES: tuple[Rule, ...] = (
    (lambda p: re.search(r"\d", p) is not None, "Password must have at least one digit"),
    (lambda p: re.search(r"[A-Z]", p) is not None, "Password must have at least one upper case"),
    (lambda p: re.search(r"[a-z]", p) is not None, "Password must have at least one lower case"),
    (lambda p: re.search(r"[^A-Za-z0-9]", p) is not None, "Password must have at least one special character"),
    (lambda p: not any(word in p.lower() for word in GENERIC_WORDS), "Password must not have any generic word"),
)


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """The rules with the lengths that the system settings allow."""

    least: int
    most: int

    def find_fault(self, password: str, parts: Iterable[str | None] = ()) -> str | None:
        """The message of the first rule that `password` breaks, or None; `parts` must not stand in it."""
        if not password.strip():
            return "Username or Password is missing"
        if not self.least <= len(password.strip()) <= self.most or len(password) > LONGEST:
            return f"Password must have at least {self.least}, and at most {self.most} characters"
        for holds, message in RULES:
            if not holds(password):
                return message
        if any(part and part.lower() in password.lower() for part in parts):
            return "Username/Email must not be a part of password"
        return None


def password_rules() -> PasswordRules:
    """The rules as they are set now; one query."""
    found = system_settings("minPasswordLength", "maxPasswordLength")
    return PasswordRules(found["minPasswordLength"], found["maxPasswordLength"])


def find_password_fault(password: str, user: User) -> str | None:
    """What is wrong with a new password of this user, or None; the last ones are wrong, too."""
    fault = password_rules().find_fault(password, (user.username, user.email))
    return fault or (TAKEN_BEFORE if was_used(password, user) else None)


def was_used(password: str, user: User) -> bool:
    """Whether it is the user's password, or one of the last; every comparison costs a hash."""
    last = user.previous_passwords.order_by("-pk").values_list("password", flat=True)[: REMEMBERED - 1]
    return any(encoded and check_password(password, encoded) for encoded in [user.password, *last])


def remember_passwords(hashes: Iterable[tuple[int, str | None]]) -> None:
    """Keep what is about to be replaced: (primary key of the user, hash)."""
    rows = [PreviousPassword(user_id=key, password=encoded) for key, encoded in hashes if encoded]
    PreviousPassword.objects.bulk_create(rows)
