"""Patterns of generated attribute values (DHIS2 2.42, E4019, E4021, E4022)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.text_patterns import Method, PatternError, Segment, parse_pattern, suits
from tests.harness.client import ApiClient
from tests.objects.imports import codes
from tests.objects.payloads import create


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ('"A-" + SEQUENTIAL(###)', [("TEXT", "A-"), ("SEQUENTIAL", "###")]),
        ("RANDOM(#*Xx)", [("RANDOM", "#*Xx")]),
        ("ORG_UNIT_CODE(...)+CURRENT_DATE(yyyy-MM)+ RANDOM(##)",
         [("ORG_UNIT_CODE", "..."), ("CURRENT_DATE", "yyyy-MM"), ("RANDOM", "##")]),
        (r'"say \"hi\"" + RANDOM(#)', [("TEXT", 'say "hi"'), ("RANDOM", "#")]),
        ("  SEQUENTIAL(#)  ", [("SEQUENTIAL", "#")]),
    ],
)  # fmt: skip
def test_patterns(text: str, segments: list[tuple[str, str]]) -> None:
    assert parse_pattern(text) == [Segment(Method(method), parameter) for method, parameter in segments]


@pytest.mark.parametrize(
    ("text", "place"),
    [("", "empty"), ("SEQUENTIAL(abc)", "position 11"), ("RANDOM(##", "position 0"), ('"A" "B"', "position 3"),
     ('"A" + ', "position 6"), ("NUMBER(#)", "position 0"), ("RANDOM()", "position 7")],
)  # fmt: skip
def test_what_is_no_pattern_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(PatternError, match=place):
        parse_pattern(text)


@given(st.text(max_size=40))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    try:
        assert parse_pattern(text)
    except PatternError as error:
        assert str(error)


@given(st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=20))
def test_a_quoted_text_is_read_back(text: str) -> None:
    assert parse_pattern(f'"{text}"+RANDOM(#)')[0] == Segment(Method.TEXT, text)


@pytest.mark.parametrize(
    ("text", "value_type", "holds"),
    [("RANDOM(#X)", "TEXT", True), ("RANDOM(##)", "NUMBER", True), ("RANDOM(X#)", "NUMBER", False),
     ('"1" + SEQUENTIAL(#)', "INTEGER", True), ('"A" + SEQUENTIAL(#)', "INTEGER", False),
     ("ORG_UNIT_CODE(.) + SEQUENTIAL(#)", "NUMBER", False), ("CURRENT_DATE(yyyy) + RANDOM(#)", "NUMBER", True),
     ("SEQUENTIAL(#)", "DATE", False)],
)  # fmt: skip
def test_which_types_a_pattern_suits(text: str, value_type: str, holds: bool) -> None:
    assert suits(parse_pattern(text), value_type) is holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("SEQUENTIAL(", ["E4019"]), (None, ["E4019"]), ('"A"', ["E4021"]), ("RANDOM(#)+SEQUENTIAL(#)", ["E4021"]),
     ('"A" + SEQUENTIAL(###)', [])],
)  # fmt: skip
def test_a_generated_attribute_needs_a_right_pattern(api: ApiClient, pattern: str | None, expected: list[str]) -> None:
    body = {"name": "Case", "shortName": "Case", "aggregationType": "NONE", "valueType": "TEXT", "generated": True,
            "pattern": pattern}  # fmt: skip

    answer = api.post("/api/trackedEntityAttributes", body)

    assert codes(answer) == expected
    assert (
        api.post("/api/trackedEntityAttributes", body | {"generated": False, "name": "B", "shortName": "B"}).status
        == 201
    )


@pytest.mark.django_db
def test_a_pattern_beyond_its_value_type(api: ApiClient) -> None:
    body = {"name": "Case", "shortName": "Case", "aggregationType": "NONE", "valueType": "NUMBER", "generated": True,
            "pattern": '"A" + SEQUENTIAL(#)'}  # fmt: skip

    assert codes(api.post("/api/trackedEntityAttributes", body)) == ["E4010", "E4022"]


@pytest.mark.django_db
@pytest.mark.parametrize("singular", ["dataElement", "trackedEntityAttribute"])
def test_a_field_mask_is_one_text(api: ApiClient, singular: str) -> None:
    made = create(api, singular, fieldMask=r"\d\d-XX")
    answer = api.put(f"/api/{singular}s/{made['id']}", made | {"fieldMask": 'a"b'})

    assert codes(answer) == ["E4019"]
