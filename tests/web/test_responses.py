"""Streams, attachments, tags and transparent compression."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

import pytest
from django.test import Client

from dhis2api.web.responses import stream


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_stream_is_sent_as_it_is_produced(web: Client) -> None:
    answer = web.get("/api/test/stream/plain")

    assert (answer["Content-Type"], body(answer)) == ("application/json", b"[1,2,3]")
    assert not answer.has_header("Content-Disposition")
    assert not answer.has_header("ETag")


def test_a_gzip_attachment_is_not_compressed_twice(web: Client) -> None:
    answer = web.get("/api/test/stream/gzip", headers={"Accept-Encoding": "gzip"})

    assert answer["Content-Disposition"] == "attachment; filename=dataValues.json.gz"
    assert answer["Content-Transfer-Encoding"] == "binary"
    assert gzip.decompress(body(answer)) == b"[1,2,3]"


def test_a_zip_attachment_has_one_entry(web: Client) -> None:
    answer = web.get("/api/test/stream/zip")

    assert answer["Content-Disposition"] == "attachment; filename=dataValues.json.zip"
    with zipfile.ZipFile(io.BytesIO(body(answer))) as archive:
        assert archive.namelist() == ["dataValues.json"]
        assert archive.read("dataValues.json") == b"[1,2,3]"


def test_what_is_raised_before_the_first_chunk_is_an_answer(web: Client) -> None:
    assert web.get("/api/test/stream/fail").json()["errorCode"] == "E9001"


@pytest.mark.parametrize("compression", [None, "gzip", "zip"])
def test_a_generator_is_closed_when_the_client_hangs_up(db: None, compression: str | None) -> None:
    closed = []

    def chunks() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 100_000
        finally:
            closed.append(True)

    response = stream(chunks(), "text/plain", "x.txt", compression)
    next(iter(response.streaming_content))
    response.close()

    assert closed == [True]


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("metadata.json", "attachment; filename=metadata.json"),
        ('a"b.json', "attachment; filename=\"a_b.json\"; filename*=UTF-8''a%22b.json"),
        ("Zahlen ä.csv", "attachment; filename=\"Zahlen _.csv\"; filename*=UTF-8''Zahlen%20%C3%A4.csv"),
        ("a\r\nSet-Cookie: x", "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"),
    ],
)
def test_a_file_name_cannot_break_the_header(filename: str, header: str) -> None:
    assert stream([b""], "text/plain", filename)["Content-Disposition"] == header


def test_a_get_has_a_tag_and_is_not_sent_again(web: Client) -> None:
    first = web.get("/api/test/list")
    again = web.get("/api/test/list", headers={"If-None-Match": first["ETag"]})
    changed = web.get("/api/test/list?page=2", headers={"If-None-Match": first["ETag"]})

    assert first["ETag"].startswith('"0') and len(first["ETag"]) == 35
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert changed.status_code == 200


@pytest.mark.parametrize("address", ["uncached", "untagged", "fail/coded", "message/created", "stream/plain"])
def test_no_tag_where_it_would_be_wrong(web: Client, address: str) -> None:
    assert not web.get(f"/api/test/{address}").has_header("ETag")


def test_a_head_has_the_headers_of_the_get_and_no_body(web: Client) -> None:
    got, head, streamed = web.get("/api/test/list"), web.head("/api/test/list"), web.head("/api/test/stream/plain")

    assert (head.content, head["ETag"], head["Content-Length"]) == (b"", got["ETag"], got["Content-Length"])
    assert body(streamed) == b""


def test_a_long_answer_is_compressed_for_those_who_accept_it(web: Client) -> None:
    plain = web.get("/api/openapi-absent")
    packed = web.get("/api/test/params?" + "&".join(f"dataSet=fbfJHSPpU{n}" for n in range(100)),
                     headers={"Accept-Encoding": "gzip"})  # fmt: skip
    again = web.get("/api/test/params?" + "&".join(f"dataSet=fbfJHSPpU{n}" for n in range(100)),
                    headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})  # fmt: skip

    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert b"fbfJHSPpU99" in gzip.decompress(packed.content)
    assert again.status_code == 304


def test_answers_are_private_unless_they_say_otherwise(web: Client) -> None:
    assert web.get("/api/test/list")["Cache-Control"] == "no-cache, private"
    assert web.get("/api/test/uncached")["Cache-Control"] == "no-store"
