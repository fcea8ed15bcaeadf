"""Namespaces of the data store that installed apps reserve (DHIS2 2.42, apps, manifest)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from apps.models import NamespaceReservation

# What else goes when an app is removed together with its data: called with the app's main namespace.
when_data_goes: list[Callable[[str], None]] = []


@dataclass(frozen=True, slots=True)
class Reservation:
    """Who may read and write a namespace: any one authority of each set, or ALL. Neither set is ever empty."""

    namespace: str
    read_authorities: frozenset[str]
    write_authorities: frozenset[str]
    app: str  # the app's key


def list_reservations() -> list[Reservation]:
    """The namespaces of all installed apps, in order of name; one query."""
    return [_reservation(row) for row in NamespaceReservation.objects.order_by("namespace")]


def find_reservation(namespace: str) -> Reservation | None:
    """The reservation of one namespace, None where no installed app has it; one query."""
    row = NamespaceReservation.objects.filter(namespace=namespace).first()
    return None if row is None else _reservation(row)


def _reservation(row: NamespaceReservation) -> Reservation:
    read, write = frozenset(row.read_authorities), frozenset(row.write_authorities)
    return Reservation(row.namespace, read, write, row.app_key)
