"""Sending files, and what refuses them."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.db import connection

from files.enums import FileResourceDomain
from files.models import FileResource
from tests.files.pictures import picture, png_bomb
from tests.harness.client import Answer, ApiClient
from tests.harness.forms import file_part, post_form

pytestmark = pytest.mark.django_db
DOMAINS = [domain.value for domain in FileResourceDomain]


def upload(api: ApiClient, content: bytes = b"hello", name: str = "a.txt", content_type: str = "text/plain",
           user: str = "admin", **fields: str) -> Answer:  # fmt: skip
    return post_form(api, "/api/fileResources", user, file=file_part(content, name, content_type), **fields)


def stored_names() -> set[str]:
    return set(default_storage.listdir("fileResources")[1]) if default_storage.exists("fileResources") else set()


def test_an_upload_answers_202_and_what_was_stored(api: ApiClient) -> None:
    answer = upload(api, picture(), "a.png", "image/png")

    assert answer.status == 202
    assert (answer.json["httpStatus"], answer.json["status"]) == ("Accepted", "OK")
    assert answer.json["response"]["responseType"] == "FileResource"
    shown = answer.json["response"]["fileResource"]
    expected = {
        "name": "a.png", "contentType": "image/png", "contentLength": len(picture()), "domain": "DATA_VALUE",
        "contentMd5": hashlib.md5(picture()).hexdigest(), "storageStatus": "STORED", "assigned": False,
        "hasMultipleStorageFiles": True,
    }  # fmt: skip
    assert expected.items() <= shown.items()
    assert {"id", "created", "lastUpdated"} <= shown.keys()
    assert "storageKey" not in shown


def test_what_is_known_of_a_file_can_be_asked_for(api: ApiClient) -> None:
    uid = upload(api, name="notes.txt", domain="DOCUMENT").json["response"]["fileResource"]["id"]

    assert api.get(f"/api/fileResources/{uid}?fields=id,name,domain").json == {
        "id": uid, "name": "notes.txt", "domain": "DOCUMENT",
    }  # fmt: skip
    assert api.get("/api/fileResources/abcdefghijk").status == 404


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_takes_a_picture(api: ApiClient, domain: str) -> None:
    answer = upload(api, picture(), "a.png", "image/png", domain=domain)

    assert answer.status == 202
    assert answer.json["response"]["fileResource"]["domain"] == domain


def test_the_fields_may_stand_in_the_address(api: ApiClient) -> None:
    answer = post_form(api, "/api/fileResources?domain=ICON&uid=iconOfTest1", file=file_part(b"x"))

    shown = answer.json["response"]["fileResource"]
    assert (shown["id"], shown["domain"]) == ("iconOfTest1", "ICON")


def test_a_uid_is_taken_once(api: ApiClient) -> None:
    """E1119; the bytes of the second are gone again."""
    assert upload(api, uid="fileOfTest1").status == 202
    before = stored_names()

    answer = upload(api, uid="fileOfTest1")

    assert (answer.status, answer.json["errorCode"]) == (409, "E1119")
    assert stored_names() == before


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"domain": "NONSENSE"}, 400, "Value 'NONSENSE' is not valid for parameter domain. Valid values are: "),
        ({"uid": "1 bad uid"}, 400, "Value '1 bad uid' is not valid for parameter uid. "),
    ],
)
def test_bad_fields_are_named(api: ApiClient, fields: dict[str, str], status: int, message: str) -> None:
    answer = upload(api, **fields)

    assert answer.status == status
    assert answer.json["message"].startswith(message)


def test_an_empty_file_is_refused(api: ApiClient) -> None:
    answer = upload(api, b"")

    assert (answer.status, answer.json["message"]) == (409, "Could not read file or file is empty")


def test_a_form_without_file_is_refused(api: ApiClient) -> None:
    answer = post_form(api, "/api/fileResources", domain="DOCUMENT")

    assert (answer.status, answer.json["message"]) == (400, "Required part 'file' is not present.")


def test_what_is_no_form_is_refused(api: ApiClient) -> None:
    assert api.post("/api/fileResources", {"domain": "DOCUMENT"}).status == 415
    broken = api.post("/api/fileResources", b"no form", content_type="multipart/form-data")
    assert broken.status == 400


def test_nobody_uploads_anonymously(api: ApiClient) -> None:
    assert upload(api, user=None).status == 401


@pytest.mark.parametrize("path", ["/login/", "/dhis-web-commons-security/login.action"])
def test_a_page_keeps_no_files(api: ApiClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Anybody can post there, as much as they like."""
    kept: list[str] = []
    monkeypatch.setattr(
        "django.core.files.uploadhandler.TemporaryUploadedFile", lambda name, *more: kept.append(name) or io.BytesIO()
    )

    answer = post_form(api, path, None, file=file_part(b"x" * 3_000_000), j_username="nobody", username="nobody")

    assert answer.status in (200, 302)
    assert kept == []


