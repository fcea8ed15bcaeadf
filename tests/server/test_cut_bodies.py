"""Connections that break while a body is sent: what came until then is not taken for the whole."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import PERIOD, stored
from tests.harness.client import basic
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

FORM = "application/x-www-form-urlencoded"
KEY = f"de={ids.MEASLES}&pe={PERIOD}&ou={ids.NGELEHUN_CHC}"


@pytest.fixture(scope="module")
def running(cluster: Cluster, django_db_blocker: Any) -> Iterator[WebProcess]:
    """One server over one database for all tests of this module; `url` gives it back without the value."""
    with OwnDatabase(cluster) as database, django_db_blocker.unblock(), WebProcess(database) as process:
        yield process


@pytest.fixture
def url(running: WebProcess) -> str:
    """Where it listens; nothing is stored under the key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM datavalue USING metadata_period AS period WHERE period.id = period_id AND period.iso = %s"
            " AND data_element_id = (SELECT id FROM metadata_dataelement WHERE uid = %s)"
            " AND organisation_unit_id = (SELECT id FROM metadata_organisationunit WHERE uid = %s)",
            [PERIOD, ids.MEASLES, ids.NGELEHUN_CHC],
        )
    return running.url


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
def test_nothing_is_stored_of_a_body_that_ends_early(url: str, path: str, content_type: str, body: str) -> None:
    status = send_cut(url, path, content_type, body.encode(), missing=2)

    assert b" 400 " in status
    assert stored() == {}


def test_an_upload_that_ends_early_leaves_the_value_as_it_was(
    url: str,
) -> None:
    whole = f"{KEY}&value=7".encode()
    assert b" 200 " in send_cut(url, "/api/dataValues", FORM, whole, missing=0)
    upload = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--x--\r\n'

    status = send_cut(url, f"/api/dataValues/file?{KEY}", "multipart/form-data; boundary=x", upload, missing=80)

    assert b" 400 " in status
    assert (stored()["value"], stored()["deleted"]) == ("7", False)
