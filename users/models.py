"""Users, roles and groups. A user's org units are tables of `metadata`, so that users know nothing of org units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from configuration.settings import system_setting
from dhis2api.objects.columns import (
    RefSet,
    big_integer,
    date,
    flag,
    integer,
    json,
    long_text,
    reference,
    text,
    timestamp,
)
from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.models import ApiObject, Attributed, Coded, Named, Shared, Translated, UniquelyNamed
from sharing.access import SUPERUSER, Principal, TypeRules, named

MONTH = timedelta(days=30)  # as DHIS2 counts the age of passwords


class UserRole(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A set of authorities."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    authorities = json(list)
    restrictions = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.user.UserRole"
        order = 100
        access = named("USERROLE")


class TwoFactorType(models.TextChoices):
    """How far a user's second factor is (DHIS2 2.42)."""

    NOT_ENABLED = "NOT_ENABLED"
    TOTP_ENABLED = "TOTP_ENABLED"
    EMAIL_ENABLED = "EMAIL_ENABLED"
    ENROLLING_TOTP = "ENROLLING_TOTP"
    ENROLLING_EMAIL = "ENROLLING_EMAIL"


ENABLED_TYPES = (TwoFactorType.TOTP_ENABLED, TwoFactorType.EMAIL_ENABLED)