@pytest.mark.parametrize(
    ("domain", "setting"),
    [("DATA_VALUE", "MAX_FILE_SIZE"), ("USER_AVATAR", "MAX_AVATAR_SIZE"), ("ORG_UNIT", "MAX_ORG_UNIT_IMAGE_SIZE")],
)
def test_a_file_has_a_largest_size_by_domain(api: ApiClient, settings: LazySettings, domain: str, setting: str) -> None:
    setattr(settings, setting, len(picture()) - 1)
    before = stored_names()

    answer = upload(api, picture(), "a.png", "image/png", domain=domain)

    size = len(picture())
    assert answer.status == 409
    assert answer.json["message"] == f"File size can't be bigger than {size - 1}, current file size {size}"
    assert stored_names() == before


@pytest.mark.parametrize("domain", ["USER_AVATAR", "ORG_UNIT"])
@pytest.mark.parametrize(
    ("name", "content_type", "content", "message"),
    [
        ("a.svg", "image/png", picture(), "Wrong file extension, valid extensions are: jpg,jpeg,png,gif"),
        ("a.png", "text/html", picture(),
         "Invalid content type, valid content types are: image/jpeg,image/png,image/gif"),
        ("a.png", "image/png", b"<html>", "The image cannot be read"),
        ("a.png", "image/png", picture()[:60], "The image cannot be read"),
        ("a.png", "image/png", png_bomb(),
         "An image can't have more than 40000000 pixels, this one has 3600000000"),
    ],
    ids=["extension", "type", "html", "cut", "bomb"],
)  # fmt: skip
def test_where_a_picture_is_wanted_nothing_else_is_taken(
    api: ApiClient, domain: str, name: str, content_type: str, content: bytes, message: str
) -> None:
    before = stored_names()

    answer = upload(api, content, name, content_type, domain=domain)

    assert (answer.status, answer.json["message"]) == (409, message)
    assert stored_names() == before


def test_elsewhere_a_bomb_is_a_file_of_one_size(api: ApiClient) -> None:
    """It is kept as it came and never decoded."""
    shown = upload(api, png_bomb(), "a.png", "image/png").json["response"]["fileResource"]

    assert shown["hasMultipleStorageFiles"] is False


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "/etc/cron.d/x", "a\x00b.txt", "ü" * 240 + ".png"]
)
def test_a_name_never_becomes_a_path(api: ApiClient, name: str) -> None:
    before = stored_names()

    answer = upload(api, name=name)

    assert answer.status == 202
    shown = answer.json["response"]["fileResource"]["name"]
    assert len(shown) <= 230 and not {"/", "\\", "\x00"} & set(shown)
    (new,) = stored_names() - before
    assert len(new) == 32 and set(new) <= set("0123456789abcdef")


def test_bytes_go_when_the_row_cannot_be_written(api: ApiClient) -> None:
    before = stored_names()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files_fileresource ADD CONSTRAINT none_at_all CHECK (name <> 'refused.txt')")

    answer = upload(api, name="refused.txt")

    assert answer.status >= 400
    assert stored_names() == before
    assert not FileResource.objects.filter(name="refused.txt").exists()


@pytest.mark.parametrize("content_type", ["nonsense", "text/html; x", "a/" + "b" * 300, "text/ü"])
def test_what_is_no_type_is_an_unknown_one(api: ApiClient, content_type: str) -> None:
    """It will stand in a header one day."""
    shown = upload(api, content_type=content_type).json["response"]["fileResource"]

    assert shown["contentType"] in ("application/octet-stream", "text/html")
