"""The blank form of a data set as a data value set: a place for each value, to be filled and sent back.

Source: DHIS2 2.42 and 2.36, data values, template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson
from django.db.models import Q
from django.db.models.functions import Coalesce

from datavalues.params import TemplateParams
from dhis2api.errors import E1005, ApiError
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import readable_rows
from dhis2api.objects.registry import get_schema
from dhis2api.web.xml import DXF, clean_text
from metadata.models import CategoryOptionCombo, DataElement, DataSetElement, OrganisationUnit

BATCH = 1_000  # places written at a time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value belongs. `element` and `unit` are named by the schemes that were asked for."""

    element: str | None
    combo: str
    unit: str | None
    period: str | None
    title: str  # for people

    def members(self) -> dict[str, str]:
        """What a value names; what is not known is left out."""
        named = {
            "dataElement": self.element, "categoryOptionCombo": self.combo, "period": self.period,
            "orgUnit": self.unit, "value": "",
        }  # fmt: skip
        return {name: text for name, text in named.items() if text is not None}


@dataclass(frozen=True, slots=True)
class Template:
    """The places of a data set, in the order of its elements; they may be read once."""

    title: str
    places: Iterator[Place]


def data_set_template(uid: str, params: TemplateParams, context: ReadingContext) -> Template:
    """The template of a data set that the caller may read; four queries, whatever is in it.

    Each data element comes with all option combos of its combo (the data set's own, where it has one), in each of the
    org units that are named by uid, code or name; unknown ones are passed over. Errors: E1005 (404).
    """
    schema = get_schema("dataSet")
    data_set = readable_rows(schema, context).filter(uid=uid).first()
    if data_set is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    elements = list(_elements(data_set))
    combos: dict[int, list[CategoryOptionCombo]] = {}
    for combo in CategoryOptionCombo.objects.filter(category_combo__in={key for _, key in elements}).order_by("pk"):
        combos.setdefault(combo.category_combo_id, []).append(combo)
    units: list[str | None] = [_named(unit, params.org_unit_id_scheme) for unit in _units(params.org_unit)]
    places = (
        Place(
            _named(element, params.data_element_id_scheme), combo.uid, unit, params.period or None,
            f"Data element: {element.name}, category option combo: {combo.name}",
        )
        for element, key in elements
        for combo in combos.get(key, ())
        for unit in units or [None]
    )  # fmt: skip
    return Template(f"Data set: {data_set.name} ({data_set.uid})", places)


def as_json(template: Template) -> Iterator[bytes]:
    """The document in pieces."""
    yield b'{"dataValues":['
    separator = b""
    for places in _batches(template.places):
        yield separator + b",".join(orjson.dumps(place.members()) for place in places)
        separator = b","
    yield b"]}"


def as_xml(template: Template, *, with_comments: bool) -> Iterator[bytes]:
    """The document in pieces; comments name data set and elements for people."""
    yield f"<?xml version='1.0' encoding='UTF-8'?>\n<dataValueSet xmlns={quoteattr(DXF)}>".encode()
    if with_comments:
        yield _comment(template.title).encode()
    for places in _batches(template.places):
        yield "".join(_element(place, with_comments=with_comments) for place in places).encode()
    yield b"</dataValueSet>"


def _batches(places: Iterator[Place]) -> Iterator[list[Place]]:
    while batch := list(islice(places, BATCH)):
        yield batch


def _elements(data_set: Any) -> Iterable[tuple[DataElement, int]]:
    """The data elements of a data set, each with the key of the category combo that holds there."""
    rows = DataSetElement.objects.filter(data_set=data_set).select_related("data_element")
    rows = rows.annotate(combo_key=Coalesce("category_combo_id", "data_element__category_combo_id"))
    for row in rows.order_by("sort_order", "pk"):
        yield row.data_element, row.combo_key


def _units(texts: list[str]) -> list[OrganisationUnit]:
    if not texts:
        return []
    found = OrganisationUnit.objects.filter(Q(uid__in=texts) | Q(code__in=texts) | Q(name__in=texts))
    return list(found.order_by("pk"))


def _named(item: Any, scheme: str) -> str | None:
    return item.code if scheme.upper() == "CODE" else item.uid


def _element(place: Place, *, with_comments: bool) -> str:
    attributes = "".join(f" {name}={quoteattr(clean_text(text))}" for name, text in place.members().items())
    return f"{_comment(place.title) if with_comments else ''}<dataValue{attributes}/>"


def _comment(text: str) -> str:
    """A comment must not hold two dashes in a row; the blank before its end keeps a last one apart."""
    return f"<!-- {clean_text(text).replace('--', '- - ')} -->"
