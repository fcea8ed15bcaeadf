"""Reading a manifest never fails but by a refusal."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.manifests import SHOWN, namespaces_of, parse_manifest
from dhis2api.errors import ApiError

NAMES = ["name", "short_name", "version", "appType", "namespace", "dhis", "authorities", "readOnlyAuthorities",
         "additionalNamespaces", *SHOWN]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6) | VALUES)
def test_any_json_is_an_app_or_a_refusal(found: Any) -> None:
    try:
        manifest = parse_manifest(json.dumps(found).encode())
        reserved = list(namespaces_of(manifest))
    except ApiError as error:
        assert error.status == 409
        return

    assert re.fullmatch(r"[A-Za-z0-9-]+", manifest.key)
    assert all(namespace.read_authorities and namespace.write_authorities for namespace in reserved)


@given(st.binary(max_size=100))
def test_any_bytes_are_an_app_or_a_refusal(content: bytes) -> None:
    try:
        parse_manifest(content)
    except ApiError as error:
        assert error.status == 409
