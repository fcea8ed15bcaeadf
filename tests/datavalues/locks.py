"""Builders of what closes data sets, and the periods around today."""

from __future__ import annotations

import datetime

from django.utils import timezone

from datavalues.models import DataApproval, LockException
from dhis2api.demo import identifiers as ids
from dhis2api.periods import Period, period_containing
from metadata import models
from users.models import User

PUBLIC = {"public": "rw------", "users": {}, "userGroups": {}}


def month(shift: int = 0) -> str:
    """The ISO text of the current month, or of one before or after it."""
    return period_containing("Monthly", timezone.localdate()).shift(shift).iso


def day(shift: int = 0) -> datetime.date:
    """Today, or a day before or after it."""
    return timezone.localdate() + datetime.timedelta(days=shift)


def stored_period(period: Period) -> models.Period:
    """The row of a period."""
    return models.Period.objects.get_or_create(
        iso=period.iso,
        defaults={"period_type": period.type.name, "start_date": period.start, "end_date": period.end},
    )[0]


def change_set(uid: str = ids.MORTALITY, **columns: object) -> None:
    """Set columns of a data set."""
    models.DataSet.objects.filter(uid=uid).update(**columns)


def second_set(element: str = ids.MEASLES, *units: str, **columns: object) -> models.DataSet:
    """Another monthly data set with one element, reported by these org units."""
    default = models.CategoryCombo.objects.get(name="default")
    data_set = models.DataSet(
        name="Second set", short_name="Second set", period_type="Monthly", category_combo=default, **columns
    )
    data_set.save()
    models.DataSetElement.objects.create(data_set=data_set, data_element=models.DataElement.objects.get(uid=element))
    data_set.organisation_units.add(*models.OrganisationUnit.objects.filter(uid__in=units))
    return data_set


def except_from_locks(period: str, org_unit: str = ids.NGELEHUN_CHC, data_set: str = ids.MORTALITY) -> None:
    """A lock exception."""
    LockException.objects.create(
        data_set=models.DataSet.objects.get(uid=data_set),
        period=stored_period(period_containing("Monthly", datetime.date(int(period[:4]), int(period[4:]), 1))),
        organisation_unit=models.OrganisationUnit.objects.get(uid=org_unit),
        created=timezone.now(),
    )


def workflow(*org_unit_levels: int, data_set: str = ids.MORTALITY) -> models.DataApprovalWorkflow:
    """A monthly workflow over these levels, which the data set follows."""
    default = models.CategoryCombo.objects.get(name="default")
    found = models.DataApprovalWorkflow(name="Workflow", period_type="Monthly", category_combo=default, sharing=PUBLIC)
    found.save()
    for position, number in enumerate(org_unit_levels, start=1):
        level = models.DataApprovalLevel(
            name=f"Approval {number}", level=position, org_unit_level=number, sharing=PUBLIC
        )
        level.save()
        found.data_approval_levels.through.objects.create(
            dataapprovalworkflow=found, dataapprovallevel=level, sort_order=position
        )
    change_set(data_set, workflow=found)
    return found


def approve(followed: models.DataApprovalWorkflow, period: str, org_unit: str, level: int) -> None:
    """An approval at an org unit level, as a row."""
    admin = User.objects.get(username="admin")
    now = timezone.now()
    DataApproval.objects.create(
        workflow=followed, level=models.DataApprovalLevel.objects.get(org_unit_level=level),
        period=stored_period(period_containing("Monthly", datetime.date(int(period[:4]), int(period[4:]), 1))),
        organisation_unit=models.OrganisationUnit.objects.get(uid=org_unit),
        attribute_option_combo=models.CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO),
        created=now, creator=admin, last_updated=now, last_updated_by=admin,
    )  # fmt: skip
