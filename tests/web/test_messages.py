"""Every error and every plain success is a WebMessage, in JSON and XML, inside and outside DRF."""

from __future__ import annotations

import logging

import psycopg2.errors
import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from dhis2api.web import errors
from dhis2api.web.faults import api_error_for

DXF = 'xmlns="http://dhis2.org/schema/dxf/2.0"'


def test_ok_omits_what_is_not_known_and_keeps_dhis2s_order(web: Client) -> None:
    assert web.get("/api/test/message/bare").content == b'{"httpStatus":"OK","httpStatusCode":200,"status":"OK"}'
    assert list(web.get("/api/test/message/ok").json()) == ["httpStatus", "httpStatusCode", "status", "message"]


def test_created_has_a_location_in_the_version_called(web: Client) -> None:
    answer = web.get("/api/36/test/message/created")

    assert (answer.status_code, answer.json()["httpStatus"]) == (201, "Created")
    assert answer["Location"] == "http://testserver/api/36/dataElements/fbfJHSPpUQD"


def test_a_report_in_xml_has_counts_as_attributes(web: Client) -> None:
    answer = web.get("/api/test/message/conflict.xml")

    assert answer.status_code == 409
    assert answer.content.decode().endswith(
        f'<webMessage {DXF} httpStatus="Conflict" httpStatusCode="409" status="WARNING"><message>Look</message>'
        '<response responseType="ImportSummary"><status>WARNING</status>'
        '<importCount imported="3" updated="1" ignored="2" deleted="0"/></response></webMessage>'
    )


def test_a_message_of_a_csv_resource_is_json(web: Client) -> None:
    assert web.get("/api/test/message/ok.csv").json()["message"] == "Done"


def test_a_coded_error_carries_code_report_and_headers(web: Client) -> None:
    answer = web.get("/api/test/fail/coded")

    assert answer.status_code == 409
    assert answer["Retry-After"] == "7"
    assert answer["Cache-Control"] == "no-cache, private"
    assert answer.content == (
        b'{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"Choose one of `this`",'
        b'"response":{"responseType":"ErrorReports"},"errorCode":"E9001"}'
    )


@pytest.mark.parametrize(
    ("kind", "status", "message"),
    [
        ("missing", 404, "No such thing"),
        ("forbidden", 403, "Not yours"),
        ("integrity", 409, "The change conflicts with a change made at the same time; nothing was written"),
        ("data", 409, "A value cannot be stored in the database; nothing was written"),
        ("gone", 503, "The server is not ready to answer: the database does not answer"),
        ("crash", 500, errors.UNEXPECTED.template),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".xml"])
def test_every_exception_has_its_status_and_tells_no_secrets(
    web: Client, kind: str, status: int, message: str, suffix: str
) -> None:
    answer = web.get(f"/api/test/fail/{kind}{suffix}")

    assert answer.status_code == status
    assert message in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert answer["Content-Type"].startswith("application/xml" if suffix else "application/json")


class _Diagnosis:
    """What psycopg tells of a refusal, with a value in its sentence."""

    sqlstate, table_name, column_name, constraint_name = "23505", "users_user", None, "users_user_username_key"
    message_primary = message_detail = "Key (username)=(secret) already exists."


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("40P01", "Another request changed the same objects; nothing was written, send it again"),
        ("40001", "Another request changed the same objects; nothing was written, send it again"),
        ("55P03", "Another request changed the same objects; nothing was written, send it again"),
        ("57014", "The server is not ready to answer: the query took too long and was cancelled"),
        ("57P01", "The server is not ready to answer: the database does not answer"),
    ],
)
def test_what_the_database_says_in_a_state_of_its_own(state: str, words: str) -> None:
    error = OperationalError("secret")
    error.__cause__ = psycopg2.errors.lookup(state)("secret")
    error.__cause__.__setstate__({"pgcode": state})

    refusal = api_error_for(error, RequestFactory().get("/api/me"))

    assert (refusal.status, refusal.message, refusal.headers) == (503, words, {"Retry-After": "1"})


