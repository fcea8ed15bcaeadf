"""Who is kept from a namespace is kept from the sharing of its entries (DHIS2 2.42 asks their sharing alone)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from datastore.models import DatastoreEntry
from datastore.protections import Gate, Mode, list_protections
from sharing.access import Principal
from sharing.resource.guards import Passage


def passages_of_entries(uids: Collection[str], principal: Principal) -> Mapping[str, Passage]:
    """By uid, of entries in protected namespaces; two queries."""
    gates = {protection.namespace: protection.gate(principal) for protection in list_protections()}
    rows = DatastoreEntry.objects.filter(uid__in=list(uids), namespace__in=list(gates))
    return {uid: _passage(gates[namespace]) for uid, namespace in rows.values_list("uid", "namespace")}


def _passage(gate: Gate) -> Passage:
    reads = gate.reads is Mode.NONE
    return Passage(know=gate.reads is not Mode.HIDDEN, read=reads, change=reads and gate.writes is Mode.NONE)
