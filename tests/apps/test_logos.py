"""The system's own pictures in headers and on the login page."""

from __future__ import annotations

import pytest

from configuration.settings import store_settings
from tests.files.pictures import picture
from tests.harness.client import Answer, ApiClient
from tests.harness.forms import file_part, post_form
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
BANNER = "/api/staticContent/logo_banner"


def send(api: ApiClient, path: str = BANNER, content: bytes | None = None, user: str | None = "admin",
         content_type: str = "image/png") -> Answer:  # fmt: skip
    part = file_part(picture() if content is None else content, "a.png", content_type)
    return post_form(api, path, user, file=part)


@pytest.mark.parametrize("user", ["admin", None])
@pytest.mark.parametrize("key", ["logo_banner", "logo_front"])
def test_the_usual_picture_is_a_404(api: ApiClient, key: str, user: str | None) -> None:
    answer = api.get(f"/api/42/staticContent/{key}", user=user)

    assert (answer.status, answer.json["message"]) == (404, "No custom file found.")


@pytest.mark.parametrize(
    ("key", "setting"), [("logo_banner", "keyUseCustomLogoBanner"), ("logo_front", "keyUseCustomLogoFront")]
)
def test_a_picture_of_ones_own_is_shown_where_the_setting_says_so(api: ApiClient, key: str, setting: str) -> None:
    path = f"/api/staticContent/{key}"
    assert send(api, path).status == 204
    assert api.get(path).status == 404

    store_settings({setting: True})

    found = api.get(path, user=None)
    assert (found.status, found.json) == (302, {"images": {"png": f"http://testserver{path}.png"}})
    for shown in (api.get(f"{path}.png", user=None), api.get(path, user=None, headers={"Accept": "image/png"})):
        assert (shown.status, shown.content, shown.headers["Content-Type"]) == (200, picture(), "image/png")


def test_a_picture_is_replaced(api: ApiClient) -> None:
    store_settings({"keyUseCustomLogoBanner": True})
    for content in (picture(10, 10), picture(20, 20)):
        assert send(api, content=content).status == 204
        assert api.get(f"{BANNER}.png").content == content


@pytest.mark.parametrize(
    ("path", "content", "content_type", "status", "message"),
    [
        ("/api/staticContent/nothing", picture(), "image/png", 400, "This key is not supported."),
        (BANNER, picture(), "text/html", 415, "Only PNG images are supported."),
        (BANNER, b"<html>", "image/png", 409, "The image cannot be read"),
        (BANNER, picture(kind="GIF"), "image/png", 409, "The image cannot be read"),
        (BANNER, bytes(2_000_001), "image/png", 409,
         "File size can't be bigger than 2000000, current file size 2000001"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(
    api: ApiClient, path: str, content: bytes, content_type: str, status: int, message: str
) -> None:
    answer = send(api, path, content, content_type=content_type)

    assert (answer.status, answer.json["message"]) == (status, message)


def test_an_unknown_key_is_a_404(api: ApiClient) -> None:
    answer = api.get("/api/staticContent/nothing")

    assert (answer.status, answer.json["message"]) == (404, "Key does not exist.")


def test_pictures_are_for_who_keeps_the_settings(api: ApiClient, outsider: User) -> None:
    persona("keeper", ["F_SYSTEM_SETTING"])

    assert send(api, user="keeper").status == 204
    refused = send(api, user="outsider")
    assert (refused.status, refused.json["message"]) == (
        403, "Access is denied, requires one Authority from [F_SYSTEM_SETTING]",
    )  # fmt: skip
    assert send(api, user=None).status == 401
