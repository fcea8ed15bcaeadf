"""What checks found, kept for an hour, and how long they take. Source: DHIS2 2.42, data integrity.

Results stand in the cache, under the epoch of the database: those of a database that was replaced are not found.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.core.cache import cache

from system.integrity.declaring import Check
from system.integrity.running import Kind, Result

KEPT_SECONDS = 3600
KEY = "integrity:{}:{}"
TIMING_KEY = "integrity:timing:{}"  # number of runs and milliseconds of all of them

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Result)


def keep_result(kind: Kind, result: Result) -> None:
    """Keep it for an hour, and remember how long it took."""
    cache.set(KEY.format(kind, result.name), _encoder.encode(result), timeout=KEPT_SECONDS)
    if result.error is None:
        runs, total = cache.get(TIMING_KEY.format(result.name), (0, 0))
        cache.set(TIMING_KEY.format(result.name), (runs + 1, total + result.milliseconds), timeout=None)


def forget_results(kind: Kind, checks: Iterable[Check]) -> None:
    """Whoever asks for a new run waits for its results, and is not given those of the last one."""
    cache.delete_many([KEY.format(kind, check.name) for check in checks])


def find_results(kind: Kind, checks: Iterable[Check]) -> dict[str, Result]:
    """The results that are there, by the names of the checks and in their order."""
    names = [check.name for check in checks]
    found = cache.get_many([KEY.format(kind, name) for name in names])
    return {
        name: _decoder.decode(found[key]) for name in names if (key := KEY.format(kind, name)) in found
    }  # fmt: skip


def average_times(checks: Iterable[Check]) -> dict[str, int]:
    """How many milliseconds each check takes, of those that ever ran."""
    names = [check.name for check in checks]
    found = cache.get_many([TIMING_KEY.format(name) for name in names])
    times = {name: found.get(TIMING_KEY.format(name)) for name in names}
    return {name: round(known[1] / known[0]) for name, known in times.items() if known is not None}
