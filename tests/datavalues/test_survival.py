"""A real worker survives every bad body, answers it, and stays as small as it was."""

from __future__ import annotations

import gzip
import json

import psutil

from tests.datavalues.payloads import count_rows, value, value_set
from tests.datavalues.test_overlapping import post
from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess

MEGABYTE = 1_000_000
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20)) + '<!ENTITY a0 "lol">'

BODIES = [
    ("json", b"garbage " * (100 * MEGABYTE // 8), 400),
    ("json", b'{"dataValues": [' + b"x" * (20 * MEGABYTE), 400),
    ("xml", b"garbage " * (20 * MEGABYTE // 8), 400),
    ("xml", b"<dataValueSet>" + b"<" * (100 * MEGABYTE), 400),
    ("xml", f"<!DOCTYPE d [{LAUGHS}]><dataValueSet>&a19;</dataValueSet>".encode(), 400),
    ("json", gzip.compress(b'{"dataValues": [' + b" " * (110 * MEGABYTE)), 413),
    ("json", b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    ("json", b'{"dataSet": "\\ud800"}', 400),
    ("json", b'{"dataSet": "\\u0000"}', 400),
]


def test_bad_bodies(own_database: OwnDatabase) -> None:
    before = count_rows()
    with WebProcess(own_database, MAX_BODY=str(101 * MEGABYTE)) as server:
        good = json.dumps(value_set(value())).encode()
        assert post(server.url, good)[0] == 200
        workers = server.worker_pids()
        memory = resident(workers)

        for form, body, status in BODIES:
            found, answer = post(server.url, body, f"application/{form}")
            assert (found, json.loads(answer)["httpStatusCode"]) == (status, status), body[:40]

        assert server.worker_pids() == workers
        assert resident(workers) - memory < 150 * MEGABYTE
        assert post(server.url, good)[0] == 200
    assert count_rows() == before + 1


def resident(pids: list[int]) -> int:
    return sum(psutil.Process(pid).memory_info().rss for pid in pids)
