"""What is secret is in no answer, no log and no table in clear: a server is asked for everything, and searched."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from django.db import connection
from redis import Redis

from tests.harness.databases import OwnDatabase
from tests.harness.processes import WebProcess
from users.models import User

PASSWORD = "Nouveau-secret-4711"
MAIL_PASSWORD = "mail-secret-4712"
VALUE = "value-secret-4713"
WRONG = "wrong-secret-4714"


class Asking:
    """A client that keeps everything it is told."""

    def __init__(self, url: str) -> None:
        self.url, self.heard = url, []

    def __call__(
        self, method: str, path: str, body: Any = None, *, password: str = "district", header: str = ""
    ) -> Any:
        basic = "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()
        headers = {"Authorization": header or basic, "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            text = error.read().decode()
        self.heard.append(text)
        return json.loads(text) if text.startswith(("{", "[", '"')) else text


def rows() -> Iterator[str]:
    """Every row of every table as text, as a dump would hold it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT row::text FROM {connection.ops.quote_name(table)} AS row")
            for (text,) in cursor.fetchall():
                yield text


@pytest.fixture
def redis(own_database: OwnDatabase) -> Redis:
    return Redis.from_url(own_database.redis_url)


def test_no_secret_is_left_anywhere(live_server_process: WebProcess, redis: Redis) -> None:
    ask = Asking(live_server_process.url)
    token = ask("POST", "/api/apiToken", {})["response"]["key"]
    ask("POST", "/api/systemSettings/keyEmailPassword", MAIL_PASSWORD)
    ask("POST", "/api/dataStore/secrets/key?encrypt=true", {"inner": VALUE})
    role = User.objects.get(username="admin").user_roles.get().uid
    someone = {"firstName": "Some", "surname": "Body", "username": "somebody", "userRoles": [{"id": role}]}
    ask("POST", "/api/users", someone | {"password": PASSWORD})
    ask("POST", "/api/2fa/enrollTOTP2FA")
    secret = ask("GET", "/api/2fa/qrCodeJson")["base32Secret"]
    assert ask("GET", "/api/dataStore/secrets/key") == {"inner": VALUE}
    before = len(ask.heard)  # what was said until here says the secrets on purpose, once

    ask("GET", "/api/me", header=f"ApiToken {token}")
    ask("GET", "/api/me", password=WRONG)
    ask("POST", "/api/auth/login", {"username": "somebody", "password": PASSWORD})
    ask("POST", "/api/auth/login", {"username": "somebody", "password": WRONG})
    ask("POST", "/api/dataStore/secrets/key?encrypt=true", {"inner": VALUE})
    ask("PUT", "/api/dataStore/secrets/key?path=inner", VALUE)
    ask("POST", "/api/users", someone | {"password": PASSWORD})
    ask("PUT", "/api/me/changePassword", {"oldPassword": "district", "newPassword": WRONG.lower()})
    ask("POST", "/api/me/verifyPassword", {"password": WRONG})
    ask("POST", "/api/systemSettings", {"keyEmailPassword": MAIL_PASSWORD, "keyEmailPort": "bad"})
    for path in (
        "apiToken?fields=*", "apiTokens?fields=:all,key&paging=false", "users?fields=*,password&paging=false",
        "me?fields=*,patTokens[*,key]", "systemSettings", "systemSettings/keyEmailPassword", "metadata",
        "metadata?users=true&userRoles=true", "users/gist?fields=*", "apiToken/gist?fields=*,key",
        "dataStore/secrets?fields=.&includeAll=true", "dataStore/secrets/key/metaData", "schemas", "loginConfig",
        "sessions", "userSettings", "users.csv?fields=*,password", "users.xml?fields=*,password",
    ):  # fmt: skip
        ask("GET", f"/api/{path}")

    enabled = ask("POST", "/api/2fa/enable", {"code": pyotp.TOTP(secret).now()})
    assert enabled["message"] == "2FA was enabled successfully"
    secrets = (token, MAIL_PASSWORD, VALUE, PASSWORD, WRONG, secret)
    places = {
        "answers": ask.heard[before:],
        "log": [live_server_process.log],
        "tables": list(rows()),
        "cache": [repr(redis.dump(key)) + repr(key) for key in redis.scan_iter()],
    }
    found = [(where, one) for where, texts in places.items() for text in texts for one in secrets if one in text]
    assert found == []
    assert all(places.values())  # each was looked at
