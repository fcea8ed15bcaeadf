"""What a merge did, or why it did nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dhis2api.errors import Code


@dataclass(slots=True)
class MergeReport:
    """The response of a WebMessage. `type` is the Java class's simple name."""

    type: str
    errors: list[tuple[Code, tuple[Any, ...]]] = field(default_factory=list)
    deleted: Sequence[str] = ()

    def refuse(self, code: Code, *args: Any) -> None:
        """Note an error."""
        self.errors.append((code, args))

    def to_dict(self) -> dict[str, Any]:
        """`{"responseType", "mergeReport": {…}}`."""
        report = {
            "mergeErrors": [
                {"errorCode": code.name, "args": [str(arg) for arg in args], "message": code.message(*args)}
                for code, args in self.errors
            ],
            "mergeType": self.type,
            "sourcesDeleted": list(self.deleted),
            "message": f"{self.type} merge has errors" if self.errors else f"{self.type} merge complete",
        }
        return {"responseType": "MergeWebResponse", "mergeReport": report}
