"""What bodies and query strings name: rows by id, all of a list in one query; every unknown id is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from metadata.models import OrganisationUnit
from orgunit_changes.errors import (
    LIST_TOO_LONG,
    MISSING,
    MOST_ITEMS,
    NOT_A_LIST,
    NOT_A_NUMBER,
    TYPE_INVALID,
    UNKNOWN_PK,
    UNKNOWN_PK_OR_UUID,
    Refused,
    not_found,
    refuse,
)
from orgunit_changes.identifiers import Malformed, find_org_unit, parse_id, parse_reference
from orgunit_changes.models import Project

LONGEST_SEARCH = 255
APP_ID_MISSING = 'Project with app_id "{}" does not exist.'
SEARCH_INVALID = "Enter a valid search text."


class RowsField(serializers.Field):
    """A list of ids; its value is the rows."""

    def __init__(self, rows: QuerySet[Any], **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def to_internal_value(self, data: Any) -> list[Any]:
        """Errors: ValidationError with a message for each id that is unknown."""
        if not isinstance(data, list):
            raise serializers.ValidationError(NOT_A_LIST.format(type(data).__name__))
        if len(data) > MOST_ITEMS:
            raise serializers.ValidationError(LIST_TOO_LONG.format(MOST_ITEMS))
        wanted = {_id_of(item): item for item in data}
        found = self.rows.in_bulk(list(wanted)) if wanted else {}
        if unknown := [given for pk, given in wanted.items() if pk not in found]:
            raise serializers.ValidationError([UNKNOWN_PK.format(given) for given in unknown])
        return [found[pk] for pk in wanted]


class RowField(serializers.Field):
    """One id; its value is the row."""

    def __init__(self, rows: QuerySet[Any], **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def to_internal_value(self, data: Any) -> Any:
        """Errors: ValidationError."""
        found = self.rows.filter(pk=_id_of(data)).first()
        if found is None:
            raise serializers.ValidationError(UNKNOWN_PK.format(data))
        return found


class OrgUnitField(serializers.Field):
    """An org unit by its id, UUID or uid."""

    def to_internal_value(self, data: Any) -> OrganisationUnit:
        """Errors: ValidationError."""
        try:
            found = find_org_unit(parse_reference(data))
        except Malformed as error:
            raise serializers.ValidationError(
                TYPE_INVALID.format("pk or uuid", type(data).__name__)
                if not isinstance(data, str)
                else UNKNOWN_PK_OR_UUID.format(data)
            ) from error
        if found is None:
            raise serializers.ValidationError(UNKNOWN_PK_OR_UUID.format(data))
        return found


def _id_of(given: Any) -> int:
    try:
        return parse_id(given)
    except Malformed as error:
        raise serializers.ValidationError(TYPE_INVALID.format("pk", type(given).__name__)) from error


def row_of(rows: QuerySet[Any], pk: str) -> Any:
    """The row that an address names. Errors: 404."""
    try:
        found = rows.filter(pk=parse_id(pk)).first()
    except Malformed as error:
        raise not_found() from error
    if found is None:
        raise not_found()
    return found


def filtered_id(query: Mapping[str, str], name: str, rows: QuerySet[Any], called: str) -> int | None:
    """The id in a query parameter; None where there is none. Errors: 400 for what is no id, or of no row."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        pk = parse_id(text)
    except Malformed as error:
        raise refuse(name, NOT_A_NUMBER) from error
    if not rows.filter(pk=pk).exists():
        raise refuse(name, MISSING, called, pk)
    return pk


def filtered_project(query: Mapping[str, str]) -> Project | None:
    """The project that `project` or `app_id` names. Errors: 400 for one that there is not."""
    pk = filtered_id(query, "project", Project.objects.all(), "Project")
    if pk is not None:
        return Project.objects.get(pk=pk)
    app_id = query.get("app_id", "").strip()
    if not app_id:
        return None
    found = Project.objects.filter(app_id=app_id).first()
    if found is None:
        raise refuse("app_id", "{}", APP_ID_MISSING.format(app_id))
    return found


def searched(query: Mapping[str, str]) -> str:
    """The text of `search`. Errors: 400."""
    text = query.get("search", "").strip()
    if len(text) > LONGEST_SEARCH:
        raise refuse("search", SEARCH_INVALID)
    return text


def validated(body: type[serializers.Serializer], given: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """The members of a body. Errors: 400 as Django REST framework words them."""
    read = body(data=given, partial=partial)
    if not read.is_valid():
        raise Refused(read.errors)
    return dict(read.validated_data)


def refuse_used(model: Model, by: str) -> Refused:
    """400 for a row that cannot go, since others need it."""
    return Refused({"detail": f"{model} is used by {by} and cannot be deleted."})
