"""The product's own routes of the web kernel, as a client meets them."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def product(cluster: object) -> Client:
    return Client(raise_request_exception=False)


def test_unknown_routes_are_messages_under_the_api_and_pages_elsewhere(product: Client) -> None:
    assert product.get("/api/nonsense").json()["httpStatusCode"] == 404
    assert product.get("/nonsense")["Content-Type"] == "text/html; charset=utf-8"


def test_the_root_of_the_api_leads_to_its_resources(product: Client, admin_login: Client) -> None:
    assert product.get("/api").status_code == 401
    assert admin_login.get("/api/33/")["Location"] == "http://testserver/api/33/resources"


def test_the_start_page_sets_no_cookie(product: Client) -> None:
    answer = product.get("/")

    assert (answer.status_code, answer["Location"]) == (302, "/api/docs")
    assert not answer.cookies


@pytest.mark.parametrize("address", ["/api/ping", "/api/42/ping.json", "/health/live", "/login/"])
def test_open_routes(product: Client, address: str) -> None:
    assert product.get(address).status_code == 200


def test_the_whole_api_is_described(admin_login: Client) -> None:
    paths = admin_login.get("/api/openapi.json").json()["paths"]

    assert "/api/ping" in paths


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
