"""Approvals that meet each other: real connections on a database of their own."""

from __future__ import annotations

import threading

from django.db import connection

from datavalues.models import DataApproval, DataApprovalAudit
from dhis2api.demo import identifiers as ids
from tests.datavalues.locks import workflow
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase


def test_those_who_approve_the_same_at_once_approve_it_once(own_database: OwnDatabase, api: ApiClient) -> None:
    workflow(2, 4)
    answers: list[int] = []

    def go() -> None:
        try:
            path = f"/api/dataApprovals?ds={ids.MORTALITY}&pe=201401&ou={ids.NGELEHUN_CHC}"
            answers.append(api.post(path).status)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [204] * 4
    assert DataApproval.objects.count() == DataApprovalAudit.objects.count() == 1
