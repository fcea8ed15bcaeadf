"""Request ids, security headers, and which origins may call."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from dhis2api.web.request_id import RequestIdFilter

OPEN = "/api/test/address"


@pytest.mark.parametrize("given", ["abc-DEF_1", "a" * 36])
def test_a_harmless_request_id_is_kept(web: Client, given: str) -> None:
    assert web.get(OPEN, headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "a" * 37, "*/ drop", "é"])
def test_any_other_request_id_is_replaced(web: Client, given: str) -> None:
    answered = web.get(OPEN, headers={"X-Request-ID": given})["X-Request-ID"]

    assert answered != given
    assert len(answered) == 36


@pytest.mark.parametrize("address", ["/api/nonsense", "/api/25/x", "/login/", "/nonsense", "/api/ping"])
def test_every_answer_has_a_request_id(web: Client, address: str) -> None:
    assert web.get(address).has_header("X-Request-ID")


def test_log_lines_carry_the_request_id(web: Client) -> None:
    web.get(OPEN, headers={"X-Request-ID": "logged-1"})
    record = logging.makeLogRecord({})

    assert RequestIdFilter().filter(record)
    assert record.request_id == "logged-1"


@pytest.mark.parametrize("address", [OPEN, "/api/nonsense", "/api/25/x", "/login/"])
def test_security_headers_stand_on_every_answer(web: Client, address: str) -> None:
    answer = web.get(address)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-XSS-Protection"] == "0"
    assert answer["Content-Security-Policy"] == "frame-ancestors 'self';"
    assert not answer.has_header("X-Frame-Options")
    assert not answer.has_header("Strict-Transport-Security")


def test_https_is_strict_also_behind_a_proxy(web: Client) -> None:
    answer = web.get(OPEN, headers={"X-Forwarded-Proto": "https"})

    assert answer["Strict-Transport-Security"] == "max-age=31536000 ; includeSubDomains"


def test_the_open_ping_has_none_and_is_open_to_all_origins(web: Client) -> None:
    answer = web.get("/api/ping", headers={"Origin": "https://elsewhere.org", "Accept": "application/json"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.has_header("X-Content-Type-Options")


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://testserver", True),
        ("https://testserver", False),
        ("https://app.example.org", True),
        ("https://x.apps.example.org", True),
        ("https://apps.example.org.evil.org", False),
        ("null", False),
    ],
)
def test_allowed_origins_may_call(web: Client, settings: Settings, origin: str, is_allowed: bool) -> None:
    settings.CORS_ALLOWLIST = ["https://app.example.org", "https://*.apps.example.org"]

    answer = web.get(OPEN, headers={"Origin": origin})

    assert answer.status_code == 200
    assert (answer.content != b"") == is_allowed
    assert answer.get("Access-Control-Allow-Origin") == (origin if is_allowed else None)
    assert answer.get("Access-Control-Expose-Headers") == ("ETag, Location" if is_allowed else None)


def test_a_preflight_is_answered_without_the_view(web: Client) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}

    allowed = web.options("/api/test/closed", headers={"Origin": "http://testserver", **asked})
    refused = web.options("/api/test/closed", headers={"Origin": "https://evil.org", **asked})

    assert allowed.status_code == 204
    assert allowed["Access-Control-Allow-Methods"] == "PATCH"
    assert allowed["Access-Control-Allow-Headers"] == "authorization"
    assert allowed["Access-Control-Max-Age"] == "3600"
    assert (refused.status_code, refused.content) == (200, b"")
    assert not refused.has_header("Access-Control-Allow-Origin")


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({}, "http://testserver/api"),
        ({"Host": "example.org:8080"}, "http://example.org:8080/api"),
        ({"Host": "example.org:80"}, "http://example.org/api"),
        ({"Host": "example.org", "X-Forwarded-Proto": "https"}, "https://example.org/api"),
        (
            {"Host": "example.org:8080", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"},
            "https://example.org/api",
        ),
        ({"Host": "example.org", "X-Forwarded-Port": "8443"}, "http://example.org:8443/api"),
        ({"Host": "[::1]:8080"}, "http://[::1]:8080/api"),
        ({"X-Forwarded-Proto": "javascript", "X-Forwarded-Port": "x"}, "http://testserver/api"),
    ],
)
def test_links_are_built_as_the_client_called(web: Client, headers: dict[str, str], base: str) -> None:
    answer = web.get("/api/test/message/created", headers=headers)

    assert answer["Location"] == f"{base}/dataElements/fbfJHSPpUQD"
