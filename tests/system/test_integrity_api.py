"""`/api/dataIntegrity…`: which checks there are, running them, reading what they found (DHIS2 2.42)."""

from __future__ import annotations

import pytest

from system.integrity.catalogue import all_checks, find_checks
from system.integrity.running import Kind, run_check

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Kind)
def test_every_check_can_be_run_on_the_demo(kind: Kind) -> None:
    failed = {}
    for check in all_checks():
        try:
            run_check(check, kind)
        except Exception as e:
            failed[check.name] = str(e)
    assert failed == {}
