"""Users, roles and groups. A user's org units are tables of `metadata`, so that users know nothing of org units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from dhis2api.objects.columns import RefSet, date, flag, integer, json, long_text, reference, text, timestamp
from dhis2api.objects.declarations import Computed, Declaration
from dhis2api.objects.models import ApiObject, Attributed, Coded, Named, Shared, Translated, UniquelyNamed
from sharing.access import SUPERUSER, Principal, TypeRules, named


class UserRole(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A set of authorities."""

    description = long_text(min_length=2, translation_key="DESCRIPTION")
    authorities = json(list)
    restrictions = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.user.UserRole"
        order = 100
        access = named("USERROLE")


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
    return {name: value for name, value in shown.items() if value is not None} | {"twoFA": False}


class User(AbstractBaseUser, ApiObject, Coded, Attributed):
    """A person or machine that logs in.

    `failed_logins` and `last_failed_login` serve the lock-out; `last_login` is Django's column and DHIS2's member.
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

    is_anonymous = False
    is_authenticated = True
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
            "emailVerified": Computed(lambda row, context: False, kind="BOOLEAN"),
            "userCredentials": Computed(_credentials, needs=(*CREDENTIALS, "firstName", "surname"), kind="COMPLEX"),
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
        state = repr((self.password, self.disabled, self.account_expiry, self.username, roles, *more))
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
