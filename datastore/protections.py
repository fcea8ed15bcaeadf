"""Namespaces that not everybody may use: those of the server itself, and those that installed apps reserve.

Source: DHIS2 2.42, data store, namespace protection. A protection is about a namespace as a whole; the sharing of
its entries counts besides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apps.namespaces import Reservation, find_reservation, list_reservations
from sharing.access import Principal


class Mode(StrEnum):
    """What happens to a caller without any of the authorities."""

    NONE = "NONE"  # he may
    HIDDEN = "HIDDEN"  # there seems to be nothing, and what he writes is dropped
    RESTRICTED = "RESTRICTED"  # 403


@dataclass(frozen=True, slots=True)
class Protection:
    """Any one authority opens; an empty set closes nothing."""

    namespace: str
    reads: Mode
    writes: Mode
    read_authorities: frozenset[str]
    write_authorities: frozenset[str]

    def gate(self, principal: Principal) -> Gate:
        """What the protection means for one caller."""
        return Gate(
            _mode(self.reads, self.read_authorities, principal), _mode(self.writes, self.write_authorities, principal)
        )

    def to_dict(self) -> dict[str, Any]:
        """As `/api/dataStore/protections` shows it."""
        return {
            "namespace": self.namespace,
            "reads": self.reads.value,
            "writes": self.writes.value,
            "readAuthorities": sorted(self.read_authorities),
            "writeAuthorities": sorted(self.write_authorities),
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """The mode that holds for one caller; NONE where he passes."""

    reads: Mode = Mode.NONE
    writes: Mode = Mode.NONE


OPEN = Gate()


def _built_in(namespace: str, reads: Mode, writes: Mode, *authorities: str) -> Protection:
    return Protection(namespace, reads, writes, frozenset(authorities), frozenset(authorities))


BUILT_IN = {
    protection.namespace: protection
    for protection in (
        _built_in("METADATASTORE", Mode.HIDDEN, Mode.HIDDEN, "F_METADATA_MANAGE"),
        _built_in("ANDROID_SETTINGS_APP", Mode.NONE, Mode.RESTRICTED, "M_androidsettingsapp"),
        _built_in("capture", Mode.NONE, Mode.RESTRICTED, "F_CAPTURE_DATASTORE_UPDATE"),
        _built_in("ORG_UNIT_PROFILE", Mode.NONE, Mode.RESTRICTED, "ALL", "F_ORG_UNIT_PROFILE_ADD"),
        _built_in("settings-translations", Mode.RESTRICTED, Mode.RESTRICTED, "F_SYSTEM_SETTING"),
        _built_in("sms-config", Mode.RESTRICTED, Mode.RESTRICTED, "F_MOBILE_SENDSMS"),
    )
}


def is_the_servers(namespace: str) -> bool:
    """Whether the server guards the namespace for something else than an app, whose authorities begin with `M_`."""
    protection = BUILT_IN.get(namespace)
    return protection is not None and not all(name.startswith("M_") for name in protection.write_authorities)


def find_protection(namespace: str) -> Protection | None:
    """The protection of one namespace; the server's own goes before an app's, which costs one query."""
    if namespace in BUILT_IN:
        return BUILT_IN[namespace]
    reservation = find_reservation(namespace)
    return _of_app(reservation) if reservation is not None else None


def list_protections() -> list[Protection]:
    """All protections in order of namespace; one query."""
    reserved = {reservation.namespace: _of_app(reservation) for reservation in list_reservations()}
    return sorted((reserved | BUILT_IN).values(), key=lambda protection: protection.namespace)


def hidden_namespaces(principal: Principal) -> set[str]:
    """The namespaces whose very names the caller does not learn; apps hide none."""
    return {name for name, protection in BUILT_IN.items() if protection.gate(principal).reads is Mode.HIDDEN}


def _of_app(reservation: Reservation) -> Protection:
    return Protection(
        reservation.namespace,
        Mode.RESTRICTED if reservation.read_authorities else Mode.NONE,
        Mode.RESTRICTED if reservation.write_authorities else Mode.NONE,
        frozenset(reservation.read_authorities),
        frozenset(reservation.write_authorities),
    )


def _mode(mode: Mode, authorities: Iterable[str], principal: Principal) -> Mode:
    required = tuple(authorities)
    return Mode.NONE if not required or principal.has_any(required) else mode
