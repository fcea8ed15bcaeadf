"""What an import knows: its options, who runs it, and the metadata that its values name."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from datavalues.params import ImportParams, Strategy
from datavalues.schemes import Schemes
from datavalues.summary import ImportSummary
from dhis2api.periods import Period
from metadata.hierarchy import Scope
from sharing.access import Principal


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class DataElement:
    """What checks need of a data element."""

    pk: int
    uid: str
    value_type: str
    aggregation_type: str
    zero_is_significant: bool
    option_set: int | None
    category_combo: int


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class OrgUnit:
    """What checks need of an org unit."""

    pk: int
    uid: str
    path: str


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class OptionCombo:
    """What checks need of a category option combo; `options` are keys of `Metadata.options`."""

    pk: int
    uid: str
    category_combo: int
    options: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class CategoryOption:
    """What checks need of a category option; `paths` are the org units it is restricted to, empty for none."""

    pk: int
    uid: str
    is_readable: bool
    is_writable: bool
    start_date: datetime.date | None
    end_date: datetime.date | None
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputPeriod:
    """When values of one period may be entered; both dates inclusive, None is open."""

    iso: str
    opening: datetime.date | None
    closing: datetime.date | None


@dataclass(frozen=True, slots=True)
class WorkflowLevel:
    """A level of an approval workflow; `level` 1 is the highest."""

    pk: int
    uid: str
    level: int
    org_unit_level: int
    has_group_set: bool


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class Workflow:
    """What checks need of an approval workflow; the highest of its levels stands first."""

    pk: int
    uid: str
    period_type: str
    category_combo: int
    levels: tuple[WorkflowLevel, ...]


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, which costs nothing
class DataSet:
    """What checks need of a data set; `elements` maps data elements to the combo that overrides their own."""

    pk: int
    uid: str
    period_type: str
    category_combo: int
    open_periods_after_end: int
    expiry_days: float  # 0: never
    open_future_periods: int
    input_periods: tuple[InputPeriod, ...]
    workflow: Workflow | None
    elements: dict[int, int | None]


ValueKey = tuple[int, str, int, int, int]  # data element, ISO period, org unit, category and attribute option combo


@dataclass(slots=True, eq=False)
class ValueFile:
    """What checks need of a file resource; `owner` is the value that has it, or would have it after this import."""

    pk: int
    owner: ValueKey | None
    is_held_elsewhere: bool = False  # by something that is no data value


@dataclass(slots=True)
class Metadata:
    """Everything that was loaded, by the identifiers of the payload; None for what does not exist."""

    data_elements: dict[str, DataElement | None] = field(default_factory=dict)
    org_units: dict[str, OrgUnit | None] = field(default_factory=dict)
    category_option_combos: dict[str, OptionCombo | None] = field(default_factory=dict)
    attribute_option_combos: dict[str, OptionCombo | None] = field(default_factory=dict)
    options: dict[int, CategoryOption] = field(default_factory=dict)
    periods: dict[str, Period | None] = field(default_factory=dict)
    period_keys: dict[str, int] = field(default_factory=dict)  # canonical ISO → primary key
    option_codes: dict[int, frozenset[str]] = field(default_factory=dict)  # option set → codes
    data_sets: dict[int, DataSet] = field(default_factory=dict)  # loaded when a check first needs them
    data_sets_of: dict[int, tuple[DataSet, ...]] = field(default_factory=dict)  # data element → those that contain it
    assigned: dict[int, frozenset[int]] = field(default_factory=dict)  # org unit → its data sets
    named_data_sets: dict[str, int] = field(default_factory=dict)  # as the payload names them → primary key
    unknown_data_sets: set[str] = field(default_factory=set)  # named, but not found or not readable
    closed_data_sets: set[str] = field(default_factory=set)  # named, but not the user's to write
    disaggregations: dict[int, Any] = field(default_factory=dict)  # category combo → `Disaggregation`, for ADX
    default_combo: OptionCombo | None = None
    files: dict[str, ValueFile | None] = field(default_factory=dict)  # file resources that values name


@dataclass(slots=True)
class Staged:
    """What lies in the temporary table; `has_repeated`: a chunk names one key several times; `has_vanishing`: storing
    some value would store nothing.

    `files` are the primary keys of the staged data elements whose values are files.
    """

    size: int = 0
    chunks: int = 0
    has_repeated: bool = False
    has_vanishing: bool = False
    files: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Context:
    """The state of one import."""

    params: ImportParams
    strategy: Strategy
    schemes: Schemes
    principal: Principal
    user_pk: int
    now: datetime.datetime
    dry_run: bool
    capture_scope: Scope
    summary: ImportSummary
    metadata: Metadata = field(default_factory=Metadata)
    staged: Staged = field(default_factory=Staged)
    keeps_files: bool = False  # files that values give up stay, without an owner
    data_set: Any = None  # metadata.models.DataSet of the header, when named
    lock_question: Any = None  # what all locks ask of the chunk at hand
    completions: list[Any] = field(default_factory=list)  # `Completion`s that ADX groups ask for
