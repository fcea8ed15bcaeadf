"""Remove values for good (DHIS2 2.42, maintenance). Pulls of what changed do not see them any more.

Their audit stays, except where everything of an org unit or a data element goes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from datavalues.models import CompleteDataSetRegistration, DataApproval, DataApprovalAudit, DataValueFile
from dhis2api.objects.writers import record_writer
from dhis2api.value_types import NUMERIC_TYPES, ZERO, ZERO_COUNTS
from files.removal import delete_files
from metadata.maintenance import require_maintainer
from metadata.models import DataElement, OrganisationUnit
from sharing.access import Principal

REMOVE = "DELETE FROM datavalue WHERE deleted"
# What an import would not store today; what somebody wrote a comment on, or marked, stays.
REMOVE_ZEROS = """
    DELETE FROM datavalue stored USING metadata_dataelement element
    WHERE element.id = stored.data_element_id AND NOT element.zero_is_significant
      AND element.value_type = ANY(%(numeric)s) AND element.aggregation_type <> ALL(%(counting)s)
      AND stored.value ~ %(zero)s AND NOT stored.deleted AND stored.comment IS NULL AND NOT stored.followup
"""
PRUNE_UNIT = (
    "DELETE FROM datavalue_audit WHERE organisation_unit_id = %s",
    "DELETE FROM datavalue WHERE organisation_unit_id = %s",
)
PRUNE_ELEMENT = (
    "DELETE FROM datavalue_audit WHERE data_element_id = %s",
    "DELETE FROM datavalue WHERE data_element_id = %s",
)


# The same zeros, as values that somebody deletes: pulls of what changed see it, and the trigger keeps what was there.
TRIM_ZEROS = """
    UPDATE datavalue stored SET deleted = true, last_updated = %(now)s
    FROM metadata_dataelement element
    WHERE element.id = stored.data_element_id AND NOT element.zero_is_significant
      AND element.value_type = ANY(%(numeric)s) AND element.aggregation_type <> ALL(%(counting)s)
      AND stored.value ~ %(zero)s AND NOT stored.deleted AND stored.comment IS NULL AND NOT stored.followup
"""
MARK_TAKEN = """
    UPDATE files_fileresource file SET assigned = true
    FROM datavalues_datavaluefile owned WHERE owned.file_id = file.id AND NOT file.assigned
"""


@transaction.atomic
def trim_values(now: datetime) -> int:
    """Delete zeros that need not be stored, and mark the files of values as taken; how many zeros there were.

    Source: DHIS2 2.42, scheduling, DATA_VALUE_TRIM.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARK_TAKEN)
        cursor.execute(TRIM_ZEROS, {**_zeros(), "now": now})
        trimmed = cursor.rowcount
    if trimmed:
        record_writer(now)
    return trimmed


def _zeros() -> dict[str, object]:
    return {"numeric": sorted(NUMERIC_TYPES), "counting": sorted(ZERO_COUNTS), "zero": f"^{ZERO.pattern}$"}


def remove_deleted_values(principal: Principal) -> None:
    """Remove all deleted values. Errors: 403 without the authority."""
    require_maintainer(principal)
    with connection.cursor() as cursor:
        cursor.execute(REMOVE)


def remove_zero_values(principal: Principal) -> None:
    """Remove zeros of data elements that need not store them. Errors: 403 without the authority."""
    require_maintainer(principal)
    with connection.cursor() as cursor:
        cursor.execute(REMOVE_ZEROS, _zeros())


@transaction.atomic
def prune_org_unit(unit: OrganisationUnit) -> None:
    """Remove all aggregate data of an org unit, whose row the caller has locked: nothing new comes meanwhile."""
    for model in (DataApprovalAudit, DataApproval, CompleteDataSetRegistration):
        model.objects.filter(organisation_unit=unit).delete()
    _give_up_files(organisation_unit=unit)
    _execute(PRUNE_UNIT, unit.pk)


@transaction.atomic
def prune_data_element(element: DataElement) -> None:
    """Remove all values of a data element, whose row the caller has locked."""
    _give_up_files(data_element=element)
    _execute(PRUNE_ELEMENT, element.pk)


def _give_up_files(**of: OrganisationUnit | DataElement) -> None:
    owned = DataValueFile.objects.filter(**of)
    files = list(owned.values_list("file_id", flat=True))
    owned.delete()
    delete_files(files)


def _execute(statements: tuple[str, ...], key: int) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [key])
