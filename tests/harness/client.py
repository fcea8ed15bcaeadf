"""A thin client of the API over Django's test client: a user's name in, an answer with the parts tests compare out."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler

# Whoever is not named here has the password that `tests/personas.py` gives to everybody.
PASSWORDS = {"admin": "district"}
PERSONA_PASSWORD = "Persona-1"


class Answer:
    """What came back. `counts` and `conflicts` are found in the bare and in the wrapped import summary."""

    def __init__(self, response: HttpResponseBase) -> None:
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content: bytes = b"".join(response.streaming_content) if response.streaming else response.content

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def summary(self) -> dict[str, Any]:
        """The import summary, bare or inside its WebMessage."""
        body = self.json
        return body["response"] if isinstance(body.get("response"), dict) else body

    @property
    def counts(self) -> dict[str, int]:
        return self.summary["importCount"]

    @property
    def conflicts(self) -> list[tuple[str, str | None, list[int]]]:
        """`(error code, property, indexes)` of each conflict, in the order of the report."""
        return [
            (conflict["errorCode"], conflict.get("property"), conflict.get("indexes", []))
            for conflict in self.summary.get("conflicts", [])
        ]

    def __repr__(self) -> str:
        return f"<{self.status} {self.content[:2000].decode(errors='replace')}>"


class ApiClient:
    """`api.post("/api/dataValueSets", {...}, user="badjia_clerk")`; `user=None` sends no credentials."""

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("PATCH", path, body, **options)

    def delete(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.request("DELETE", path, body, **options)

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = "admin",
        password: str | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Bytes and text go as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body)
        sent = dict(headers or {})
        if user is not None:
            sent["Authorization"] = basic(user, password or PASSWORDS.get(user, PERSONA_PASSWORD))
        if body is None:
            data, content_type = b"", content_type if method != "GET" else "application/octet-stream"
        # A fault of the server is an answer, as it is for a client.
        client = Client(raise_request_exception=False)
        client.handler = _handler(tuple(settings.MIDDLEWARE))
        return Answer(client.generic(method, path, data, content_type, headers=sent))


@cache
def _handler(middleware: tuple[str, ...]) -> ClientHandler:
    """One for all requests: loading the middleware reads every static file, which takes longer than most requests."""
    handler = ClientHandler(enforce_csrf_checks=False)
    handler.load_middleware()
    return handler


def basic(user: str, password: str) -> str:
    """The `Authorization` header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
