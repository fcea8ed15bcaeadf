"""What a check is: declared as data, one statement or one function that finds what breaks it.

A statement selects the violations, one row each: identifier, name and, if there is more to say, a comment and an array
of references. It is asked as it stands for the issues, and counted for the summary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How bad a violation is."""

    INFO = "INFO"
    WARNING = "WARNING"
    SEVERE = "SEVERE"
    CRITICAL = "CRITICAL"


INFO, WARNING, SEVERE, CRITICAL = Severity


@dataclass(frozen=True, slots=True)
class Issue:
    """One violation: the object, why (where that is not the same for all), what else it concerns."""

    id: str
    name: str | None
    comment: str | None = None
    refs: list[str] | None = None


class Shape(StrEnum):
    """How the report of DHIS2 2.36 shows the issues of a check."""

    NAMES = "names"  # a list of `name:uid`
    REFS = "refs"  # name → its references
    COMMENTS = "comments"  # name → the comment


@dataclass(frozen=True, slots=True)
class ReportMember:
    """Where the issues of a check stand in the report of DHIS2 2.36."""

    name: str
    shape: Shape = Shape.NAMES


Finder = Callable[[], Iterable[Issue]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    `issues` is the plural of the type whose objects it names; `of`, what stands after FROM where all objects are
    counted for the percentage, is that type's table unless told otherwise, "" where a percentage says nothing.
    """

    name: str
    severity: Severity
    issues: str
    title: str
    fault: str
    why: str
    fix: str
    finds: str | Finder = field(repr=False)
    of: str | None = None
    slow: bool = False
    programmatic: bool = False
    report: ReportMember | None = None

    @property
    def code(self) -> str:
        """The first letters of the words of the name."""
        return "".join(word[0] for word in self.name.split("_")).upper()

    @property
    def population(self) -> str:
        """What stands after FROM where all objects are counted, "" for nothing."""
        return POPULATIONS.get(self.issues, "") if self.of is None else self.of


@dataclass(frozen=True, slots=True)
class Section:
    """Checks that are shown together, in their order."""

    name: str
    checks: tuple[Check, ...]


POPULATIONS = {
    "categories": "metadata_category",
    "categoryCombos": "metadata_categorycombo",
    "categoryOptionCombos": "metadata_categoryoptioncombo",
    "categoryOptionGroups": "metadata_categoryoptiongroup",
    "categoryOptionGroupSets": "metadata_categoryoptiongroupset",
    "categoryOptions": "metadata_categoryoption",
    "dashboards": "metadata_dashboard",
    "dataElementGroups": "metadata_dataelementgroup",
    "dataElements": "metadata_dataelement",
    "dataSets": "metadata_dataset",
    "events": "event",
    "fileResources": "files_fileresource",
    "indicatorGroups": "metadata_indicatorgroup",
    "indicatorGroupSets": "metadata_indicatorgroupset",
    "indicators": "metadata_indicator",
    "indicatorTypes": "metadata_indicatortype",
    "maps": "metadata_map",
    "optionGroups": "metadata_optiongroup",
    "optionSets": "metadata_optionset",
    "organisationUnitGroups": "metadata_organisationunitgroup",
    "organisationUnits": "metadata_organisationunit",
    "periods": "metadata_period",
    "programIndicatorGroups": "metadata_programindicatorgroup",
    "programIndicators": "metadata_programindicator",
    "programRuleActions": "metadata_programruleaction",
    "programRules": "metadata_programrule",
    "programRuleVariables": "metadata_programrulevariable",
    "programs": "metadata_program",
    "programStages": "metadata_programstage",
    "pushAnalysis": "metadata_pushanalysis",
    "trackedEntities": "tracked_entity",
    "trackedEntityAttributes": "metadata_trackedentityattribute",
    "userGroups": "users_usergroup",
    "userRoles": "users_userrole",
    "users": "users_user",
    "validationRuleGroups": "metadata_validationrulegroup",
    "validationRules": "metadata_validationrule",
    "visualizations": "metadata_visualization",
}


def repeated(source: str) -> str:
    """The rows of a query of `uid, name, key` whose key others have too; the comment says how many others."""
    return f"""
        SELECT uid, name, others || ' more like it' FROM (
            SELECT uid, name, count(*) OVER (PARTITION BY key) - 1 AS others FROM ({source}) AS keyed
        ) AS counted
        WHERE others > 0
    """
