"""Programs and their stages: what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.db.models import F, OuterRef, Subquery

from dhis2api.objects.errors import E5008
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.value_types import DATE_TYPES
from metadata.enums import ProgramType
from metadata.errors import E3012, E4023, E4053, E6001, E6022_PROGRAM
from metadata.models import DataElement, Program, ProgramRuleAction, ProgramStage, ProgramStageSection


def program_is_related_to_another(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E6022: no program is related to itself; E4023: an event program to none."""
    related = item.values.get("related_program_id")
    if related is None:
        return
    if related == item.pk:
        yield Fault(E6022_PROGRAM, (item.uid,), "relatedProgram", main_id=item.uid)
    if item.values.get("program_type") == ProgramType.WITHOUT_REGISTRATION:
        yield Fault(E4023, ("relatedProgram", item.raw.get("relatedProgram")), "relatedProgram", main_id=item.uid)


def stages_have_programs(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4053: a stage names its program, or a program of the payload lists it."""
    listed = {pk for program in bundle.of("program") for pk in program.members.get("programStages", ())}
    for item in objects:
        if item.values.get("program_id") is None and item.pk not in listed:
            item.faults.append(Fault(E4053, (item.uid,), "program", main_id=item.uid))


def next_date_is_a_date_of_the_stage(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E6001: the next event is scheduled by a data element of the stage that is a date."""
    named = {item.values.get("next_schedule_date_id") for item in objects} - {None}
    if not named:
        return
    rows = DataElement.objects.filter(pk__in=named).values_list("pk", "uid", "value_type")
    known = {pk: (uid, value_type) for pk, uid, value_type in rows}
    known |= {e.pk: (e.uid, e.values.get("value_type")) for e in bundle.of("dataElement") if e.pk in named}
    for item in objects:
        key = item.values.get("next_schedule_date_id")
        if key is None:
            continue
        own = {row.values["data_element_id"] for row in item.embedded.get("programStageDataElements", ())}
        uid, value_type = known[key]
        if key not in own or value_type not in DATE_TYPES:
            item.faults.append(Fault(E6001, (item.uid, uid), "nextScheduleDate", main_id=item.uid))


def delete_dropped_sections(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A section that leaves its stage goes, unless a rule's action names it: then it only loses the stage."""
    naming = [item for item in objects if item.stored is not None and "programStageSections" in item.members]
    kept = {pk for item in naming for pk in item.members["programStageSections"]}
    kept |= {item.pk for item in bundle.of("programStageSection")}
    dropped = ProgramStageSection.objects.filter(program_stage_id__in=[item.pk for item in naming]).exclude(pk__in=kept)
    held = ProgramRuleAction.objects.filter(program_stage_section__in=dropped).values("program_stage_section")
    if naming:
        dropped.exclude(pk__in=held).delete()


def fields_are_readable(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E3012 in place of E5008 for attributes of a program and data elements of a stage."""
    for item in objects:
        item.faults[:] = [
            replace(fault, code=E3012, args=(bundle.principal.username, fault.args[0]))
            if fault.code is E5008 and fault.property in ("trackedEntityAttribute", "dataElement")
            else fault
            for fault in item.faults
        ]


def share_stages_of_event_programs(bundle: Bundle, objects: list[ImportObject]) -> None:
    """The stage of an event program is shared as its program is, whatever a payload says of the stage."""
    _share(bundle, (item.pk for item in objects))


def share_stages_as_their_programs(bundle: Bundle, objects: list[ImportObject]) -> None:
    """The same for stages that come without their program."""
    in_payload = {item.pk for item in bundle.of("program")}
    _share(bundle, {item.values["program_id"] for item in objects if item.values.get("program_id")} - in_payload)


def _share(bundle: Bundle, programs: Iterable[int]) -> None:
    stages = ProgramStage.objects.filter(
        program_id__in=list(programs), program__program_type=ProgramType.WITHOUT_REGISTRATION
    )
    sharing = Program.objects.filter(pk=OuterRef("program_id")).values("sharing")
    different = stages.exclude(sharing=F("program__sharing"))
    different.update(sharing=Subquery(sharing[:1]), last_updated=bundle.now)
