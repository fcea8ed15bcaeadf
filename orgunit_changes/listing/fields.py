"""Query parameters of lists as form fields: ids that must exist, lists with commas or repeated, words of a choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

from orgunit_changes.errors import MISSING, MOST_ITEMS, NOT_A_NUMBER
from orgunit_changes.identifiers import Malformed, parse_id

INVALID_ITEM = "Invalid value."
NO_CHOICE = "Select a valid choice. {} is not one of the available choices."
DATE_INVALID = "Enter a valid date."
DATE_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y")


class _Repeated(forms.Widget):
    """Every value of a parameter, not the last alone."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name)


class _Listed(forms.Field):
    """A parameter that is repeated, or lists its items with commas, or both."""

    widget = _Repeated

    def to_python(self, value: list[str] | None) -> list[str]:
        items = [item.strip() for text in value or () for item in text.split(",")]
        found = [item for item in dict.fromkeys(items) if item]
        if len(found) > MOST_ITEMS:
            raise ValidationError(f"No more than {MOST_ITEMS} values, please.")
        return found


class IdsField(_Listed):
    """Ids of rows that must exist; as keys."""

    def __init__(self, model: type[Model], called: str, *, message: str = INVALID_ITEM, **options: Any) -> None:
        super().__init__(**options)
        self.model, self.called, self.message = model, called, message

    def to_python(self, value: list[str] | None) -> list[Any]:
        try:
            wanted = [parse_id(item) for item in super().to_python(value)]
        except Malformed as error:
            raise ValidationError(self.message) from error
        if wanted:
            known = set(self.model._base_manager.filter(pk__in=wanted).values_list("pk", flat=True))
            if unknown := [pk for pk in wanted if pk not in known]:
                raise ValidationError([MISSING.format(self.called, pk) for pk in unknown])
        return wanted


class IdField(IdsField):
    """One id of a row that must exist."""

    def to_python(self, value: list[str] | None) -> list[Any]:
        # The last of repeated ones wins, as everywhere; a comma is no part of a number.
        last = [text.strip() for text in value or () if text.strip()][-1:]
        if last and "," in last[0]:
            raise ValidationError(NOT_A_NUMBER)
        return super().to_python(last)


class WordsField(_Listed):
    """Words of a choice; `synonyms` stand for others."""

    def __init__(self, words: Collection[str], synonyms: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.words, self.synonyms = words, synonyms or {}

    def to_python(self, value: list[str] | None) -> list[str]:
        found = [self.synonyms.get(word, word) for word in super().to_python(value)]
        if unknown := [word for word in found if word not in self.words]:
            raise ValidationError(NO_CHOICE.format(unknown[0]))
        return found


class FactField(forms.Field):
    """`true` or `false`; None where it is absent."""

    def to_python(self, value: str | None) -> bool | None:
        word = (value or "").strip().lower()
        if word not in ("", "true", "false"):
            raise ValidationError(NO_CHOICE.format(value))
        return word == "true" if word else None


class DayField(forms.Field):
    """A day in one of three forms, as the moment that it begins, or with `is_end` that it is over, in UTC."""

    def __init__(self, *, is_end: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.is_end = is_end

    def to_python(self, value: str | None) -> datetime | None:
        text = (value or "").strip()
        if not text:
            return None
        day = _parse_day(text)
        try:
            return datetime.combine(day + timedelta(days=1) if self.is_end else day, time(), UTC)
        except OverflowError as error:
            raise ValidationError(DATE_INVALID) from error


def _parse_day(text: str) -> date:
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValidationError(DATE_INVALID)
