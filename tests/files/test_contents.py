"""The bytes of files: who has them, in which size, under which headers."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from PIL import ExifTags, Image

from files.images import smaller_copies
from files.models import FileResource
from tests.files.pictures import picture
from tests.files.test_uploads import upload
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db


def sent(api: ApiClient, domain: str, user: str = "admin", **file: object) -> str:
    content = file or {"content": picture(), "name": "a.png", "content_type": "image/png"}
    return upload(api, user=user, domain=domain, **content).json["response"]["fileResource"]["id"]


def data(api: ApiClient, uid: str, **options: object) -> object:
    return api.get(f"/api/fileResources/{uid}/data", **options)


def test_bytes_come_back_as_they_were_sent(api: ApiClient) -> None:
    uid = sent(api, "DOCUMENT", content=b"a,b\n1,2\n", name="table.csv", content_type="text/csv")

    answer = data(api, uid)

    assert (answer.status, answer.content) == (200, b"a,b\n1,2\n")
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Length"] == "8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=table.csv"


def test_uploaded_content_runs_no_scripts(api: ApiClient) -> None:
    uid = sent(api, "DOCUMENT", content=b"<script>alert(1)</script>", name="a.html", content_type="text/html")

    headers = data(api, uid).headers

    assert "script-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("content_type", ["image/svg+xml", "image/SVG+XML", "image/x+xml", "image/xml"])
def test_what_only_calls_itself_an_image_is_saved(api: ApiClient, content_type: str) -> None:
    uid = sent(api, "ICON", content=b"<html/>", name="a.png", content_type=content_type)

    assert data(api, uid).headers["Content-Disposition"] == "attachment; filename=a.png"


def test_a_picture_is_shown_in_its_place(api: ApiClient) -> None:
    assert data(api, sent(api, "ORG_UNIT")).headers["Content-Disposition"] == "filename=a.png"


@pytest.mark.parametrize(
    ("dimension", "size"),
    [("SMALL", (256, 128)), ("medium", (512, 256)), ("LARGE", (1024, 512)), ("ORIGINAL", (1600, 800))],
)
def test_an_image_can_be_had_in_smaller_sizes(api: ApiClient, dimension: str, size: tuple[int, int]) -> None:
    content = picture(1600, 800, "JPEG")
    uid = sent(api, "ORG_UNIT", content=content, name="a.jpg", content_type="image/jpeg")

    answer = api.get(f"/api/fileResources/{uid}/data?dimension={dimension}")

    with Image.open(io.BytesIO(answer.content)) as shown:
        assert (shown.size, shown.format) == (size, "JPEG")
    assert answer.headers["Content-Length"] == str(len(answer.content))


def test_a_turned_picture_stands_upright_in_every_size(api: ApiClient) -> None:
    """Phones write down how they were held instead of turning the pixels."""
    written, turned = io.BytesIO(), Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (1600, 800)).save(written, "JPEG", exif=turned)
    uid = sent(api, "ORG_UNIT", content=written.getvalue(), name="a.jpg", content_type="image/jpeg")

    for dimension, size in (("SMALL", (128, 256)), ("LARGE", (512, 1024))):
        answer = api.get(f"/api/fileResources/{uid}/data?dimension={dimension}")
        with Image.open(io.BytesIO(answer.content)) as shown:
            assert shown.size == size


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])
def test_an_image_is_in_memory_once(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """40 million pixels are 160 MB, and several people send pictures at once."""
    sizes: list[tuple[int, int]] = []
    copy = Image.Image.copy

    def counted(image: Image.Image) -> Image.Image:
        sizes.append(image.size)
        return copy(image)

    monkeypatch.setattr(Image.Image, "copy", counted)
    smaller_copies(io.BytesIO(picture(3000, 2000, kind)))

    assert sizes and max(sizes) <= (1024, 1024)


def test_a_small_image_does_not_grow(api: ApiClient) -> None:
    uid = sent(api, "ORG_UNIT", content=picture(40, 30, "GIF"), name="a.gif", content_type="image/gif")

    with Image.open(io.BytesIO(api.get(f"/api/fileResources/{uid}/data?dimension=LARGE").content)) as shown:
        assert shown.size == (40, 30)


def test_an_unknown_dimension_is_refused(api: ApiClient) -> None:
    answer = api.get(f"/api/fileResources/{sent(api, 'ORG_UNIT')}/data?dimension=HUGE")

    assert answer.status == 400
    assert "[ORIGINAL, SMALL, MEDIUM, LARGE]" in answer.json["message"]


@pytest.mark.parametrize("domain", ["DATA_VALUE", "PUSH_ANALYSIS"])
def test_values_are_not_served_here(api: ApiClient, domain: str) -> None:
    """Not even to a superuser: their own endpoints know who may read them."""
    uid = sent(api, domain)

    answer = data(api, uid)

    assert answer.status == 403
    assert answer.json["message"] == (
        f"You don't have access to fileResource '{uid}' or this fileResource is not available from this endpoint"
    )


@pytest.mark.parametrize(
    ("domain", "statuses"),
    [
        ("ORG_UNIT", {"admin": 200, "outsider": 200, "user_keeper": 200}),
        ("ICON", {"admin": 200, "outsider": 200, "user_keeper": 200}),
        ("USER_AVATAR", {"admin": 200, "outsider": 403, "user_keeper": 200}),
        ("DOCUMENT", {"admin": 200, "outsider": 403, "user_keeper": 403}),
        ("MESSAGE_ATTACHMENT", {"admin": 200, "outsider": 403, "user_keeper": 403}),
        ("JOB_DATA", {"admin": 200, "outsider": 403, "user_keeper": 403}),
    ],
)
def test_who_has_the_bytes_of_somebody_elses_file(
    api: ApiClient, outsider: User, user_keeper: User, domain: str, statuses: dict[str, int]
) -> None:
    persona("sender")
    uid = sent(api, domain, user="sender")

    assert {user: data(api, uid, user=user).status for user in statuses} == statuses
    assert data(api, uid, user="sender").status == 200
    assert data(api, uid, user=None).status == 401


def test_a_user_sees_the_own_avatar_that_somebody_else_sent(api: ApiClient, outsider: User) -> None:
    uid = sent(api, "USER_AVATAR")
    outsider.avatar = FileResource.objects.get(uid=uid)
    outsider.save()

    assert data(api, uid, user="outsider").status == 200


def test_an_unchanged_file_is_not_sent_again(api: ApiClient) -> None:
    uid = sent(api, "ORG_UNIT")
    tag = data(api, uid).headers["ETag"]

    assert tag == f'"{uid}-original"'
    again = data(api, uid, headers={"If-None-Match": tag})
    assert (again.status, again.content) == (304, b"")


def test_lost_bytes_are_a_404(api: ApiClient) -> None:
    uid = sent(api, "ICON")
    default_storage.delete(FileResource.objects.get(uid=uid).storage_key)

    answer = data(api, uid)

    assert (answer.status, answer.json["message"]) == (404, f"The content of fileResource '{uid}' could not be found")


def test_an_unknown_file_is_a_404(api: ApiClient) -> None:
    answer = data(api, "abcdefghijk")

    assert (answer.status, answer.json["errorCode"]) == (404, "E1005")


def test_serving_a_file_takes_few_queries(api: ApiClient) -> None:
    uid = sent(api, "ORG_UNIT")
    data(api, uid)

    with query_counter() as few:
        data(api, uid)

    assert few.count <= 4
