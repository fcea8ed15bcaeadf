"""Values that are files: one file, one value, on every path."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.files.storage import default_storage

from configuration.models import SystemSetting
from datavalues.models import DataValueFile
from dhis2api.demo import identifiers as ids
from files.models import FileResource
from metadata.models import DataElement
from tests.datavalues.payloads import PERIOD, send, stored, value
from tests.datavalues.test_single_values import VALUES, key, read, refusal, save
from tests.harness.client import ApiClient
from tests.harness.forms import file_part, post_form
from tests.tracker.world import BO, make_data_element, make_program, make_stage, stored_event
from tracker.models import TrackerFile
from users.models import User

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def forms(db: None) -> None:
    """Measles deaths come as a scanned form."""
    DataElement.objects.filter(uid__in=[ids.MEASLES, ids.CHOLERA]).update(value_type="FILE_RESOURCE")


def upload(api: ApiClient, content: bytes = b"hello", user: str = "admin", domain: str = "DATA_VALUE") -> str:
    answer = post_form(api, "/api/fileResources", user, file=file_part(content, "a.txt"), domain=domain)
    return answer.json["response"]["fileResource"]["id"]


def content_of(api: ApiClient, user: str = "admin", **fields: str) -> tuple[int, bytes]:
    answer = api.get(f"{VALUES}/files?{urlencode(key(**fields))}", user=user)
    return answer.status, answer.content


def test_a_file_is_sent_with_its_value_and_had_by_its_key(api: ApiClient) -> None:
    answer = post_form(api, f"{VALUES}/file?{urlencode(key())}", file=file_part(b"hello", "form.txt"))

    assert answer.status == 202, answer
    uid = answer.json["response"]["fileResource"]["id"]
    assert stored()["value"] == uid
    assert FileResource.objects.get(uid=uid).assigned
    shown = api.get(f"{VALUES}/files?{urlencode(key())}")
    assert (shown.status, shown.content) == (200, b"hello")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "form.txt" in shown.headers["Content-Disposition"]
    assert api.get(f"/api/fileResources/{uid}/data").status == 403


def test_without_a_file_the_value_and_its_file_are_taken_away(
    api: ApiClient, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        post_form(api, f"{VALUES}/file?{urlencode(key())}", file=file_part(b"hello", "form.txt"))
        file = FileResource.objects.get(uid=stored()["value"])
        assert default_storage.exists(file.storage_key)
        assert (
            api.post(
                f"{VALUES}/file?{urlencode(key())}", "file=", content_type="application/x-www-form-urlencoded"
            ).status
            == 202
        )

    assert stored()["deleted"]
    assert not FileResource.objects.filter(uid=file.uid).exists()
    assert not default_storage.exists(file.storage_key)
    assert content_of(api)[0] == 409


def test_a_file_belongs_to_one_value_on_every_path(api: ApiClient) -> None:
    uid = upload(api)
    assert save(api, value=uid).status == 200
    assert save(api, value=uid).status == 200  # its own

    assert refusal(save(api, de=ids.CHOLERA, value=uid)) == (409, "E2026")
    answer = send(api, value(data_element=ids.CHOLERA, value=uid), value(value=uid), value(value="Jkhdsf8sdf4"))
    assert answer.conflicts == [("E2026", "value", [0]), ("E7619", "value", [2])]
    both = upload(api)
    again = send(api, *[value(period=period, value=both) for period in ("201402", "201403")])
    assert again.conflicts == [("E2026", "value", [1])]
    assert again.counts["imported"] == 1
    assert save(api, pe="201404", value="Jkhdsf8sdf4").status == 404


def test_files_of_others_and_of_other_kinds_are_not_to_be_had_by_saving_them(
    api: ApiClient, badjia_clerk: User
) -> None:
    assert save(api, user="badjia_clerk", value=upload(api)).status == 404
    assert save(api, value=upload(api, domain="DOCUMENT")).status == 404
    assert save(api, user="badjia_clerk", value=upload(api, user="badjia_clerk")).status == 200


def test_an_import_that_replaces_or_deletes_a_value_deletes_its_file(api: ApiClient) -> None:
    first, second = upload(api), upload(api)
    send(api, value(value=first))
    assert send(api, value(value=second)).counts["updated"] == 1
    assert not FileResource.objects.filter(uid=first).exists()
    assert FileResource.objects.get(uid=second).assigned

    assert send(api, value(value=None), query="?importStrategy=DELETE").counts["deleted"] == 1

    assert not FileResource.objects.filter(uid=second).exists()
    assert not DataValueFile.objects.exists()


def test_a_file_of_an_event_is_no_value(api: ApiClient) -> None:
    uid = upload(api)
    stage = make_stage(program := make_program())
    event = stored_event(program, stage, BO)
    TrackerFile.objects.create(
        file=FileResource.objects.get(uid=uid), event=event, data_element=make_data_element(stage)
    )

    assert refusal(save(api, value=uid)) == (409, "E2026")


def test_a_file_that_is_to_be_deleted_must_be_there(api: ApiClient) -> None:
    answer = send(api, value(value=None), query="?importStrategy=DELETE")

    assert answer.conflicts == [("E7645", "dataElement", [0])]


def test_files_may_be_retained_for_the_audit(api: ApiClient, reader: User) -> None:
    SystemSetting.objects.create(name="keyFileResourceRetentionStrategy", value='"FOREVER"')
    first = upload(api, b"first")
    save(api, value=first)
    save(api, value=upload(api, b"second"))

    assert content_of(api) == (200, b"second")
    assert api.get(f"/api/audits/files/{first}").content == b"first"
    assert api.get(f"/api/audits/files/{upload(api)}").status == 404
    DataElement.objects.filter(uid=ids.MEASLES).update(sharing={"public": "--------", "users": {}, "userGroups": {}})
    assert api.get(f"/api/audits/files/{first}", user="reader").status == 404


def test_a_text_that_names_a_file_tells_nobody_its_bytes(api: ApiClient, badjia_clerk: User) -> None:
    uid = upload(api, b"secret")
    save(api, pe="201402", value=uid)
    DataElement.objects.filter(uid=ids.CHOLERA).update(value_type="TEXT")
    for text in (uid, "another"):
        assert save(api, user="badjia_clerk", de=ids.CHOLERA, value=text).status == 200

    assert api.get(f"/api/audits/files/{uid}", user="badjia_clerk").status == 404


def test_a_file_whose_value_is_refused_is_not_kept(api: ApiClient, badjia_clerk: User) -> None:
    outside = key(ou=ids.BAOMA)
    refused = post_form(
        api, f"{VALUES}/file?{urlencode(outside)}", "badjia_clerk", file=file_part(b"not to be kept", "form.txt")
    )

    assert refusal(refused) == (409, "E2020")
    assert not FileResource.objects.exists()
    kept = Path(default_storage.location).glob("fileResources/*")
    assert all(path.read_bytes() != b"not to be kept" for path in kept)


def test_an_empty_file_takes_nothing_away(api: ApiClient) -> None:
    uid = upload(api)
    save(api, value=uid)

    assert post_form(api, f"{VALUES}/file?{urlencode(key())}", file=file_part(b"", "form.txt")).status == 409
    assert stored()["value"] == uid


def test_a_file_is_no_value_of_an_element_without_files(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.CHOLERA).update(value_type="TEXT")

    answer = post_form(api, f"{VALUES}/file?{urlencode(key(de=ids.CHOLERA))}", file=file_part(b"hello", "form.txt"))

    assert (answer.status, stored(data_element=ids.CHOLERA)) == (409, {})
    assert not FileResource.objects.exists()


def test_a_data_element_bounds_its_files(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type_options={"version": 1, "maxFileSize": 3})
    assert refusal(save(api, value=upload(api))) == (409, "E2027")
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type_options={"allowedContentTypes": ["image/png"]})
    assert refusal(save(api, value=upload(api))) == (409, "E2027")


def test_no_path_of_a_client_reaches_the_file_system(api: ApiClient) -> None:
    post_form(api, f"{VALUES}/file?{urlencode(key())}", file=file_part(b"x", "../../../../tmp/evil.txt"))

    file = FileResource.objects.get(uid=stored()["value"])
    assert file.name == "evil.txt"
    assert Path(default_storage.path(file.storage_key)).is_relative_to(Path(default_storage.location))
    assert read(api).json == [file.uid]


def test_values_without_files_have_none(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="NUMBER")
    save(api, value="1")

    assert content_of(api)[0] == 409
    assert content_of(api, de=ids.CHOLERA, pe=PERIOD)[0] == 409
