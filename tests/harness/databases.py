"""A database of one test's own."""

from __future__ import annotations

import itertools
from types import TracebackType

from django.db import connections

from tests.harness.cluster import Cluster

NUMBERS = itertools.count(1)


class OwnDatabase:
    """A clone of the template. Inside the block Django's default connection, in every thread, leads here."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.number = next(NUMBERS)
        self.name = f"own_{self.number}"
        self.url = cluster.url(self.name)
        # 16 databases of one Redis: 0 is the shared one.
        self.redis_url = f"unix://{cluster.home.redis_socket}?db={1 + self.number % 15}"

    def __enter__(self) -> OwnDatabase:
        self.cluster.clone(self.name)
        self._shared_name = connections.settings["default"]["NAME"]
        self._lead_to(self.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lead_to(self._shared_name)
        self.cluster.drop(self.name)

    def _lead_to(self, name: str) -> None:
        connections["default"].close()
        connections.settings["default"]["NAME"] = name
        connections["default"].settings_dict["NAME"] = name
