"""Which database this is: `reset` puts another one in place while the server runs, and that begins a new epoch.

What a process remembers about rows must not survive it: keys of the cache carry the epoch (`cache_key`), and
`database_replaced` is sent in every web process before its first request of the new epoch.
"""

from __future__ import annotations

from django.dispatch import Signal

database_replaced = Signal()  # receivers drop what this process remembers about rows

_current: str | None = None


def see_epoch(epoch: str) -> None:
    """Take note of the epoch that holds now."""
    global _current
    before, _current = _current, epoch
    if before is not None and before != epoch:
        database_replaced.send(sender=None)


def cache_key(key: str, prefix: str, version: int) -> str:
    """Django's `KEY_FUNCTION`: a key of one epoch is unknown to the next."""
    from dhis2api.embedded.gate_state import read_gate  # noqa: PLC0415 - settings name this function before Redis is known

    if _current is None:
        see_epoch(read_gate().epoch)
    return f"{prefix}:{_current}:{version}:{key}"
