"""An import summary on the wire, in the shape that the called version promises (DHIS2 2.36 and 2.42)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from datavalues.summary import ImportSummary
from dhis2api.web.xml import append, root_element


@dataclass(frozen=True, slots=True)
class WireProfile:
    """What differs between versions."""

    is_bare: bool = False  # the summary stands at the top, not inside a WebMessage
    counts_unchanged_as_updated: bool = False  # 2.42 counts them as ignored


def wire_profile(explicit_version: int | None) -> WireProfile:
    """The profile of the version in the URL; no version means the newest."""
    is_old = explicit_version is not None and explicit_version <= 37
    return WireProfile(is_bare=is_old, counts_unchanged_as_updated=is_old)


@dataclass(frozen=True, slots=True)
class SummaryReport:
    """A summary as `profile` shows it: the `response` of a WebMessage, or the whole bare body."""

    summary: ImportSummary
    profile: WireProfile

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        summary = self.summary
        shown: dict[str, Any] = {
            "responseType": "ImportSummary",
            "status": summary.status,
            "importOptions": summary.options,
            "description": summary.description,
            "importCount": self._counts(),
            "conflicts": self._conflicts(),
        }
        if not self.profile.is_bare:
            shown["rejectedIndexes"] = summary.rejected
        return shown | {"dataSetComplete": summary.data_set_complete}

    def to_xml(self, parent: etree._Element) -> None:
        """Append `<response>` with the summary."""
        self._fill(append(parent, "response", responseType="ImportSummary"))

    def to_document(self) -> etree._Element:
        """The bare XML body of versions up to 37."""
        root = root_element("importSummary", responseType="ImportSummary")
        self._fill(root)
        return root

    def _fill(self, element: etree._Element) -> None:
        counts = self._counts()
        append(element, "status", self.summary.status)
        append(element, "description", self.summary.description)
        append(element, "importCount", **counts)
        conflicts = append(element, "conflicts")
        for conflict in self._conflicts():
            indexes = ",".join(str(index) for index in conflict.pop("indexes", [])) or None
            conflict.pop("objects", None)
            append(conflicts, "conflict", **conflict, indexes=indexes)
        append(
            element, "dataValueCount", imported=counts["imported"], updated=counts["updated"], ignored=counts["ignored"]
        )
        append(element, "dataSetComplete", self.summary.data_set_complete)

    def _counts(self) -> dict[str, int]:
        counts = self.summary.counts
        as_updated = self.profile.counts_unchanged_as_updated
        return {
            "imported": counts.imported,
            "updated": counts.updated + (counts.unchanged if as_updated else 0),
            "ignored": counts.ignored + (0 if as_updated else counts.unchanged),
            "deleted": counts.deleted,
        }

    def _conflicts(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = []
        for merged in self.summary.conflicts.values():
            conflict = merged.conflict
            shown: dict[str, Any] = {
                "object": next(iter(conflict.objects.values()), None),
                "objects": conflict.objects,
                "value": conflict.message,
                "errorCode": conflict.code.name,
                "property": conflict.property,
                "indexes": merged.indexes or None,
            }
            listed.append({name: value for name, value in shown.items() if value is not None})
        listed += [{"object": free.object, "value": free.value} for free in self.summary.free_conflicts]
        return listed
