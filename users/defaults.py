"""What a server needs before anybody can log in: the role `Superuser` and the user `admin`."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from users.models import User, UserRole

SUPERUSER_ROLE = "yrB6vc5Ip3r"
ADMIN = "M5zQapPyTZI"
ADMIN_PASSWORD = "district"


@transaction.atomic
def ensure_admin() -> User:
    """Create the role and the user where they are missing; what exists is left as it is."""
    admin = User.objects.filter(uid=ADMIN).first()
    if admin is not None:
        return admin
    now = timezone.now()
    sharing = {"owner": ADMIN, "public": "--------", "users": {}, "userGroups": {}}
    role, _ = UserRole.objects.get_or_create(
        uid=SUPERUSER_ROLE,
        defaults={
            "name": "Superuser", "description": "All authorities", "authorities": ["ALL"], "sharing": sharing,
            "created": now, "last_updated": now,
        },
    )  # fmt: skip
    admin = User(
        uid=ADMIN, username="admin", first_name="System", surname="Administrator", created=now, last_updated=now
    )
    admin.set_password(ADMIN_PASSWORD)
    admin.password_last_updated = now
    admin.save()
    admin.user_roles.add(role)
    return admin
