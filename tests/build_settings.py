"""The settings under which the test template is built: the home is given, the hash is the suite's."""

from __future__ import annotations

from dhis2api.settings import *  # noqa: F403 - the product's settings

PASSWORD_HASHERS = ["tests.harness.passwords.QuickArgon2"]
