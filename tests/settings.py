"""The product's settings on a home of this run's own, and a password hash that costs nothing."""

from __future__ import annotations

import atexit
import os

from dhis2api.embedded.accounts import open_home, remove_home
from tests.harness.cluster import SESSION_HOME, TEMPLATE_DATABASE

# Decided before the settings are read; the servers themselves start with the first test that wants a database.
open_home(SESSION_HOME)
atexit.register(remove_home, SESSION_HOME)
os.environ["DHIS2API_HOME"] = str(SESSION_HOME)
for name in ("DATABASE_URL", "REDIS_URL", "CONTEXT_PATH"):
    os.environ.pop(name, None)

from dhis2api.settings import *  # noqa: E402, F403 - the product's settings, after its environment

assert DATABASES["default"]["NAME"] == TEMPLATE_DATABASE  # noqa: F405 - comes with the star above
PASSWORD_HASHERS = ["tests.harness.passwords.QuickArgon2"]
