"""The catalogues and the tests agree: no code without a test that names it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from dhis2api.errors import Code
from dhis2api.objects import errors as object_errors
from metadata import errors as metadata_errors
from users import errors as user_errors

TESTS = Path(__file__).resolve().parent.parent
GENERIC = frozenset({"E1003", "E1006"})  # the web layer's, with a message of our own


@pytest.mark.parametrize("catalogue", [object_errors, user_errors, metadata_errors], ids=lambda module: module.__name__)
def test_every_code_is_named_by_a_test(catalogue: ModuleType) -> None:
    tested = "".join(path.read_text() for path in TESTS.rglob("test_*.py"))

    declared = {c.name for c in vars(catalogue).values() if isinstance(c, Code) and c.name}
    assert {name for name in declared - GENERIC if name not in tested} == set()
