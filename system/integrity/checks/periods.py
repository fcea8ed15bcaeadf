"""Periods that data refers to. They have no uid: issues name them by their ISO text."""

from __future__ import annotations

from system.integrity.declaring import CRITICAL, WARNING, Check, ReportMember, Section, repeated

PERIODS = Section("Periods", (
    Check(
        "periods_same_start_date_period_type", CRITICAL, "periods",
        "Periods that are there twice",
        "Two or more periods have the same type and begin on the same day.",
        "Data of the same time is kept in two places, and analysis counts it twice or fails.",
        "Move the data to one of the periods; then have unused periods removed (`periodPruning`).",
        repeated("SELECT iso AS uid, iso AS name, (period_type, start_date) AS key FROM metadata_period"),
        report=ReportMember("duplicatePeriods"),
    ),
    Check(
        "periods_3y_future", WARNING, "periods",
        "Periods that lie far ahead",
        "A period begins more than three years from now.",
        "Somebody mistyped a year; analytics tables are built for each year that has data.",
        "Correct or delete the data of the period, then have unused periods removed (`periodPruning`).",
        "SELECT iso, iso, start_date::text FROM metadata_period WHERE start_date > current_date + interval '3 years'",
    ),
    Check(
        "periods_distant_past", WARNING, "periods",
        "Periods that lie long ago",
        "A period ended thirty years ago or earlier.",
        "Somebody mistyped a year; analytics tables are built for each year that has data.",
        "Correct or delete the data of the period, then have unused periods removed (`periodPruning`).",
        "SELECT iso, iso, end_date::text FROM metadata_period WHERE end_date <= current_date - interval '30 years'",
    ),
))  # fmt: skip
