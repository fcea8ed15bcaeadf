"""What is written is read back, in every format."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dhis2api.demo import identifiers as ids
from metadata.models import DataElement
from tests.datavalues.payloads import SETS, as_xml, query, read, send, send_xml, value, value_set
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

# no NUL and no lone surrogates, which are refused
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
XML_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\n\t\r"),
    max_size=60,
)
AWKWARD = [
    'say "so"', "it's", "two\nlines", "tab\there", "back\\slash", "\\N", "\\.", "\\t", "a\r\nb", "<&>", "]]>",
    "é ñ 日本 😀", "\x01\x1f\x7f", "\u2028", "{}", "%s %(x)s", "null", "'; DROP TABLE datavalue; --",
]  # fmt: skip
ILLEGAL_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PROPERTY = settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _texts_are_values(db: None) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TEXT")


def written(sent: dict[str, Any]) -> tuple[str | None, str | None, bool]:
    """What should be stored of a value: texts are trimmed, nothing is null."""
    return (sent["value"].strip() or None, sent["comment"].strip() or None, sent["followup"])


def one(api: ApiClient) -> tuple[str | None, str | None, bool]:
    """Value, comment and mark of the only value, null for none."""
    found = read(api)
    if not found:
        return (None, None, False)
    return (found[0]["value"], found[0]["comment"], found[0]["followup"])


def one_in_xml(api: ApiClient) -> tuple[str | None, str | None, bool]:
    root = etree.fromstring(api.get(SETS + query(format="xml")).content)
    if not len(root):
        return (None, None, False)
    return (root[0].get("value"), root[0].get("comment"), root[0].get("followUp") == "true")


@PROPERTY
@given(text=TEXTS, comment=TEXTS, followup=st.booleans())
def test_json(api: ApiClient, text: str, comment: str, followup: bool) -> None:
    sent = {"value": text, "comment": comment, "followup": followup}

    assert send(api, value(**sent)).status == 200

    expected = written(sent)
    assert one(api) == (expected if expected[:2] != (None, None) else (None, None, False))


@PROPERTY
@given(text=XML_TEXTS, comment=XML_TEXTS, followup=st.booleans())
def test_xml(api: ApiClient, text: str, comment: str, followup: bool) -> None:
    sent = {"value": text, "comment": comment, "followup": followup}

    assert send_xml(api, as_xml(value_set(value(**sent)))).status == 200

    expected = written(sent)
    assert one_in_xml(api) == (expected if expected[:2] != (None, None) else (None, None, False))


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_in_every_format(api: ApiClient, text: str) -> None:
    send(api, value(value=f"a{text}z", comment=f"b{text}y"))

    assert one(api) == (f"a{text}z", f"b{text}y", False)
    legible = ILLEGAL_IN_XML.sub("", text)  # XML has no way to write these characters
    assert one_in_xml(api) == (f"a{legible}z", f"b{legible}y", False)


@pytest.mark.parametrize("size", [1, 9_999, 50_000])
def test_long_texts(api: ApiClient, size: int) -> None:
    send(api, value(value="é" * size, comment="😀" * size))

    assert one(api) == one_in_xml(api) == ("é" * size, "😀" * size, False)


@given(
    st.lists(
        st.tuples(st.sampled_from([ids.MEASLES, ids.CHOLERA]), st.integers(1, 12), st.integers(1, 99)),
        min_size=1, max_size=30,
    )
)  # fmt: skip
@PROPERTY
def test_last_of_several_values_of_a_key_is_read(api: ApiClient, rows: list[tuple[str, int, int]]) -> None:
    sent = [value(data_element=element, period=f"1999{month:02}", value=str(number)) for element, month, number in rows]

    answer = send(api, *sent)

    assert sum(answer.counts.values()) == len(rows)
    found = read(api, period=None, start_date="1999-01-01", end_date="1999-12-31")
    last = {(item["dataElement"], item["period"]): item["value"] for item in sent}
    assert last.items() <= {(item["dataElement"], item["period"]): item["value"] for item in found}.items()
