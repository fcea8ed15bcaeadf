"""Prometheus' text format."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric

from dhis2api.web.negotiation import JSON, XML

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PROMETHEUS = ("text/plain", JSON, XML)  # what a view answers: text always, whatever a scraper puts first
NEVER_CACHED = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate"}


def expose(families: Iterable[Metric]) -> HttpResponse:
    """An answer with these figures."""
    return HttpResponse(render(families), content_type=CONTENT_TYPE, headers=NEVER_CACHED)


def render(families: Iterable[Metric]) -> bytes:
    """The text of these figures."""
    registry = CollectorRegistry()
    registry.register(_Given(families))
    return generate_latest(registry)


class _Given:
    """What a registry asks for its figures."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families

    def describe(self) -> Iterable[Metric]:
        return ()
