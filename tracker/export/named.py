"""Metadata that a list names: found and open to the reader, or the reason why not. Source: DHIS2 2.42."""

from __future__ import annotations

from dhis2api.errors import ApiError
from metadata.models import Program, ProgramStage, TrackedEntityType
from tracker.access import errors as access_codes
from tracker.access.reader import ReadableProgram, ReadableType, Reader
from tracker.export import errors as codes


def get_tracker_program(reader: Reader, uid: str) -> ReadableProgram:
    """A program with registration. Errors: 400 if it is none, 403 if it or its type is closed to the reader."""
    found = reader.find_program(uid)
    if found is not None and found.type is not None:
        return found
    row = Program.objects.filter(uid=uid).values_list("program_type", "tracked_entity_type_id").first()
    if row is None:
        raise ApiError(codes.PROGRAM_UNKNOWN, uid)
    if row[0] != "WITH_REGISTRATION":
        raise ApiError(codes.NO_TRACKER_PROGRAM, uid)
    raise _refused(reader, uid, row[1])


def get_program(reader: Reader, uid: str) -> ReadableProgram:
    """A program. Errors: 400 if there is none, 403 if it or its type is closed to the reader."""
    if found := reader.find_program(uid):
        return found
    row = Program.objects.filter(uid=uid).values_list("program_type", "tracked_entity_type_id").first()
    if row is None:
        raise ApiError(codes.PROGRAM_UNKNOWN, uid)
    raise _refused(reader, uid, row[1])


def get_type(reader: Reader, uid: str) -> ReadableType:
    """A tracked entity type. Errors: 400 if there is none, 403 if it is closed to the reader."""
    if found := next((one for one in reader.types.values() if one.uid == uid), None):
        return found
    if TrackedEntityType.objects.filter(uid=uid).exists():
        raise ApiError(codes.TYPE_CLOSED, uid)
    raise ApiError(codes.TYPE_UNKNOWN, uid)


def get_stage(reader: Reader, uid: str) -> tuple[int, int | None]:
    """The keys of a stage and of its program. Errors: 400 if there is none, 403 if it is closed to the reader."""
    row = ProgramStage.objects.filter(uid=uid).values_list("pk", "program_id").first()
    if row is None:
        raise ApiError(codes.STAGE_UNKNOWN, uid)
    if row[0] not in reader.stages:
        raise ApiError(codes.STAGE_CLOSED, uid)
    return row


def get_stage_of(program: ReadableProgram | None, uid: str) -> int:
    """The key of a stage of a program. Errors: 400 if it is none."""
    key = program and ProgramStage.objects.filter(uid=uid, program_id=program.pk).values_list("pk", flat=True).first()
    if key is None:
        raise ApiError(codes.STAGE_NOT_OF_PROGRAM, uid)
    return key


def require_any_type(reader: Reader) -> None:
    """Errors: 403 for a reader of no tracked entity type."""
    if not reader.types:
        raise ApiError(access_codes.NO_TYPE)


def _refused(reader: Reader, uid: str, type: int | None) -> ApiError:
    """403 for a program, naming its type where that alone is closed."""
    if uid not in reader.open_programs:
        return ApiError(access_codes.NO_ACCESS_TO_PROGRAM, uid)
    type_uid = TrackedEntityType.objects.filter(pk=type).values_list("uid", flat=True).first()
    return ApiError(codes.PROGRAM_TYPE_CLOSED, type_uid)
