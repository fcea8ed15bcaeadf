"""CONTINUOUS_ANALYTICS_TABLE: what it builds at each of its turns."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.utils import timezone

from analytics.continuous import NEXT, next_full_update, update_continuously
from analytics.hands import OwnHands
from analytics.plans import Update
from analytics.running import Unattended
from analytics.table_types import TableType
from analytics.updating import FULL, LAST_LATEST
from configuration.settings import system_setting
from tests.analytics.building import columns_of, element, hook, of_element, raised, set_settings, store
from tests.tracker.world import day

pytestmark = pytest.mark.usefixtures("no_values")
VALUES = TableType.DATA_VALUE
WHERE = "pe, value, tableoid::regclass::text"


class TestContinuous:
    """CONTINUOUS_ANALYTICS_TABLE: full once a day, else the latest."""

    def run(self, hour: int = 0, *, skip_outliers: bool = True) -> None:
        update = Update(timezone.now(), skip_types=frozenset(TableType) - {VALUES}, skip_outliers=skip_outliers)
        update_continuously(update, OwnHands(), Unattended(), hour=hour)

    def test_the_first_run_on_a_fresh_server_builds_everything(self) -> None:
        made = element()
        store(made, "1")

        self.run(skip_outliers=False)

        assert of_element(made, "value") == [(1,)]
        assert system_setting(NEXT) > timezone.now()

    def test_until_the_next_hour_of_full_updates_the_latest_is_built(self) -> None:
        made = element()
        store(made, "1")
        self.run()
        store(made, "2")

        self.run()

        assert of_element(made, WHERE) == [("202401", 2, "analytics_0")]

    def test_a_new_period_is_known_to_the_latest(self) -> None:
        made = element()
        store(made, "1")
        self.run()
        store(made, "2", pe="202411")

        self.run()

        assert of_element(made, "pe, value") == [("202401", 1), ("202411", 2)]

    def test_when_it_is_due_everything_is_built(self) -> None:
        made = element()
        store(made, "1")
        self.run()
        store(made, "2")
        set_settings(**{NEXT: "2020-01-01"})

        self.run()

        assert of_element(made, WHERE) == [("202401", 2, "analytics_2024")]

    def test_other_outlier_columns_have_everything_built(self) -> None:
        self.run()

        self.run(skip_outliers=False)

        assert "std_dev" in columns_of("analytics")

    def test_who_skips_data_values_does_not_wait_for_their_table(self) -> None:
        skipped = frozenset(TableType) - {TableType.ORG_UNIT_TARGET}
        for _ in range(2):
            update_continuously(Update(timezone.now(), skip_types=skipped), OwnHands(), Unattended(), hour=0)

        assert system_setting(LAST_LATEST) > system_setting(FULL)

    @pytest.mark.parametrize(
        ("now", "hour", "expected"),
        [
            ("2024-05-01T03:59:00", 4, "2024-05-01T04:00:00"),
            ("2024-05-01T04:00:00", 4, "2024-05-02T04:00:00"),
            ("2024-05-01T23:10:00", 0, "2024-05-02T00:00:00"),
        ],
    )
    def test_the_present_hour_is_past(self, now: str, hour: int, expected: str) -> None:
        assert next_full_update(day(now), hour) == day(expected)

    def test_a_run_that_fails_is_not_tried_again_before_the_next_hour(self) -> None:
        hook("ANALYTICS_TABLE_POPULATED", "not sql")

        raised(DatabaseError, self.run)

        assert system_setting(NEXT) > timezone.now()
