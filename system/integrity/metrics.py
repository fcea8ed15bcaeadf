"""What checks found, as Prometheus reads it. Source: DHIS2 2.42, data integrity metrics."""

from __future__ import annotations

from prometheus_client.core import GaugeMetricFamily

from system.integrity.catalogue import all_checks
from system.integrity.results import find_results
from system.integrity.running import Kind

ISSUES = "dhis_data_integrity_issues_count_total"
PERCENTAGE = "dhis_data_integrity_issues_percentage"
DURATION = "dhis_data_integrity_check_duration_milliseconds"


def integrity_families() -> list[GaugeMetricFamily]:
    """The summaries of the last hour, a sample a check."""
    families = [
        GaugeMetricFamily(ISSUES, "How many objects break a check.", labels=["check"]),
        GaugeMetricFamily(PERCENTAGE, "How many per cent of its objects break a check.", labels=["check"]),
        GaugeMetricFamily(DURATION, "How long a check took the last time.", labels=["check"]),
    ]
    for name, result in find_results(Kind.SUMMARY, all_checks()).items():
        values = (result.count if result.error is None else None, result.percentage, result.milliseconds)
        for family, value in zip(families, values, strict=True):
            if value is not None:
                family.add_metric([name], value)
    return families
