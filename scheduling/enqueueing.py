"""Accepting a job: its row and payload are stored together, and from then on it will be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from dhis2api.objects.uids import generate_uid
from dhis2api.web.params import Params
from dhis2api.web.stored_params import params_to_json
from scheduling.bell import ring_after_commit
from scheduling.job_types import JobType
from scheduling.models import Job
from scheduling.payloads import PackedPayload
from scheduling.registry import find_declaration

STORE_CHUNK = "INSERT INTO job_payload (job_id, position, data) VALUES (%s, %s, %s)"


def enqueue(
    type: JobType, *, params: Params, user: Any, name: str | None = None, body: BinaryIO | None = None,
    body_format: str = "", version: int | None = None,
) -> Job:  # fmt: skip
    """Store a job that runs as soon as a worker of its queue is free.

    Shapes: `body` is read to its end, in constant memory; `version` is the API's as the client called it.
    Errors: whatever reading the body raises; nothing is stored then.
    """
    declaration = find_declaration(type)
    if declaration is None:
        raise LookupError(f"No app declares a job of type {type}")
    now = timezone.now()
    job = Job(
        uid=generate_uid(), type=type.value, name=name or f"{type} ({int(now.timestamp() * 1000)})",
        queue=declaration.queue, alone=declaration.alone, parameters=params_to_json(params), user_uid=user and user.uid,
        created_by=user, body_format=body_format, version=version, created=now,
    )  # fmt: skip
    payload = PackedPayload(body) if body is not None else None
    try:
        with transaction.atomic():
            job.save()
            if payload is not None:
                _store_chunks(job.pk, payload.chunks())
            ring_after_commit(job.queue)
    finally:
        if payload is not None:
            payload.close()
    return job


def _store_chunks(pk: int, chunks: Iterable[bytes]) -> None:
    with connection.cursor() as cursor:
        for position, data in enumerate(chunks):
            cursor.execute(STORE_CHUNK, [pk, position, data])
