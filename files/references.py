"""Members of other types that refer to a file: which files they take, and that a file knows whether it was taken.

A type's own app names its member with `hold_files` when it is ready.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from dhis2api.errors import ApiError
from dhis2api.objects.errors import E5002
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.records import Bundle, Fault, ImportObject, describe
from dhis2api.objects.registry import get_schema
from files.enums import FileResourceDomain
from files.errors import FILE_NOT_OWN, FILE_UNKNOWN
from files.models import FileResource


def hold_files(holder: type[models.Model], singular: str, member: str, domain: FileResourceDomain) -> None:
    """Have `member` of the type take files of `domain` that the importer sent, and keep `assigned` true."""
    column = f"{member}_id"
    is_user = holder is get_user_model()  # whose own picture, sent by himself, somebody else may give him

    def files_fit(bundle: Bundle, objects: list[ImportObject]) -> None:
        """E5002: a file of another domain, or one that somebody else sent."""
        changed = [item for item in objects if _changes(item, column)]
        files = FileResource.objects.in_bulk([item.values[column] for item in changed]) if changed else {}
        for item in changed:
            file = files[item.values[column]]
            senders = (bundle.user_pk, item.pk) if is_user else (bundle.user_pk,)
            is_own = bundle.principal.is_superuser or file.created_by_id in senders
            if file.domain != domain or not is_own:
                shown = describe(None, file.uid, get_schema("fileResource"))
                fault = Fault(E5002, (shown, item.describe(), member), member, main_id=item.uid, is_reference=True)
                item.faults.append(fault)

    def files_are_taken(bundle: Bundle, objects: list[ImportObject]) -> None:
        touched = {item.values.get(column) for item in objects}
        touched |= {item.stored[column] for item in objects if item.stored is not None}
        settle_assigned(holder, member, touched)

    def files_are_given_up(keys: Iterable[int]) -> None:
        held = holder._base_manager.filter(pk__in=list(keys)).exclude(**{column: None})
        settle_assigned(holder, member, held.values_list(column, flat=True), without=keys)

    hooks = hooks_of(singular)
    hooks.check_all.append(files_fit)
    hooks.after_write.append(files_are_taken)
    hooks.before_delete.append(files_are_given_up)


def require_own_file(reference: Any, user: Any) -> None:
    """Errors: 409 for a reference to no file, or to one that somebody else sent."""
    uid = reference.get("id") if isinstance(reference, dict) else reference
    file = FileResource.objects.filter(uid=uid).first() if isinstance(uid, str) else None
    if file is None:
        raise ApiError(FILE_UNKNOWN)
    if file.created_by_id != user.pk:
        raise ApiError(FILE_NOT_OWN)


def settle_assigned(
    holder: type[models.Model], member: str, files: Iterable[int | None], *, without: Iterable[int] = ()
) -> None:
    """Have these files say whether a row of `holder` (but those `without`) refers to them; two queries at most."""
    touched = {key for key in files if key is not None}
    if not touched:
        return
    holders = holder._base_manager.filter(**{member: models.OuterRef("pk")}).exclude(pk__in=list(without))
    FileResource.objects.filter(pk__in=touched).update(assigned=models.Exists(holders))


def _changes(item: ImportObject, column: str) -> bool:
    key: Any = item.values.get(column)
    return key is not None and (item.stored is None or item.stored[column] != key)
