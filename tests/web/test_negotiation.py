"""Suffix before `format=` before `Accept` before JSON."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from django.test import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("address", "accept", "content_type"),
    [
        ("address", None, "application/json"),
        ("address", "*/*", "application/json"),
        ("address", "application/*", "application/json"),
        ("address", "application/xml", "application/xml; charset=UTF-8"),
        ("address", "text/xml", "application/xml; charset=UTF-8"),
        ("address", "application/json;q=0.5, application/xml", "application/xml; charset=UTF-8"),
        ("address", "image/png, application/json;q=0.1", "application/json"),
        ("address", "application/csv", "text/csv; charset=UTF-8"),
        ("address", BROWSER, "application/json"),
        ("address.xml", "application/json", "application/xml; charset=UTF-8"),
        ("address.csv", None, "text/csv; charset=UTF-8"),
        ("address?format=xml", "application/json", "application/xml; charset=UTF-8"),
        ("address.json?format=xml", None, "application/json"),
        ("list", BROWSER, "text/html; charset=utf-8"),
        ("list.json", BROWSER, "application/json"),
        ("list", "*/*", "application/json"),
    ],
)
def test_the_format_follows_the_request(web: Client, address: str, accept: str | None, content_type: str) -> None:
    answer = web.get(f"/api/test/{address}", headers={"Accept": accept} if accept else {})

    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize(
    ("address", "accept"),
    [("address.pdf", "*/*"), ("address?format=nonsense", "*/*"), ("address", "image/png"), ("list.csv", "*/*")],
)
def test_what_cannot_be_produced_is_406(web: Client, address: str, accept: str) -> None:
    answer = web.get(f"/api/test/{address}", headers={"Accept": accept})

    assert (answer.status_code, answer.json()["message"]) == (406, "No acceptable representation")


def test_a_json_gz_suffix_compresses_the_body_as_a_file(web: Client) -> None:
    answer = web.get("/api/test/list.json.gz")

    assert answer["Content-Type"] == "application/json+gzip"
    assert answer["Content-Disposition"] == "attachment; filename=list.json.gz"
    assert answer["Content-Transfer-Encoding"] == "binary"
    assert gzip.decompress(answer.content).startswith(b'{"pager"')


def test_an_xml_zip_suffix_makes_a_zip_of_one_entry(web: Client) -> None:
    answer = web.get("/api/test/list.xml.zip", headers={"Accept-Encoding": "gzip"})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["list.xml"]
        assert b"<metadata" in archive.read("list.xml")
    assert not answer.has_header("Content-Encoding")


def test_a_browser_gets_a_page_with_links_on_references(web: Client) -> None:
    page = web.get("/api/33/test/list", headers={"Accept": BROWSER}).content.decode()

    assert 'href="http://testserver/api/33/categoryCombos/bjDvmb4bfuf"' in page
    assert 'href="http://testserver/api/33/dataElements/fbfJHSPpUQD"' in page
    assert "&lt;b&gt;ANC" in page
    assert "<b>ANC" not in page


def test_an_error_on_a_page_is_a_page(web: Client) -> None:
    answer = web.get("/api/test/list?page=x", headers={"Accept": BROWSER})

    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "is not valid for parameter page" in answer.content.decode()


def test_a_page_loads_nothing_from_elsewhere(web: Client) -> None:
    page = web.get("/api/test/list", headers={"Accept": BROWSER}).content.decode()
    login = web.get("/login/").content.decode()

    for text in (page, login):
        assert 'src="http' not in text
        assert 'rel="stylesheet" href="http' not in text


def test_an_own_xml_form_is_used_and_loses_illegal_characters(web: Client) -> None:
    answer = web.get("/api/test/own-xml.xml")

    assert b'<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0" period="201401">' in answer.content
    assert b'<dataValue value="ab"/>' in answer.content


def test_static_files_of_the_pages_are_served(web: Client) -> None:
    assert web.get("/static/rest_framework/css/bootstrap.min.css").status_code == 200
