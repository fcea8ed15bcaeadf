"""Several people send files at the same time."""

from __future__ import annotations

import threading

from tests.files.test_uploads import stored_names, upload
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase


def test_of_two_uploads_with_one_uid_at_once_one_is_stored(own_database: OwnDatabase) -> None:
    before = stored_names()
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(upload(ApiClient(), uid="raceOfFile1"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status for answer in answers) == [202, 409, 409, 409]
    assert len(stored_names() - before) == 1
