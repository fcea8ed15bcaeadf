"""What the columns of CSV files mean, by `classKey` (DHIS2 2.42, metadata API, CSV import)."""

from __future__ import annotations

from typing import Any

import orjson

from dhis2api.objects.formats.csv_import import Column, Reader, Row, Table, register_csv_class, set_member
from dhis2api.objects.registry import get_schema
from metadata.csv_collections import members_of, read_option_groups, read_option_sets
from metadata.enums import DataDimensionType

SHORT_NAME_LENGTH = 50
GEOMETRIES = {"POINT": "Point", "POLYGON": "Polygon", "MULTI_POLYGON": "MultiPolygon"}
FEATURE_TYPE, COORDINATES = 9, 10  # columns of an org unit
AFTER_CODE = 3  # first column of a category combo that follows name, uid and code


def short_name(row: Row) -> str | None:
    """The name, cut."""
    name = row.cell(0)
    return name[:SHORT_NAME_LENGTH].strip() if name else None


IDENTIFIED = (Column("name"), Column("id"), Column("code"))
NAMED = (*IDENTIFIED, Column("shortName", short_name))
DIMENSION = Column("dataDimensionType", "DISAGGREGATION")


def _columns(*members: str) -> tuple[Column, ...]:
    return tuple(Column(member) for member in members)


def place_of_unit(found: dict[str, Any], row: Row) -> None:
    """The geometry of an org unit, from the feature type and coordinates of older versions."""
    feature, text = row.cell(FEATURE_TYPE), row.cell(COORDINATES)
    if text is None or feature in (None, "NONE"):
        return
    if feature not in GEOMETRIES:
        raise row.fault(f"the feature type `{feature[:100]}` is none of {', '.join(GEOMETRIES)}, NONE")
    try:
        coordinates = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise row.fault("the coordinates are not a JSON array") from error
    if not isinstance(coordinates, list):
        raise row.fault("the coordinates are not a JSON array")
    found["geometry"] = {"type": GEOMETRIES[feature], "coordinates": coordinates}


def dimension_of_combo(found: dict[str, Any], row: Row) -> None:
    """Dimension type and `skipTotal`; a combo has no short name, but files that keep its column are read, too."""
    first = AFTER_CODE
    if row.cell(first) not in DataDimensionType.__members__:
        first += 1
    schema = get_schema("categoryCombo")
    for position, member, default in ((first, "dataDimensionType", DIMENSION.default), (first + 1, "skipTotal", None)):
        text = row.cell(position) or default
        if text is not None:
            set_member(found, schema, member, text, f"row {row.number}, column {position + 1} ({member})")


CLASSES: dict[str, Reader] = {
    "DATA_ELEMENT": Table("dataElement", (
        *NAMED, *_columns("description", "formName"), Column("domainType", "AGGREGATE"), Column("valueType", "INTEGER"),
        Column("aggregationType", "SUM"),
        *_columns("categoryCombo", "url", "zeroIsSignificant", "optionSet", "commentOptionSet"),
    )),
    "DATA_ELEMENT_GROUP": Table("dataElementGroup", NAMED),
    "DATA_ELEMENT_GROUP_MEMBERSHIP": members_of("dataElementGroup", "dataElements"),
    "INDICATOR": Table("indicator", (
        *NAMED, *_columns("description", "annualized", "decimals", "indicatorType", "numerator",
                          "numeratorDescription", "denominator", "denominatorDescription"),
    )),
    "INDICATOR_GROUP_MEMBERSHIP": members_of("indicatorGroup", "indicators"),
    "CATEGORY_OPTION": Table("categoryOption", NAMED),
    "CATEGORY": Table("category", (*NAMED, DIMENSION)),
    "CATEGORY_COMBO": Table("categoryCombo", IDENTIFIED, dimension_of_combo),
    "CATEGORY_OPTION_GROUP": Table("categoryOptionGroup", (*NAMED, DIMENSION)),
    "ORGANISATION_UNIT": Table("organisationUnit", (
        *IDENTIFIED, Column("parent"), Column("shortName", short_name), Column("description"),
        Column("openingDate", "1970-01-01"), *_columns("closedDate", "comment"),
        Column(""), Column(""),  # feature type and coordinates
        *_columns("url", "contactPerson", "address", "email", "phoneNumber"),
    ), place_of_unit),
    "ORGANISATION_UNIT_GROUP": Table("organisationUnitGroup", NAMED),
    "ORGANISATION_UNIT_GROUP_MEMBERSHIP": members_of("organisationUnitGroup", "organisationUnits"),
    "VALIDATION_RULE": Table("validationRule", (
        *IDENTIFIED, *_columns("description", "instruction"), Column("importance", "MEDIUM"),
        Column(""),  # the rule type of versions before 2.24
        *_columns("operator", "periodType", "leftSide.expression", "leftSide.description"),
        Column("leftSide.missingValueStrategy", "NEVER_SKIP"),
        *_columns("rightSide.expression", "rightSide.description"),
        Column("rightSide.missingValueStrategy", "NEVER_SKIP"),
    )),
    "OPTION_SET": read_option_sets,
    "OPTION_GROUP": read_option_groups,
    "OPTION_GROUP_SET": Table("optionGroupSet", (
        *IDENTIFIED, *_columns("description", "dataDimension", "optionSet"),
    )),
    "OPTION_GROUP_SET_MEMBERSHIP": members_of("optionGroupSet", "optionGroups"),
}  # fmt: skip


def register() -> None:
    """Have the import read all of them."""
    for name, reader in CLASSES.items():
        register_csv_class(name, reader)