class UserDirectory(BaseUserManager):
    """Finds users by name, case-sensitively, as DHIS2 does at login."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


def _full_name(row: Mapping[str, Any], context: Any) -> str:
    return f"{row.get('firstName') or ''} {row.get('surname') or ''}".strip()


# Members that versions up to 2.37 keep in `userCredentials`; answered there too, beside the flat ones.
CREDENTIALS = (
    "username", "externalAuth", "openId", "ldapId", "lastLogin", "passwordLastUpdated", "selfRegistered",
    "invitation", "disabled", "accountExpiry", "userRoles",
)  # fmt: skip


def _credentials(row: Mapping[str, Any], context: Any) -> dict[str, Any]:
    shown = {name: row.get(name) for name in CREDENTIALS}
    shown |= {"id": row["id"], "name": _full_name(row, context), "displayName": _full_name(row, context)}
    shown["twoFA"] = row.get("twoFactorType") in ENABLED_TYPES
    return {name: value for name, value in shown.items() if value is not None}


def _email_verified(row: Mapping[str, Any], context: Any) -> bool:
    return bool(row.get("email")) and row.get("email") == row.get("verifiedEmail")


class User(AbstractBaseUser, ApiObject, Coded, Attributed):
    """A person or machine that logs in.

    `failed_logins` and `last_failed_login` serve the lock-out; `last_login` is Django's column and DHIS2's member.
    The columns of the second factor and of restoring an account are no members: `two_factor_secret` is encrypted,
    `restore_token` and `two_factor_code` are digests, `two_factor_step` is the last code's time step, which cannot be
    used again.
    """

    username = text(255, required=True, unique=True, kind="USERNAME")
    password = models.CharField(max_length=255, null=True, blank=True)
    last_login = timestamp(read_only=True)
    user_roles = RefSet(UserRole, related_name="users")
    first_name = text(160, required=True)
    surname = text(160, required=True)
    email = text(160, kind="EMAIL")
    job_title = text(160)
    phone_number = text(80, kind="PHONENUMBER")
    introduction = long_text()
    gender = text(50)
    birthday = date()
    nationality = text(160)
    employer = text(160)
    education = long_text()
    interests = long_text()
    languages = long_text()
    welcome_message = long_text()
    whats_app = text()
    facebook_messenger = text()
    skype = text()
    telegram = text()
    twitter = text()
    avatar = reference("files.FileResource", on_delete=models.SET_NULL)
    open_id = text()
    ldap_id = text(unique=True)
    external_auth = flag()
    self_registered = flag()
    invitation = flag()
    disabled = flag()
    account_expiry = timestamp()
    password_last_updated = timestamp(read_only=True)
    last_checked_interpretations = timestamp()
    data_view_max_organisation_unit_level = integer()
    settings = json(dict, hidden=True)
    failed_logins = models.IntegerField(default=0)
    last_failed_login = models.DateTimeField(null=True, blank=True)
    verified_email = text(160, kind="EMAIL")
    two_factor_type = text(20, required=True, read_only=True, default=TwoFactorType.NOT_ENABLED)
    two_factor_secret = models.TextField(null=True, blank=True)
    two_factor_code = models.CharField(max_length=64, null=True, blank=True)
    two_factor_code_expires = models.DateTimeField(null=True, blank=True)
    two_factor_step = models.BigIntegerField(default=0)
    two_factor_failures = models.IntegerField(default=0)
    restore_token = models.CharField(max_length=64, null=True, blank=True, unique=True)
    restore_purpose = models.CharField(max_length=20, null=True, blank=True)
    restore_expires = models.DateTimeField(null=True, blank=True)

    is_anonymous = False
    is_authenticated = True

    class Meta:
        # The order of lists, where a page must not sort everybody.
        indexes = [models.Index(Lower("first_name"), Lower("surname"), "uid", "id", name="users_user_by_name")]

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []
    objects = UserDirectory()

    class Wire(Declaration):
        klass = "org.hisp.dhis.user.User"
        order = 101
        access = TypeRules(
            create=("F_USER_ADD", "F_USER_ADD_WITHIN_MANAGED_GROUP"),
            delete=("F_USER_DELETE", "F_USER_DELETE_WITHIN_MANAGED_GROUP"),
            read=("F_USER_VIEW",),
        )
        attribute_flag = "user"
        computed = {
            "name": Computed(_full_name, needs=("firstName", "surname")),
            "displayName": Computed(_full_name, needs=("firstName", "surname")),
            "emailVerified": Computed(_email_verified, needs=("email", "verifiedEmail"), kind="BOOLEAN"),
            "userCredentials": Computed(
                _credentials, needs=(*CREDENTIALS, "firstName", "surname", "twoFactorType"), kind="COMPLEX"
            ),
        }
        immutable = ("username",)
        write_only = ("password",)
        written_for = ("userGroups",)
        put_answers_import_report = True

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.surname}"

    @property
    def is_active(self) -> bool:
        """Whether the account may log in now."""
        expired = self.account_expiry is not None and self.account_expiry <= timezone.now()
        return not self.disabled and not expired

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not let this user in."""
        return self.two_factor_type in ENABLED_TYPES

    @property
    def password_holds(self) -> bool:
        """Whether the password is not too old: older than the months of `credentialsExpires`; 0 is never."""
        changed, now = self.password_last_updated, timezone.now()
        if changed is None or changed + MONTH > now:
            return True
        months = system_setting("credentialsExpires")
        return months <= 0 or (now - changed) / MONTH < months  # no date: the setting may lie beyond the calendar

    @cached_property
    def authorities_by_role(self) -> dict[str, list[str]]:
        """Role's uid → its authorities; asked once for each request."""
        return dict(self.user_roles.order_by("uid").values_list("uid", "authorities"))

    @cached_property
    def authorities(self) -> frozenset[str]:
        """The authorities of all roles, as their strings stand there (ALL is not expanded)."""
        return frozenset(authority for role in self.authorities_by_role.values() for authority in role)

    @cached_property
    def principal(self) -> Principal:
        """What the access rules need to know of this user; one query for roles, one for groups."""
        groups = frozenset(self.user_groups.values_list("uid", flat=True))
        return Principal(self.uid, self.authorities, groups, self.username)

    @property
    def is_superuser(self) -> bool:
        return SUPERUSER in self.authorities

    @property
    def is_staff(self) -> bool:
        """Whether the user may open the Django admin."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions: the admin is for superusers."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_perm(app_label)

    def get_session_auth_hash(self) -> str:
        """Stands in each session; one whose user has another by now (password, state, roles changed) is over."""
        return self._digest_state("session")

    def authentication_stamp(self) -> str:
        """Changes whenever a credential that was verified before must be verified again: a failed login counts."""
        return self._digest_state("credentials", self.failed_logins)

    def _digest_state(self, purpose: str, *more: object) -> str:
        roles = sorted((uid, sorted(authorities)) for uid, authorities in self.authorities_by_role.items())
        closed = (self.disabled, self.account_expiry, self.external_auth)
        state = repr((self.password, *closed, self.username, self.has_second_factor, roles, *more))
        return salted_hmac(f"users.User.{purpose}", state, algorithm="sha256").hexdigest()


class UserGroup(ApiObject, Coded, Named, Shared, Attributed, Translated):
    """A group of users, for sharing and messages."""

    users = RefSet(User, related_name="user_groups")
    managed_groups = RefSet("self", related_name="managed_by_groups", symmetrical=False)

    class Wire(Declaration):
        klass = "org.hisp.dhis.user.UserGroup"
        order = 102
        access = named("USERGROUP")
        attribute_flag = "userGroup"
        member_authorities = {"users": ("F_USER_GROUPS_READ_ONLY_ADD_MEMBERS",)}


class PreviousPassword(models.Model):
    """The hash of a password that a user had, so that it is not taken again soon."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="previous_passwords")
    password = models.CharField(max_length=255)


class AccountSession(AbstractBaseSession):
    """Django's session with the user that it belongs to, so that sessions can be listed and ended by user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        """The engine that reads and writes these rows."""
        return import_string("users.sessions.SessionStore")


def _own_tokens(principal: Principal) -> Any:
    return ApiToken.objects.filter(created_by__uid=principal.uid).values("pk")


class ApiToken(ApiObject, Coded, Shared, Translated):
    """A personal access token. `key` is the digest of the token, which nobody can read again.

    Tokens are their owner's alone, whatever their sharing says; superusers see all.
    """

    version = integer(required=True, read_only=True)
    type = text(50, required=True, read_only=True)
    key = models.CharField(max_length=64, unique=True)
    # Nobody's token outlives him, or keeps him from being deleted.
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    last_updated_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    expire = big_integer(required=True)  # milliseconds since the epoch
    attributes = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.security.apikey.ApiToken"
        plural = "apiToken"  # as DHIS2 names the list
        metadata = False
        own_views = True
        access = TypeRules(shareable=True, default_private=True, readable_keys=_own_tokens)
