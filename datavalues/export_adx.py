"""The statement behind an export as ADX: a row is a whole group, made by PostgreSQL.

Groups are of a data set, an attribute option combo, an org unit and a period. What spells an option combo (the
categories as attributes) is made once a combo and joined. Source: DHIS2 2.42, data values, ADX export.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from psycopg2 import sql

from datavalues import errors as codes
from datavalues.export_query import ExportQuery
from datavalues.export_rows import COLUMNS, Identify, Statement, compile_conditions, compile_limit
from datavalues.formats.adx import can_be_attribute
from datavalues.formats.xml import BREAKS, attribute, escaped
from dhis2api.errors import ApiError
from dhis2api.periods import PERIOD_TYPES
from dhis2api.value_types import NUMERIC_TYPES
from dhis2api.web.xml import clean_text
from metadata import models
from metadata.id_schemes import IdScheme, SchemeKind
from metadata.models.categories import DEFAULT_CATEGORY_COMBO, DEFAULT_CATEGORY_OPTION_COMBO

SELECT = """
    WITH spelling AS MATERIALIZED (
        SELECT combo, text FROM unnest(%(spelt)s::int[], %(spellings)s::text[]) AS spelt (combo, text)
    ), written AS (
        -- values as elements; those outside the attribute categories of a data set are not its own
        SELECT member.data_set_id, datavalue.attribute_option_combo_id, datavalue.organisation_unit_id,
               datavalue.period_id, {value} AS text
        FROM datavalue
        JOIN metadata_datasetelement member
          ON member.data_element_id = datavalue.data_element_id AND member.data_set_id = ANY(%(data_sets)s)
        JOIN metadata_dataset data_set ON data_set.id = member.data_set_id
        JOIN metadata_dataelement element ON element.id = datavalue.data_element_id
        JOIN metadata_period period ON period.id = datavalue.period_id
        JOIN metadata_organisationunit unit ON unit.id = datavalue.organisation_unit_id
        JOIN metadata_categoryoptioncombo combo ON combo.id = datavalue.category_option_combo_id
        JOIN metadata_categoryoptioncombo attribute_combo
          ON attribute_combo.id = datavalue.attribute_option_combo_id
         AND attribute_combo.category_combo_id = data_set.category_combo_id
        LEFT JOIN spelling ON spelling.combo = datavalue.category_option_combo_id
        WHERE {conditions}
        {limit}
    ), grouped AS (
        SELECT data_set_id, attribute_option_combo_id, organisation_unit_id, period_id, string_agg(text, '') AS text
        FROM written GROUP BY data_set_id, attribute_option_combo_id, organisation_unit_id, period_id
    )
    SELECT '<group' || {data_set} || ' period="' || to_char(period.start_date, 'YYYY-MM-DD') || '/' || {duration} || '"'
        || {unit} || coalesce(spelling.text, '') || '>' || grouped.text || '</group>'
    FROM grouped
    JOIN metadata_dataset data_set ON data_set.id = grouped.data_set_id
    JOIN metadata_period period ON period.id = grouped.period_id
    JOIN metadata_organisationunit unit ON unit.id = grouped.organisation_unit_id
    LEFT JOIN spelling ON spelling.combo = grouped.attribute_option_combo_id
"""

# The text of what is no number stands in an annotation; a null one is an empty one, as elsewhere.
VALUE = """
    '<dataValue' || {element}
    || CASE WHEN combo.category_combo_id IN (element.category_combo_id, coalesce(member.category_combo_id, 0))
            THEN coalesce(spelling.text, '') ELSE {combo} END
    || {comment} || {stored_by}
    || CASE WHEN datavalue.followup THEN ' followup="true"' ELSE '' END
    || CASE WHEN datavalue.deleted THEN ' deleted="true"' ELSE '' END
    || CASE WHEN element.value_type = ANY(%(numeric)s) THEN ' value="' || coalesce({value}, '') || '"/>'
       ELSE ' value="0"><annotation>' || coalesce({value}, '') || '</annotation></dataValue>' END
