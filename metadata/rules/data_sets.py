"""Data sets and their sections."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from dhis2api.objects.errors import E4027
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.periods import PERIOD_TYPES, find_period
from metadata.errors import E4012, E4013
from metadata.models import CompulsoryOperand, DataSet, DataSetElement, GreyedField, Section


def period_type_is_known(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4027: the period type is one of DHIS2's names."""
    name = item.values.get("period_type")
    if name is not None and name not in PERIOD_TYPES:
        yield Fault(E4027, (name, "periodType"), "periodType", main_id=item.uid)


def input_periods_are_valid(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E4013: an input period closes after it opens; E4027: it is a period; E4012: of the data set's type."""
    expected = item.values.get("period_type")
    for row in item.embedded.get("dataInputPeriods", ()):
        opening, closing = row.values["opening_date"], row.values["closing_date"]
        if opening and closing and closing < opening:
            yield Fault(E4013, (closing, opening), "dataInputPeriods", main_id=item.uid)
        if row.values["period"] is None:
            continue  # E4000
        period = find_period(row.values["period"])
        if period is None:
            yield Fault(E4027, (row.values["period"], "period"), "dataInputPeriods.period", main_id=item.uid)
        elif period.type.name != expected and expected in PERIOD_TYPES:
            given = (period.type.name, expected, item.uid)
            yield Fault(E4012, given, "dataInputPeriods.period", main_id=item.uid)


def prune_sections(bundle: Bundle, objects: list[ImportObject]) -> None:
    """What leaves a data set leaves its sections and its compulsory operands too."""
    keys = [item.pk for item in objects if item.stored is not None]
    if not keys:
        return
    through = Section.data_elements.through
    members = through.objects.filter(section__data_set_id__in=keys)
    allowed = set(DataSetElement.objects.filter(data_set_id__in=keys).values_list("data_set_id", "data_element_id"))
    gone = [
        pk for pk, data_set, element in members.values_list("pk", "section__data_set_id", "dataelement_id")
        if (data_set, element) not in allowed
    ]  # fmt: skip
    through.objects.filter(pk__in=gone).delete()
    for model, path in ((GreyedField, "section__data_set_id"), (CompulsoryOperand, "data_set_id")):
        operands = model.objects.filter(**{f"{path}__in": keys})
        lost = [
            pk for pk, data_set, element in operands.values_list("pk", path, "data_element_id")
            if (data_set, element) not in allowed
        ]  # fmt: skip
        model.objects.filter(pk__in=lost).delete()


def bump_data_set_versions(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A data set that is not itself in the payload counts up when one of its sections is created or changed."""
    in_payload = {item.pk for item in bundle.of("dataSet")}
    keys = {item.values["data_set_id"] for item in objects if item.values.get("data_set_id")} - in_payload
    if keys:
        DataSet.objects.filter(pk__in=keys).update(version=F("version") + 1)
