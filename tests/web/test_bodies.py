"""Bodies: compressed or not, bounded, and every unreadable one refused early with its place."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile

import msgspec
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dhis2api.errors import ApiError
from dhis2api.web.bodies import decode_json, json_error_place

JSON = "application/json"


def zipped(*entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, entry in enumerate(entries):
            archive.writestr(f"{index}.json", entry)
    return file.getvalue()


@pytest.mark.parametrize("body", [b"[1]", gzip.compress(b"[1]", mtime=0), zipped(b"[1]"), b"\xef\xbb\xbf[1]"])
def test_a_body_is_read_whatever_its_wrapping(web: Client, body: bytes) -> None:
    assert web.post("/api/test/echo", body, content_type=JSON).json() == [1]


def test_content_encoding_gzip_is_read_and_must_be_true(web: Client) -> None:
    headers = {"Content-Encoding": "gzip"}

    honest = web.post("/api/test/echo", gzip.compress(b"[1]", mtime=0), content_type=JSON, headers=headers)
    lying = web.post("/api/test/echo", b"[1]", content_type=JSON, headers=headers)
    unknown = web.post("/api/test/echo", b"[1]", content_type=JSON, headers={"Content-Encoding": "br"})

    assert honest.json() == [1]
    assert lying.status_code == 400
    assert (unknown.status_code, unknown.json()["message"]) == (415, "Content-Encoding 'br' is not supported")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(b"[1]" * 1000, mtime=0)[:-9], id="cut gzip"),
        pytest.param(b"\x1f\x8bnonsense", id="no gzip"),
        pytest.param(zipped(b"[1]", b"[2]"), id="zip of two"),
        pytest.param(zipped(), id="PK without entries"),
        pytest.param(zipped(b"[1]" * 100)[:-30], id="cut zip"),
        pytest.param(b"PK\x03\x04nonsense", id="no zip"),
    ],
)
def test_a_broken_archive_is_a_400(web: Client, body: bytes) -> None:
    assert web.post("/api/test/echo", body, content_type=JSON).status_code == 400


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "the body is empty, at line 1, column 1", id="empty"),
        pytest.param(b"  ", "the body is empty, at line 1, column 1", id="blank"),
        pytest.param(b'{"a":\n 1,}', "trailing comma is not allowed, at line 2, column 3", id="comma"),
        pytest.param(b"{'a': 1}", "at line 1, column 2", id="single quotes"),
        pytest.param(b'{"a":\n  tru', "unexpected end of data, at line 2, column 6", id="cut"),
        pytest.param(b"[NaN]", "at line 1, column 2", id="NaN"),
        pytest.param(b"[1e999]", "at line 1, column 2", id="infinite"),
        pytest.param(b'["\xc3\xa9\\u0000"]', "a NUL character is not allowed, at line 1, column 4", id="escaped NUL"),
        pytest.param(b'["a\x00"]', "unexpected control character in string, at line 1, column 4", id="raw NUL"),
        pytest.param(b'["a\\ud800"]', "at line 1, column", id="lone surrogate"),
        pytest.param(b'["\\udc00"]', "at line 1, column", id="lone low surrogate"),
        pytest.param(b'[\n"\xed\xa0\x80"]', "invalid continuation byte, at line 2, column 2", id="raw surrogate"),
        pytest.param(b'["\xff"]', "not UTF-8, invalid start byte, at line 1, column 3", id="no UTF-8"),
        pytest.param(b"[" * 201 + b"]" * 201, "nested deeper than 200 levels", id="201 deep"),
        pytest.param(b'{"a":' * 100_000, "nested deeper than 200 levels", id="100,000 deep"),
        pytest.param(b"[1] x", "unexpected content after document, at line 1, column 5", id="trailing"),
    ],
)
def test_unreadable_json_is_a_400_with_its_place(web: Client, body: bytes, reason: str) -> None:
    answer = web.post("/api/test/echo", body, content_type=JSON)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("JSON parse error: ")
    assert reason in answer.json()["message"]


def test_200_levels_an_escaped_backslash_and_repeated_members_are_fine(web: Client) -> None:
    deep = b"[" * 200 + b"]" * 200

    assert web.post("/api/test/echo", deep, content_type=JSON).status_code == 200
    assert web.post("/api/test/echo", b'["\\\\u0000"]', content_type=JSON).json() == ["\\u0000"]
    assert web.post("/api/test/echo", b'{"a":1,"a":2}', content_type=JSON).json() == {"a": 2}


def test_request_data_has_the_same_errors(web: Client) -> None:
    answer = web.patch("/api/test/echo", b"[1,", content_type=JSON)

    assert (answer.status_code, answer.json()["message"][:17]) == (400, "JSON parse error:")


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zipped])
def test_the_limit_holds_before_and_after_decompression(web: Client, settings: Settings, compress: type) -> None:
    settings.MAX_BODY = 100_000

    small = web.post("/api/test/size", compress(bytes(100_000)), content_type=JSON)
    large = web.post("/api/test/size", compress(bytes(100_001)), content_type=JSON)

    assert small.json() == {"size": 100_000}
    assert (large.status_code, large.json()["httpStatus"]) == (413, "Payload Too Large")
    assert large.json()["message"] == "The request body exceeds the limit of 100000 bytes"


@pytest.mark.parametrize("compress", [gzip.compress, zipped])
def test_a_bomb_ends_at_the_limit_in_flat_memory(web: Client, settings: Settings, compress: type) -> None:
    settings.MAX_BODY = 20_000_000
    bomb = compress(bytes(100_000_000))
    tracemalloc.start()

    answer = web.post("/api/test/size", bomb, content_type=JSON)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 413
    assert peak < 5_000_000


@pytest.mark.parametrize("wrap", [gzip.compress, zipped])
def test_a_body_that_begins_with_a_mebibyte_of_blanks_ends_there(web: Client, wrap: type) -> None:
    body = wrap(b" \n" * 25_000_000)
    tracemalloc.start()

    answer = web.post("/api/test/echo", body, content_type=JSON)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    reason = "JSON parse error: more than 1 MiB of white space before the first value"
    assert (answer.status_code, answer.json()["message"]) == (400, reason)
    assert peak < 5_000_000
    assert web.post("/api/test/echo", b" " * 1_000_000 + b"[1]", content_type=JSON).json() == [1]


class Counted(io.BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        chunk = super().read(size)
        self.taken += len(chunk)
        return chunk


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"garbage ", id="words"),
        pytest.param(b"\x93\xfe\x00\x81", id="bytes"),
        pytest.param(b'"a" ', id="texts"),
        pytest.param(b"[", id="brackets"),
    ],
)
def test_100_mb_of_garbage_is_refused_by_its_beginning(web: Client, garbage: bytes) -> None:
    body = Counted(garbage * (100_000_000 // len(garbage)))

    answer = web.generic(
        "POST", "/api/test/echo",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue())), "CONTENT_TYPE": JSON},
    )  # fmt: skip

    assert answer.status_code == 400
    assert body.taken < 3_000_000


def test_a_long_body_is_not_taken_for_garbage_where_the_prefix_ends(web: Client) -> None:
    for shift in range(8):
        text = '["' + "x" * shift + "\u00e9\\ud83d\\ude00\U0001f600" * 80_000 + '", 12.5e10, true]'

        assert web.post("/api/test/echo", text.encode(), content_type=JSON).status_code == 200


def test_a_chunked_body_is_read(web: Client) -> None:
    answer = web.generic(
        "POST", "/api/test/echo",
        **{"wsgi.input": io.BytesIO(b"[1]"), "wsgi.input_terminated": True, "CONTENT_TYPE": JSON,
           "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip

    assert answer.json() == [1]


class Value(msgspec.Struct):
    value: str


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"value": 1}]', "Expected `str`, got `int` - at `$[0].value`"),
        (b'[{"value": "\\ud800"}]', "at line 1, column"),
        (b'[{"value": "a"},\n]', "trailing comma is not allowed, at line 1, column 16"),
        (b'[{"value": "\\u0000"}]', "a NUL character is not allowed, at line 1, column 13"),
        (b'[{"other": ' + b"[" * 100_000, "nested deeper than 200 levels"),
        (b'[{"value": "\xff"}]', "not UTF-8"),
    ],
)
def test_a_typed_decoder_has_the_same_errors(data: bytes, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        decode_json(data, msgspec.json.Decoder(list[Value]))

    assert refusal.value.status == 400
    assert reason in refusal.value.message


def test_a_place_is_counted_in_characters() -> None:
    assert json_error_place('{\n"é": x'.encode(), 8) == (2, 6)
