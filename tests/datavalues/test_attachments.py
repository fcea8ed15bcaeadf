"""Exports as files: names and compression (DHIS2 2.42, data values, attachment)."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from tests.datavalues.payloads import SETS, query, send, value
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

DATES: dict[str, Any] = {"period": None, "start_date": "2024-01-01", "end_date": "2050-01-30"}


@pytest.mark.parametrize(
    ("form", "params", "filename"),
    [
        ("xml", DATES | {"compression": "zip"}, "dataValues_2024-01-01_2050-01-30.xml.zip"),
        ("xml", DATES | {"compression": "gzip"}, "dataValues_2024-01-01_2050-01-30.xml.gz"),
        ("json", DATES | {"compression": "ZIP"}, "dataValues_2024-01-01_2050-01-30.json.zip"),
        ("json", DATES | {"compression": "gzip", "attachment": "malaria.json"},
         "malaria_2024-01-01_2050-01-30.json.gz"),
        ("json", DATES | {"attachment": "malaria"}, "malaria_2024-01-01_2050-01-30.json"),
        ("json", DATES | {"period": "201401", "compression": "gzip"}, "dataValues.json.gz"),
        ("json", {"compression": "gzip"}, "dataValues.json.gz"),
        ("json", {"compression": "zip", "attachment": "a"}, "a.json.zip"),
        ("json", {"compression": "zip", "attachment": "a.json.zip"}, "a.json.zip"),
        ("json", {"compression": "gzip", "attachment": "a.json.gzip"}, "a.json.gz"),
        ("json", {"compression": "gzip", "attachment": "a.xml.gz"}, "a.xml.gz.json.gz"),
        ("json", {"attachment": "a"}, "a.json"),
        ("json", {"attachment": "a.json"}, "a.json.json"),
        ("xml", {"attachment": "a"}, "a.xml"),
        ("json", {"compression": "none"}, None),
        ("json", {"compression": "", "attachment": ""}, None),
        ("json", DATES, None),
    ],
    ids=str,
)  # fmt: skip
def test_file_name(api: ApiClient, form: str, params: dict[str, Any], filename: str | None) -> None:
    answer = api.get(f"{SETS}.{form}{query(**params)}")

    assert answer.status == 200
    assert answer.headers.get("Content-Disposition") == (filename and f"attachment; filename={filename}")
    assert answer.headers.get("Content-Transfer-Encoding") == (filename and "binary")
    assert answer.headers["Content-Type"] == f"application/{form}; charset=UTF-8"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_content_of_compressed_files(api: ApiClient, form: str) -> None:
    send(api, value())
    plain = api.get(f"{SETS}.{form}{query()}").content

    packed = api.get(f"{SETS}.{form}{query(compression='gzip')}").content
    archive = zipfile.ZipFile(io.BytesIO(api.get(f"{SETS}.{form}{query(compression='zip')}").content))

    assert gzip.decompress(packed) == plain
    assert archive.namelist() == [f"dataValues.{form}"]
    assert archive.read(f"dataValues.{form}") == plain


@pytest.mark.parametrize(("suffix", "filename"), [("json.gz", "dataValues.json.gz"), ("xml.zip", "dataValues.xml.zip")])
def test_suffix_compresses_too(api: ApiClient, suffix: str, filename: str) -> None:
    answer = api.get(f"{SETS}.{suffix}{query()}")

    assert answer.headers["Content-Disposition"] == f"attachment; filename={filename}"
    assert answer.content[:2] in (b"\x1f\x8b", b"PK")


@pytest.mark.parametrize("name", ['a"b', "a;b", "a%0d%0aX-Evil: 1", "../a", "é"])
def test_strange_names_stay_within_their_header(api: ApiClient, name: str) -> None:
    answer = api.get(SETS + query(attachment=name))

    assert answer.status == 200
    assert "X-Evil" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')


def test_entry_of_a_zip_is_in_no_other_folder(api: ApiClient) -> None:
    answer = api.get(f"{SETS}.json{query(compression='zip')}&attachment=../..%5Ca")

    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist() == [".._.._a.json"]
