"""Parameters of validation. Source: DHIS2 2.42, validation rules and results."""

from __future__ import annotations

import datetime

from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, param


class ResultListParams(PagingParams):
    """Parameters of `GET /api/validationResults`."""

    ou: list[str] = param(doc="Org units.")
    vr: list[str] = param(doc="Validation rules.")
    pe: list[str] = param(doc="Periods in ISO form; results of periods that have a day in common with one of them.")
    created_date: datetime.datetime | None = param(None, doc="Results stored at that moment or later.")
    fields: list[str] = param([], split=False, doc="Members to show; all if absent.")


class ResultParams(Params):
    """Parameters of `GET /api/validationResults/{id}`."""

    fields: list[str] = param([], split=False, doc="Members to show; all if absent.")


class ResultRemovalParams(Params):
    """Parameters of `DELETE /api/validationResults`; what is absent does not restrict."""

    ou: list[str] = param(doc="Org units.")
    vr: list[str] = param(doc="Validation rules.")
    pe: str = param("", doc="A period in ISO form; results of periods that have a day in common with it.")
    created: str = param("", doc="A period in ISO form in which results were stored.")
    notification_sent: bool | None = param(None, doc="Whether users were told.")


class FormParams(Params):
    """Parameters of `GET /api/validation/dataSet/{id}`."""

    pe: str = param("", doc="Period in ISO form.")
    ou: str = param("", doc="Org unit.")
    aoc: str = param("", doc="Attribute option combo; the default one if neither it nor `cc` and `cp` are given.")
    cc: str = param("", doc="Category combo of the attribute option combo.")
    cp: list[str] = param([], split=False, doc="Its category options, with semicolons between.")


class MonitoringParams(Params):
    """Of MONITORING."""

    relative_start: int = param(0, doc="Days from today; with both not 0, periods between the two are looked at.")
    relative_end: int = param(0, doc="Days from today.")
    validation_rule_groups: list[str] = param(
        endpoint="/api/validationRuleGroups", doc="Whose rules are looked at; all rules with a template, if absent."
    )
    send_notifications: bool = param(False, aliases=("sendNotification",), doc="Tell users.")
    persist_results: bool = param(False, aliases=("persistsResults",), doc="Store what is found.")
