"""Texts as the caller sees them, in SQL: the expressions behind filters and orders by display names."""

from __future__ import annotations

from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Coalesce

from dhis2api.objects.query.lookups import Translation
from dhis2api.objects.schema import Property, Schema


def displayed_text(schema: Schema, prop: Property, locale: str | None) -> Coalesce | Cast:
    """SQL for the member's text in `locale`, its own text where there is none; a form name falls back to the name."""
    shown = _text_in(prop, locale)
    return Coalesce(shown, _text_in(schema.properties["name"], locale)) if falls_back(schema, prop) else shown


def _text_in(prop: Property, locale: str | None) -> Coalesce | Cast:
    own = Cast(F(prop.query_path), TextField())
    return Coalesce(Translation(F("translations"), Value(prop.translation_key), Value(locale)), own) if locale else own


def falls_back(schema: Schema, prop: Property) -> bool:
    """Whether the name is shown where the member is absent."""
    return prop.name == "formName" and schema.display_path() is not None
