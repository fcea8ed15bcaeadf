"""Periods are pruned while others work with them: nothing is left that refers to a period which is gone."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from datavalues import period_pruning
from datavalues.stored_periods import period_keys
from dhis2api.periods import parse_period
from metadata.models import Period
from tests.datavalues.payloads import value, value_set
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase

PATH = "/api/maintenance/periodPruning"


def test_who_has_read_a_period_may_store_something_under_it(
    own_database: OwnDatabase, api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(period_pruning, "LOCK_SECONDS", 0.2)
    Period.objects.create(iso="203001", period_type="Monthly", start_date="2030-01-01", end_date="2030-01-31")
    answers: list[int] = []

    def prune() -> None:
        answers.append(api.post(PATH).status)
        connection.close()

    with transaction.atomic():
        period_keys([parse_period("203001")])
        rival = threading.Thread(target=prune)
        rival.start()
        rival.join()

    assert answers == [503]
    assert Period.objects.filter(iso="203001").exists()
    assert api.post(PATH).status == 204
    assert not Period.objects.filter(iso="203001").exists()
    assert api.post("/api/dataValueSets", value_set(value(period="203001"))).json["status"] in ("OK", "WARNING")
    prune()
    assert answers == [503, 204]