@pytest.mark.parametrize("kind", [IntegrityError, DataError])
def test_a_refused_row_is_told_to_nobody(kind: type[Exception], caplog: pytest.LogCaptureFixture) -> None:
    error = kind("secret")
    error.__cause__ = Exception("secret")
    error.__cause__.diag = _Diagnosis()

    refusal = api_error_for(error, RequestFactory().get("/api/me"))

    assert (refusal.status, "secret" in refusal.message, "users_user" in refusal.message) == (409, False, False)
    assert "23505 users_user users_user_username_key" in caplog.text
    assert "secret" not in caplog.text


def test_a_503_is_one_warning_without_traceback(web: Client, caplog: pytest.LogCaptureFixture) -> None:
    web.get("/api/test/fail/gone")

    (record,) = caplog.records
    assert (record.levelname, record.exc_info) == ("WARNING", None)
    assert "secret" not in record.getMessage()


def test_options_names_the_methods_and_nothing_else(web: Client) -> None:
    answer = web.options("/api/test/fail/coded")

    assert (answer.status_code, answer.content, answer["Allow"]) == (200, b"", "GET, HEAD, OPTIONS")


def test_a_crash_is_logged_once_with_traceback_and_request_id(web: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        web.get("/api/test/fail/crash", headers={"X-Request-ID": "crash-1"})

    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info[1].args == ("password=secret",)


def test_a_refusal_is_not_logged_as_an_error(web: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        web.get("/api/test/fail/coded")

    assert caplog.records == []


def test_an_unknown_route_is_a_message_too(web: Client) -> None:
    answer = web.get("/api/33/nonsense")

    assert (answer.status_code, answer.json()["message"]) == (404, "No resource at GET /api/33/nonsense")
    assert answer["Cache-Control"] == "no-cache, private"


def test_a_405_names_the_method_and_what_is_allowed(web: Client) -> None:
    answer = web.put("/api/test/echo", b"x", content_type="text/plain")

    assert (answer.status_code, answer.json()["message"]) == (405, "Request method 'PUT' is not supported")
    assert answer["Allow"] == "POST, PATCH, DELETE, OPTIONS"
    assert web.put("/api/36/test/echo").json()["message"] == "Request method 'PUT' not supported"


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("application/x-www-form-urlencoded", "Content-Type 'application/x-www-form-urlencoded' is not supported"),
        ("text/plain; charset=UTF-8", "Content-Type 'text/plain; charset=UTF-8' is not supported"),
        ("", "Content-Type is not supported"),
    ],
)
def test_a_415_names_the_content_type(web: Client, content_type: str, message: str) -> None:
    answer = web.generic("POST", "/api/test/echo", b"a=1", content_type=content_type)

    assert (answer.status_code, answer.json()["message"]) == (415, message)


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json;charset=utf-8", "application/vnd.x+json"]
)
def test_json_in_its_spellings_is_read(web: Client, content_type: str) -> None:
    assert web.generic("POST", "/api/test/echo", b"[1]", content_type=content_type).json() == [1]


def test_a_content_type_without_body_does_not_matter_on_get_and_delete(web: Client) -> None:
    assert web.generic("GET", "/api/test/address", content_type="text/plain").status_code == 200
    assert web.delete("/api/test/echo", content_type="text/plain").status_code == 200


class CrashingMiddleware:
    def __init__(self, get_response: object) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        raise RuntimeError("password=secret")


def test_a_crash_in_a_middleware_looks_like_any_other(web: Client, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.CrashingMiddleware"]

    answer = Client(raise_request_exception=False).get("/api/test/address")

    assert (answer.status_code, answer.json()["message"]) == (500, errors.UNEXPECTED.template)
    assert answer.has_header("X-Request-ID")


def test_too_many_parameters_are_a_400(web: Client) -> None:
    answer = web.get("/api/test/params?" + "&".join(f"x{i}=1" for i in range(1500)))

    assert (answer.status_code, answer.json()["httpStatus"]) == (400, "Bad Request")


def test_a_malformed_host_is_a_400(web: Client) -> None:
    assert web.get("/api/test/address", headers={"Host": "a b"}).json()["httpStatusCode"] == 400
