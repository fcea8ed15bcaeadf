"""Personal access tokens: made, checked, and what a request with one must satisfy (DHIS2 2.42)."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dhis2api.errors import ApiError
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.objects.importer.sharing import private_sharing
from dhis2api.objects.uids import generate_uid
from users.authenticating import LoginStatus, account_status
from users.errors import (
    E4000,
    TOKEN_ATTRIBUTES_INVALID,
    TOKEN_BODY_INVALID,
    TOKEN_CODE_TAKEN,
    TOKEN_EXPIRED,
    TOKEN_IP_REFUSED,
    TOKEN_MAKES_NO_TOKENS,
    TOKEN_METHOD_REFUSED,
    TOKEN_OWNER_CLOSED,
    TOKEN_REFERRER_REFUSED,
    TOKEN_UNKNOWN,
)
from users.models import ApiToken, User
from users.token_format import V2, digest, new_token

LIFETIME_MILLISECONDS = 30 * 24 * 3600 * 1000
MAX_CODE = 50
MAX_ENTRIES = 1000  # of one allow-list
METHODS = frozenset({"HEAD", "GET", "POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Caller:
    """What a token's allow-lists are held against; `referrer` None: the request names none."""

    address: str
    method: str
    referrer: str | None


def register() -> None:
    """Hang the rules of tokens into the import, which changes them; they are made by `create_token` alone."""
    hooks_of("apiToken").checks.append(attributes_are_right)


def create_token(user: User, body: Any) -> tuple[ApiToken, str]:
    """A new token and its text, which nobody can read again.

    `body`: `{"expire": milliseconds, "code": text, "attributes": […]}`, all of them optional.
    Errors: 409 that names the attribute's value at fault or a code that a token has; 400 for members of other types.
    """
    if not isinstance(body, dict):
        raise ApiError(TOKEN_BODY_INVALID, "the body must be an object")
    expire = body.get("expire")
    if expire is None:
        expire = _now() + LIFETIME_MILLISECONDS
    if not isinstance(expire, int) or isinstance(expire, bool) or not 0 < expire < 2**53:
        raise ApiError(TOKEN_BODY_INVALID, "expire must be a time in milliseconds since 1970")
    code = body.get("code") or None
    if code is not None and (not isinstance(code, str) or len(code) > MAX_CODE):
        raise ApiError(TOKEN_BODY_INVALID, f"code must be a text of at most {MAX_CODE} characters")
    attributes = body.get("attributes") or []
    if fault := find_attribute_fault(attributes):
        raise ApiError(TOKEN_ATTRIBUTES_INVALID, fault)
    if code is not None and ApiToken.objects.filter(code=code).exists():
        raise ApiError(TOKEN_CODE_TAKEN, code)
    text = new_token()
    token = ApiToken.objects.create(
        uid=generate_uid(), code=code, version=V2.version, type=V2.type, key=digest(text), expire=expire,
        attributes=attributes, sharing=private_sharing(user.uid), created_by=user, last_updated_by=user,
    )  # fmt: skip
    return token, text


def find_token(text: str) -> ApiToken:
    """The token with this text, its user with his rights. Errors: 401 for one that does not exist (any more)."""
    token = ApiToken.objects.filter(key=digest(text)).first()
    user = None if token is None or token.created_by_id is None else User.objects.with_rights(token.created_by_id)
    if token is None or user is None:
        raise ApiError(TOKEN_UNKNOWN)
    token.created_by = user
    return token


def check_token(token: ApiToken, caller: Caller) -> User:
    """The user that a request with this token is made by.

    Errors: 401 where the token has expired, its user may not log in by a password alone, or a list does not allow
    the caller.
    """
    user = token.created_by
    if user is None or account_status(user) is not LoginStatus.SUCCESS or user.has_second_factor:
        raise ApiError(TOKEN_OWNER_CLOSED)
    if not user.password_holds:
        raise ApiError(TOKEN_OWNER_CLOSED)
    if token.expire <= _now():
        raise ApiError(TOKEN_EXPIRED)
    for attribute in token.attributes:
        if allowed := attribute.get("allowedIps"):
            _demand(caller.address in allowed, TOKEN_IP_REFUSED)
        if allowed := attribute.get("allowedMethods"):
            _demand(caller.method in allowed, TOKEN_METHOD_REFUSED)
        if allowed := attribute.get("allowedReferrers"):
            _demand((caller.referrer or "").lower() in map(str.lower, allowed), TOKEN_REFERRER_REFUSED)
    return user


def require_free_hand(token: Any) -> None:
    """What a request was made with may make and change tokens: a password may, a token without allow-lists, too.

    Otherwise whoever holds a restricted token would rid himself of the restrictions. Errors: 403.
    """
    if isinstance(token, ApiToken) and any(_restricts(attribute) for attribute in token.attributes):
        raise ApiError(TOKEN_MAKES_NO_TOKENS)


def find_attribute_fault(attributes: Any) -> str | None:
    """What is wrong with a token's `attributes`, in DHIS2's words, or None."""
    if not isinstance(attributes, list):
        return f"Not a list of attributes, value={attributes}"
    return next(_faults(attributes), None)


def attributes_are_right(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """409: a change keeps what tokens can be checked by."""
    if item.stored is None:
        # Only `create_token` knows the text that the digest is of.
        yield Fault(E4000, ("key",), "key", main_id=item.uid)
    if fault := find_attribute_fault(item.values.get("attributes") or []):
        raise ApiError(TOKEN_ATTRIBUTES_INVALID, fault)


def _faults(attributes: Sequence[Any]) -> Iterator[str]:
    for attribute in attributes:
        kind = attribute.get("type") if isinstance(attribute, dict) else None
        if not isinstance(kind, str) or kind not in _LISTS:
            yield f"Not a valid attribute type, value={kind}"
            return
        member, is_valid, what = _LISTS[kind]
        values = attribute.get(member) or []
        if not isinstance(values, list) or len(values) > MAX_ENTRIES or attribute.keys() - {"type", member}:
            yield f"Not a valid list of {member}, value={kind}"
            return
        yield from (f"Not a valid {what}, value={value}" for value in values if not is_valid(value))


def _restricts(attribute: dict[str, Any]) -> bool:
    return any(attribute.get(member) for member, _, _ in _LISTS.values())


def _is_address(value: Any) -> bool:
    try:
        ipaddress.ip_address(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return True


def _is_referrer(value: Any) -> bool:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


_LISTS: dict[str, tuple[str, Any, str]] = {
    "IpAllowedList": ("allowedIps", _is_address, "ip address"),
    "MethodAllowedList": ("allowedMethods", lambda value: isinstance(value, str) and value in METHODS, "http method"),
    "RefererAllowedList": ("allowedReferrers", _is_referrer, "referrer url"),
}


def _demand(holds: bool, refusal: Any) -> None:
    if not holds:
        raise ApiError(refusal)


def _now() -> int:
    return int(time.time() * 1000)
