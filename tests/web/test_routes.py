"""The product's own routes of the web kernel, as a client meets them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.validation import validate_schema

from dhis2api.web.openapi_views import api_document


@pytest.fixture
def product(cluster: object) -> Client:
    return Client(raise_request_exception=False)


def test_unknown_routes_are_messages_under_the_api_and_pages_elsewhere(product: Client, db: None) -> None:
    assert product.get("/api/nonsense").json()["httpStatusCode"] == 404
    assert product.get("/nonsense")["Content-Type"] == "text/html; charset=utf-8"


def test_the_root_of_the_api_leads_to_its_resources(product: Client, admin_login: Client) -> None:
    assert product.get("/api").status_code == 401
    assert admin_login.get("/api/33/")["Location"] == "http://testserver/api/33/resources"


def test_the_start_page_sets_no_cookie(product: Client, db: None) -> None:
    answer = product.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/api/docs")
    assert not answer.cookies


@pytest.mark.parametrize("address", ["/api/ping", "/api/42/ping.json", "/health/live", "/login/"])
def test_open_routes(product: Client, address: str) -> None:
    assert product.get(address).status_code == 200


@pytest.fixture
def document(admin_login: Client) -> dict[str, Any]:
    api_document.cache_clear()  # other tests ask for the description of routes of their own
    return admin_login.get("/api/openapi.json").json()


def test_the_whole_api_is_described(document: dict[str, Any]) -> None:
    """All routes but the description's own two."""
    described = {path for path in document["paths"] if path == "/api" or path.startswith("/api/")}

    assert described == set(served(get_resolver().url_patterns)) - {"/api/openapi", "/api/docs"}


def served(patterns: Iterable[URLPattern | URLResolver], above: str = "/") -> Iterator[str]:
    for pattern in patterns:
        path = above + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from served(pattern.url_patterns, path)
        elif path == "/api" or path.startswith("/api/"):
            yield path


def test_the_description_is_openapi(document: dict[str, Any]) -> None:
    operations = [(path, operation) for path, methods in document["paths"].items() for operation in methods.values()]
    ids = [operation["operationId"] for _, operation in operations]

    validate_schema(document)
    assert document["openapi"].startswith("3.0.")
    assert len(ids) == len(set(ids))
    for path, operation in operations:
        declared = [given for given in operation.get("parameters", ()) if given["in"] == "path"]
        assert sorted(given["name"] for given in declared) == sorted(re.findall(r"\{(\w+)\}", path))
        assert all(given["required"] for given in declared)
        assert all("description" in response for response in operation["responses"].values())


@pytest.mark.parametrize(("suffix", "unpack"), [("gz", gzip.decompress), ("zip", bytes)])
def test_a_compressed_export_is_named_so(admin_login: Client, suffix: str, unpack: Callable[[bytes], bytes]) -> None:
    answer = admin_login.get(f"/api/metadata.json.{suffix}?constants=true")
    body = unpack(b"".join(answer.streaming_content))

    assert answer["Content-Type"] == f"application/json+{'gzip' if suffix == 'gz' else 'zip'}"
    assert answer["Content-Disposition"] == f"attachment; filename=metadata.json.{suffix}"
    assert body.startswith(b'{"system"' if suffix == "gz" else b"PK")


def test_options_needs_an_account_and_names_methods(product: Client, admin_login: Client) -> None:
    answer = admin_login.options("/api/constants")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert product.options("/api/constants").status_code == 401


def test_the_admin_is_reachable_and_styled(product: Client, admin_login: Client) -> None:
    assert admin_login.get("/admin/").status_code == 200
    admin = product.get("/admin/")

    assert admin["Location"].startswith("/admin/login/")
    assert product.get(admin["Location"])["Location"] == "/login/?next=/admin/"
    assert product.get("/static/admin/css/base.css").status_code == 200


@pytest.fixture
def admin_login(cluster: object, db: None, django_user_model: type) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(django_user_model.objects.get(username="admin"))
    return client
