"""Error codes of splits and merges (DHIS2 2.42, metadata API, org unit split and merge, merges)."""

from __future__ import annotations

from dhis2api.errors import code, plain

E1500 = code("E1500", "At least two source orgs units must be specified")
E1501 = code("E1501", "Target org unit must be specified")
E1502 = code("E1502", "Target org unit cannot be a source org unit")
E1503 = code("E1503", "Source org unit does not exist: `{}`")
E1504 = code("E1504", "Target org unit cannot be a descendant of a source org unit: `{}`")
E1510 = code("E1510", "Source org unit must be specified")
E1511 = code("E1511", "At least two target org units must be specified")
E1512 = code("E1512", "Source org unit cannot be a target org unit: `{}`")
E1513 = code("E1513", "Primary target must be specified")
E1514 = code("E1514", "Primary target must be a target org unit")
E1515 = code("E1515", "Target org unit does not exist: `{}`")
E1516 = code("E1516", "Target org unit cannot be a descendant of the source org unit: `{}`")

E1530 = code("E1530", "At least one source {} must be specified")
E1531 = code("E1531", "Target {} must be specified")
E1532 = code("E1532", "Target {} cannot be a source {}")
E1533 = code("E1533", "{} {} does not exist: `{}`")
E1534 = code("E1534", "dataMergeStrategy field must be specified. With value `DISCARD` or `LAST_UPDATED`")
E1540 = code("E1540", "Source and target category option combos must have the same category combo and options: `{}`")
E1550 = code("E1550", "All source ValueTypes must match target ValueType: `{}`. Other ValueTypes found: `{}`")
E1551 = code(
    "E1551", "All source DataElementDomains must match target DataElementDomain: `{}`. Other DataElementDomains "
    "found: `{}`",
)  # fmt: skip

MERGE_FAILED = plain(409, "One or more errors occurred, please see full details in merge report.")
TOO_MANY = plain(400, "`{}` may name {} objects at most, but names {}")
