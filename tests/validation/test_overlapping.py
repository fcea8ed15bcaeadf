"""Violations are stored while others store them, delete results, delete rules: real connections, a database of their
own. Nothing waits in a circle, and nothing refers to what is gone."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from psycopg2.extensions import connection as Connection

from dhis2api.demo import identifiers as ids
from dhis2api.periods import parse_period
from metadata.models import ValidationRule
from tests.analytics.building import period, unit
from tests.datavalues.test_overlapping import Beside, somebody_waits, wait_until, watcher
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.validation.world import RESULTS, default_combo, make_rule
from validation.models import ValidationResult
from validation.rules.analysis import Violation
from validation.rules.loading import load_rules
from validation.rules.storing import store_violations

__all__ = ["watcher"]


@pytest.fixture
def api(own_database: OwnDatabase) -> ApiClient:
    return ApiClient()


@pytest.fixture
def found(api: ApiClient) -> list[Violation]:
    """Of one rule, in two months."""
    make_rule("2", "1")
    (rule,) = load_rules(ValidationRule.objects.all()).rules
    place, combo = unit(ids.NGELEHUN_CHC).pk, default_combo().pk
    months = [period(iso).iso for iso in ("202401", "202402")]  # their keys are in this order, and so is storing
    return [Violation(rule, place, parse_period(iso), combo, 2.0, 1.0) for iso in months]


def store(found: list[Violation]) -> list[Violation]:
    with transaction.atomic():
        return store_violations(found)


def isos() -> list[str]:
    return list(ValidationResult.objects.order_by("period__iso").values_list("period__iso", flat=True))


def test_two_who_find_the_same_store_it_once(found: list[Violation], watcher: Connection) -> None:
    with transaction.atomic():
        first = store_violations(found)
        other = Beside(lambda: store(found))
        wait_until(lambda: somebody_waits(watcher))

    assert other.finished() == first
    assert ValidationResult.objects.count() == 2


def test_a_rule_that_is_being_deleted_takes_what_was_found_along(
    api: ApiClient, found: list[Violation], watcher: Connection
) -> None:
    with transaction.atomic():
        assert api.delete(f"/api/validationRules/{found[0].rule.uid}").status == 200
        other = Beside(lambda: store(found))
        wait_until(lambda: somebody_waits(watcher))

    assert other.finished() == []
    assert isos() == []


def test_deletions_in_another_order_are_not_in_the_way(
    api: ApiClient, found: list[Violation], watcher: Connection
) -> None:
    store(found)
    with transaction.atomic():
        assert api.delete(f"{RESULTS}?pe=202402").status == 204
        other = Beside(lambda: store(found))
        wait_until(lambda: somebody_waits(watcher))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
        assert api.delete(f"{RESULTS}?pe=202401").status == 204

    assert [each.result is not None for each in other.finished()] == [False, True]
    assert isos() == ["202402"]
