"""Installing, updating and removing apps, and what refuses a zip."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection

from apps.archives import open_archive
from apps.models import AppFile, InstalledApp
from apps.namespaces import list_reservations
from dhis2api.errors import ApiError
from tests.apps.zips import app_zip, dhis, install, post_zip, stored, zip_of
from tests.harness.client import ApiClient
from tests.harness.forms import post_form
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
MANAGEMENT = "M_dhis-web-app-management"


def keys(api: ApiClient, user: str = "admin") -> list[str]:
    return [app["key"] for app in api.get("/api/apps", user=user).json]


def test_an_installed_app_is_answered_and_listed(api: ApiClient) -> None:
    answer = post_zip(api, app_zip({"name": "Test App", "version": "1.2.3"}))

    assert answer.status == 201
    expected = {
        "key": "Test-App", "name": "Test App", "short_name": "Test App", "displayName": "Test App",
        "version": "1.2.3", "appType": "APP", "bundled": False, "core_app": False, "appState": "OK",
        "basePath": "/api/apps/Test-App", "baseUrl": "http://testserver/api/apps/Test-App",
        "launchUrl": "http://testserver/api/apps/Test-App/index.html", "authorities": [], "shortcuts": [],
    }  # fmt: skip
    assert expected.items() <= answer.json.items()
    assert api.get("/api/apps").json == [answer.json]


def test_up_to_version_36_an_installation_has_no_answer(api: ApiClient) -> None:
    answer = post_zip(api, app_zip(), path="/api/36/apps")

    assert (answer.status, answer.content) == (204, b"")
    assert keys(api) == ["Test-App"]


@pytest.mark.parametrize("address", ["/api/apps/Test-App", "/api/apps/Test-App/"])
def test_a_manager_of_apps_need_not_be_a_superuser(api: ApiClient, address: str) -> None:
    persona("manager", [MANAGEMENT])

    assert post_zip(api, app_zip(), user="manager").status == 201
    assert api.delete(address, user="manager").status == 204
    assert keys(api) == []


@pytest.mark.parametrize("method", ["post", "put", "delete", "slash", "config"])
def test_nobody_else_manages_apps(api: ApiClient, outsider: User, method: str) -> None:
    install(api)
    answers = {
        "post": lambda: post_zip(api, app_zip(), user="outsider"),
        "put": lambda: api.put("/api/apps", user="outsider"),
        "delete": lambda: api.delete("/api/apps/Test-App", user="outsider"),
        "slash": lambda: api.delete("/api/apps/Test-App/", user="outsider"),
        "config": lambda: api.post("/api/apps/config", {}, user="outsider"),
    }

    answer = answers[method]()

    assert answer.status == 403
    assert answer.json["message"] == f"Access is denied, requires one Authority from [{MANAGEMENT}]"
    assert keys(api) == ["Test-App"]


@pytest.mark.parametrize(
    ("members", "key"),
    [
        ({"short_name": "My app!"}, "My-app"),
        ({"name": "Zeitreihe für Ümläute"}, "Zeitreihe-fr-mlute"),
        ({"short_name": "  a   b  "}, "a-b"),
        ({"short_name": "", "name": "only-name"}, "only-name"),
        ({"short_name": "short", "name": None}, "short"),
    ],
)
def test_the_key_comes_from_the_short_name(api: ApiClient, members: dict[str, str], key: str) -> None:
    assert install(api, **members)["key"] == key


def test_a_common_top_folder_is_stripped(api: ApiClient) -> None:
    assert post_zip(api, app_zip(root="package-1.0/")).status == 201
    assert api.get("/api/apps/Test-App/static/main.js").status == 200


def test_nested_zips_stay_packed(api: ApiClient) -> None:
    inner = zip_of({"a.txt": "a"})
    install(api, {"index.html": "", "inner.zip": inner})

    assert api.get("/api/apps/Test-App/inner.zip").content == inner


def bomb() -> bytes:
    return app_zip(files={"zeros": bytes(2_000_000)})


def lying() -> bytes:
    """Its directory says less than the entry holds."""
    content = bytearray(app_zip(files={"big.txt": "0123456789" * 50}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.start_dir
    place = content.index(b"big.txt", offset) - 46
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def damaged() -> bytes:
    content = bytearray(app_zip(files={"a.bin": json.dumps(list(range(2000)))}))
    content[300] ^= 0xFF
    return bytes(content)


MISSING = "Manifest file missing from zip file"
UNREADABLE = "Zip file could not be read"
INVALID = "Invalid JSON in app manifest file"
# Nothing that PostgreSQL could compress into an entry of an index.
LONG = "".join(random.Random(1).choices([chr(number) for number in range(0x4E00, 0x9F00)], k=990))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip at all", MISSING),
        (zip_of({"index.html": ""}), MISSING),
        (zip_of({"a/manifest.webapp": "{}", "b/index.html": ""}), MISSING),
        (app_zip("{broken"), MISSING),
        (app_zip("[]"), MISSING),
        (app_zip('{"name": "a\\u0000b"}'), MISSING),
        (app_zip('{"name": "a", "activities": ' + "[" * 990 + "]" * 990 + "}"), MISSING),
        (app_zip("{}"), INVALID),
        (app_zip({"name": "!!!"}), INVALID),
        (app_zip({"name": "menu"}), INVALID),
        (app_zip({"name": "config"}), INVALID),
        (app_zip({"name": "x" * 300}), INVALID),
        (app_zip({"appType": "NONSENSE"}), INVALID),
        (app_zip({"activities": dhis(namespace=LONG)}), INVALID),
        (app_zip({"activities": dhis(additionalNamespaces=[{"namespace": LONG, "authorities": ["A"]}])}), INVALID),
        (app_zip(files={"../evil.txt": "x"}), UNREADABLE),
        (app_zip(files={"a/../../evil.txt": "x"}), UNREADABLE),
        (app_zip(files={"/etc/passwd": "x"}), UNREADABLE),
        (app_zip(files={"..\\evil.txt": "x"}), UNREADABLE),
        (app_zip(files={"C:evil.txt": "x"}), UNREADABLE),
        (app_zip(files={"": "x"}), UNREADABLE),
        (app_zip(files={LONG: "x"}), UNREADABLE),
        (bomb(), UNREADABLE),
        (lying(), UNREADABLE),
        (damaged(), UNREADABLE),
    ],
    ids=[
        "no zip", "no manifest", "manifest deep", "no JSON", "no object", "NUL", "nested", "no name", "no key", "menu",
        "config", "long", "type", "long namespace", "long additional namespace", "up", "up later", "absolute",
        "backslash", "drive", "empty", "long path", "bomb", "lying", "damaged",
    ],
)  # fmt: skip
def test_a_refused_zip_leaves_nothing_behind(api: ApiClient, content: bytes, message: str) -> None:
    before = stored()

    answer = post_zip(api, content)

    assert (answer.status, answer.json["message"]) == (409, message)
    assert stored() == before
    assert not InstalledApp.objects.exists() and not AppFile.objects.exists() and not list_reservations()


def test_a_name_from_a_field_of_its_own_is_judged_as_well() -> None:
    """Later versions of Python take the Unicode path of an entry from there."""
    with open_archive(io.BytesIO(app_zip())) as archive:
        archive.zip.infolist()[0].filename = "../evil.txt"

        with pytest.raises(ApiError, match=UNREADABLE):
            archive.list_files()


def test_a_zip_has_at_most_so_many_entries(api: ApiClient) -> None:
    files = {f"{number}.txt": "" for number in range(10_000)}

    answer = post_zip(api, app_zip(files=files))

    assert (answer.status, answer.json["message"]) == (409, UNREADABLE)


def test_a_directory_of_millions_of_entries_is_never_held(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.archives.MAX_DIRECTORY", 1000)

    answer = post_zip(api, app_zip(files={f"{number}.txt": "" for number in range(30)}))

    assert (answer.status, answer.json["message"]) == (409, MISSING)


def test_a_zip_unpacks_to_at_most_so_many_bytes(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.archives.MAX_BYTES", 1000)

    answer = post_zip(api, app_zip(files={"a.txt": "0123456789" * 50, "b.txt": "9876543210" * 50}))

    assert (answer.status, answer.json["message"]) == (409, UNREADABLE)


def test_an_installation_needs_a_file(api: ApiClient) -> None:
    answer = post_form(api, "/api/apps", other="text")

    assert (answer.status, answer.json["message"]) == (400, "Required part 'file' is not present.")


def test_a_name_of_the_zip_does_not_matter(api: ApiClient) -> None:
    assert post_zip(api, app_zip(), name="no_dot").status == 201
    assert post_zip(api, app_zip(), name="../../../etc/app.zip").status == 201


def test_the_same_key_is_an_update(api: ApiClient, django_capture_on_commit_callbacks: object) -> None:
    before = stored()
    install(api, {"index.html": "first", "old.js": "old"}, version="1")

    with django_capture_on_commit_callbacks(execute=True):
        install(api, {"index.html": "second", "new.js": "new"}, version="2")

    (app,) = api.get("/api/apps").json
    assert app["version"] == "2"
    assert api.get("/api/apps/Test-App/index.html").text == "second"
    assert api.get("/api/apps/Test-App/old.js").status == 404
    assert len({name for name in stored() - before if "/" in name}) == 3


def test_a_refused_update_leaves_the_installed_version(api: ApiClient) -> None:
    install(api, {"index.html": "first"}, version="1")

    assert post_zip(api, app_zip({"version": "2"}, {"../evil": "x"})).status == 409

    assert api.get("/api/apps/Test-App/index.html").text == "first"
    assert api.get("/api/apps").json[0]["version"] == "1"


def test_a_removed_app_is_gone_with_its_files(api: ApiClient, django_capture_on_commit_callbacks: object) -> None:
    before = stored()
    install(api)

    with django_capture_on_commit_callbacks(execute=True):
        answer = api.delete("/api/apps/Test-App")

    assert (answer.status, answer.content) == (204, b"")
    assert keys(api) == []
    assert api.get("/api/apps/Test-App/index.html").status == 404
    assert stored() == before


def test_the_exact_short_name_removes_an_app(api: ApiClient) -> None:
    install(api, short_name="Test App")

    assert api.delete("/api/apps/Test%20App").status == 204
    assert keys(api) == []


def test_nobody_removes_an_app_anonymously(api: ApiClient) -> None:
    install(api)

    for address in ("/api/apps/Test-App", "/api/apps/Test-App/"):
        assert api.delete(address, user=None).status == 401
    assert keys(api) == ["Test-App"]


def test_what_is_not_there_cannot_be_removed(api: ApiClient) -> None:
    answer = api.delete("/api/apps/nothing")

    assert (answer.status, answer.json["message"]) == (404, "App does not exist: nothing")


def test_a_store_without_folders_is_looked_through_as_well(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """S3 knows names that begin alike, and no folder that could exist."""
    install(api)
    folder = InstalledApp.objects.get().folder
    InstalledApp.objects.all().delete()
    monkeypatch.setattr(FileSystemStorage, "exists", lambda storage, name: Path(storage.path(name)).is_file())

    assert api.put("/api/apps").status == 204

    monkeypatch.undo()
    assert folder not in stored()


def test_what_no_app_owns_is_removed_from_the_store(api: ApiClient) -> None:
    """A process that was killed while it installed leaves files that nothing refers to."""
    install(api)
    with connection.cursor() as cursor:
        cursor.execute("SELECT folder FROM apps_installedapp")
        (folder,) = cursor.fetchone()
    default_storage.save("apps/killed/0", io.BytesIO(b"x"))

    assert api.put("/api/apps").status == 204

    assert {name.partition("/")[0] for name in stored()} == {folder}
    assert api.get("/api/apps/Test-App/static/main.js").status == 200


def test_config_is_taken_and_forgotten(api: ApiClient) -> None:
    assert api.post("/api/apps/config", {"appStoreUrl": "x"}).status == 204
