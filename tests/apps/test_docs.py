"""The page about apps and files is true: its commands run as they stand, one after the other."""

from __future__ import annotations

import pytest

from dhis2api.embedded.schema import PROJECT
from tests.apps.zips import app_zip
from tests.files.pictures import picture
from tests.harness.client import ApiClient
from tests.harness.pages import commands, run

PAGE = (PROJECT / "docs" / "apps.md").read_text()


@pytest.mark.django_db
def test_every_command_of_the_page_answers_as_it_says(api: ApiClient) -> None:
    uploads = {"my-app-1.0.0.zip": app_zip({"name": "my-app"}), "clinic.png": picture()}
    promised, answered = [], []
    for promise, words in commands(PAGE):
        promised.append(promise)
        answered.append(run(api, words, {}, uploads).status)

    assert len(promised) == 6
    assert answered == promised
    assert api.get("/api/apps").json == []


def test_every_setting_of_the_page_is_read() -> None:
    settings = (PROJECT / "dhis2api" / "settings.py").read_text()

    for name in ("FILES_S3_BUCKET", "FILES_S3_ENDPOINT", "FILES_S3_REGION", "FILES_S3_PREFIX", "MAX_FILE_SIZE",
                 "MAX_AVATAR_SIZE", "MAX_ORG_UNIT_IMAGE_SIZE"):  # fmt: skip
        assert f"`{name}`" in PAGE
        assert f'("{name}"' in settings
