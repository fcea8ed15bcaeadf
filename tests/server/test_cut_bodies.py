"""Connections that break while a body is sent: what came until then is not taken for the whole."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import PERIOD, stored
from tests.harness.client import basic
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

FORM = "application/x-www-form-urlencoded"
KEY = f"de={ids.MEASLES}&pe={PERIOD}&ou={ids.NGELEHUN_CHC}"


def send_cut(url: str, path: str, content_type: str, body: bytes, missing: int) -> bytes:
    """The status line of the answer to a body whose last bytes never come."""
    address = urlsplit(url)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: {basic('admin', 'district')}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[: len(body) - missing])
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline()


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/api/dataValues", FORM, f"{KEY}&value=123"),
        (f"/api/dataValues?{KEY}", "multipart/form-data; boundary=x",
         '--x\r\nContent-Disposition: form-data; name="value"\r\n\r\n123\r\n--x--\r\n'),
        ("/api/dataValueSets", "application/csv",
         f"dataelement,period,orgunit,coc,aoc,value\n{ids.MEASLES},{PERIOD},{ids.NGELEHUN_CHC},,,123"),
    ],
    ids=["form", "multipart", "csv"],
)  # fmt: skip
def test_nothing_is_stored_of_a_body_that_ends_early(
    live_server_process: WebProcess, own_database: OwnDatabase, path: str, content_type: str, body: str
) -> None:
    status = send_cut(live_server_process.url, path, content_type, body.encode(), missing=2)

    assert b" 400 " in status
    assert stored() == {}


def test_an_upload_that_ends_early_leaves_the_value_as_it_was(
    live_server_process: WebProcess, own_database: OwnDatabase
) -> None:
    whole = f"{KEY}&value=7".encode()
    assert b" 200 " in send_cut(live_server_process.url, "/api/dataValues", FORM, whole, missing=0)
    upload = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'

    status = send_cut(
        live_server_process.url, f"/api/dataValues/file?{KEY}", "multipart/form-data; boundary=x", upload, missing=80
    )

    assert b" 400 " in status
    assert (stored()["value"], stored()["deleted"]) == ("7", False)