"""

_IDENTIFY = Identify(escaped)


def compile_groups(query: ExportQuery) -> Statement:
    """The statement whose rows are groups, and its parameters.

    Errors: ApiError 409 for a category in play whose identifier cannot be an attribute's name, or an option
    without one.
    """
    conditions, parameters = compile_conditions(query)
    spellings = _spellings(query)
    parameters |= {
        "data_sets": query.data_sets, "spelt": list(spellings), "spellings": list(spellings.values()),
        "numeric": sorted(NUMERIC_TYPES),
    }  # fmt: skip
    schemes = query.schemes
    # A combo that is none of its element's is named. A blank name means the default combo.
    combo = sql.SQL("coalesce({}, CASE combo.uid WHEN {} THEN '' ELSE combo.uid END)").format(
        _IDENTIFY("combo", schemes.category_option_combo), sql.Literal(DEFAULT_CATEGORY_OPTION_COMBO)
    )
    value = sql.SQL(VALUE).format(
        element=attribute("dataElement", _IDENTIFY("element", schemes.data_element)),
        combo=attribute("categoryOptionCombo", combo),
        comment=attribute("comment", escaped(sql.SQL("datavalue.comment"))),
        stored_by=attribute("storedBy", escaped(sql.SQL("datavalue.stored_by"))),
        value=escaped(sql.SQL("datavalue.value")),
    )
    statement = sql.SQL(SELECT).format(
        value=value, conditions=conditions, limit=compile_limit(query, parameters),
        data_set=attribute("dataSet", _IDENTIFY("data_set", schemes.data_set)),
        unit=attribute("orgUnit", _IDENTIFY("unit", schemes.org_unit)), duration=_duration(),
    )  # fmt: skip
    return statement, parameters


def _duration() -> sql.Composable:
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(name), sql.Literal(kind.duration))
        for name, kind in PERIOD_TYPES.items()
    ]
    return sql.SQL("CASE period.period_type {} END").format(sql.SQL(" ").join(cases))


def _spellings(query: ExportQuery) -> dict[int, str]:
    """What spells each option combo that may occur: ` GENDER="FMLE" HIV_AGE="AGE0-14"`; five queries."""
    keys = _category_combos(query)
    categories = _categories(keys, query.schemes.category)
    options = _options(keys, query.schemes.category_option)
    members: dict[tuple[int, int], set[int]] = defaultdict(set)
    through = models.CategoryOptionCombo.category_options.through.objects
    links = through.filter(categoryoptioncombo__category_combo_id__in=keys)
    for combo, category_combo, option in links.values_list(
        "categoryoptioncombo_id", "categoryoptioncombo__category_combo_id", "categoryoption_id"
    ):
        members[combo, category_combo].add(option)
    return {
        combo: "".join(_spelling(categories[category_combo], options, chosen))
        for (combo, category_combo), chosen in members.items()
    }


def _spelling(
    categories: list[tuple[int, str]], options: dict[int, dict[int, tuple[str, str | None]]], chosen: set[int]
) -> Iterator[str]:
    """The attribute of each category, with the one of its options that was chosen."""
    for category, name in categories:
        for option in sorted(chosen & options[category].keys()):
            option_name, text = options[category][option]
            if text is None:
                raise ApiError(codes.NO_OPTION_IDENTIFIER, option_name)
            yield f" {name}={quoteattr(clean_text(text), BREAKS)}"
            break


def _category_combos(query: ExportQuery) -> list[int]:
    """What attributes the data sets and disaggregates their elements; the default one is never written."""
    members = models.DataSetElement.objects.filter(
        data_set_id__in=query.data_sets, data_element_id__in=query.data_elements
    )
    found = set(models.DataSet.objects.filter(pk__in=query.data_sets).values_list("category_combo_id", flat=True))
    for override, own in members.values_list("category_combo_id", "data_element__category_combo_id"):
        found |= {override, own}
    wanted = models.CategoryCombo.objects.filter(pk__in=found - {None}).exclude(uid=DEFAULT_CATEGORY_COMBO)
    return list(wanted.values_list("pk", flat=True))


def _categories(category_combos: list[int], scheme: IdScheme) -> dict[int, list[tuple[int, str]]]:
    """The categories of category combos in their order, with the attributes that they are written as."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    through = models.CategoryCombo.categories.through.objects.filter(categorycombo_id__in=category_combos)
    rows = through.order_by("sort_order", "pk").values_list(
        "categorycombo_id", "category_id", "category__name", f"category__{_path(scheme)}"
    )
    for combo, category, name, identifier in rows:
        if not identifier or not can_be_attribute(identifier):
            raise ApiError(codes.NO_CATEGORY_IDENTIFIER, name)
        found[combo].append((category, identifier))
    return found


def _options(category_combos: list[int], scheme: IdScheme) -> dict[int, dict[int, tuple[str, str | None]]]:
    """The names and identifiers of options, by category."""
    found: dict[int, dict[int, tuple[str, str | None]]] = defaultdict(dict)
    through = models.Category.category_options.through.objects
    rows = through.filter(category__category_combos__in=category_combos).values_list(
        "category_id", "categoryoption_id", "categoryoption__name", f"categoryoption__{_path(scheme)}"
    )
    for category, option, name, identifier in rows:
        found[category][option] = (name, identifier)
    return found


def _path(scheme: IdScheme) -> str:
    if scheme.kind is SchemeKind.ATTRIBUTE:
        return f"attribute_values__{scheme.attribute}"
    return COLUMNS[scheme.kind]
