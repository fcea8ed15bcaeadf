"""Filters of attribute values and data values as conditions in SQL, so that indexes serve them.

All matching of text ignores case. Numeric types are compared as numbers by `eq ne gt ge lt le in`, as text by the
others. A missing value meets `null` alone. Source: DHIS2 2.42, tracker export, filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import connection

from dhis2api.errors import ApiError, Code
from dhis2api.value_types import NUMERIC_TYPES
from sharing.access import Principal
from tracker.access.elements import readable_elements
from tracker.access.statements import Values, all_of
from tracker.export import errors as codes
from tracker.export.filter_grammar import Filter
from tracker.pieces import LENGTH, pieces_of

COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
PATTERNS = {"like": ("%", "%"), "nlike": ("%", "%"), "sw": ("", "%"), "ew": ("%", "")}
INDEXED = 100  # letters of a value that the index of attribute values keeps
LARGEST_EXPONENT = 1000  # beyond some size the database has no numbers

ATTRIBUTES = """
    -- attributes with what types and programs say of them
    SELECT attribute.id, attribute.uid, attribute.value_type, attribute."unique" AND NOT attribute.orgunit_scope,
        coalesce(bool_or(part.searchable), FALSE), coalesce(bool_or(part.of_type), FALSE),
        array_agg(part.program_id) FILTER (WHERE part.program_id IS NOT NULL)
    FROM metadata_trackedentityattribute attribute
    LEFT JOIN (
        SELECT tracked_entity_attribute_id AS attribute_id, searchable, NULL::bigint AS program_id, TRUE AS of_type
        FROM metadata_trackedentitytypeattribute
        UNION ALL
        SELECT tracked_entity_attribute_id, searchable, program_id, FALSE
        FROM metadata_programtrackedentityattribute
    ) part ON part.attribute_id = attribute.id
    WHERE attribute.uid = ANY(%s)
    GROUP BY attribute.id
"""

# The condition under which the value of a field is shown, of the tracked entity whose key is in a column.
IsShown = Callable[["Field", str], str]


@dataclass(frozen=True, slots=True)
class Field:
    """What is filtered by: an attribute or a data element.

    `programs` are the keys of the programs that alone show the attribute; None: some type shows it.
    """

    pk: int
    uid: str
    value_type: str
    is_unique: bool = False
    is_searched: bool = False  # by a program or type, so that parts of its values are indexed
    programs: frozenset[int] | None = None

    @property
    def is_numeric(self) -> bool:
        return self.value_type in NUMERIC_TYPES


def find_attributes(uids: Sequence[str], code: Code = codes.FILTER_ATTRIBUTE_UNKNOWN) -> dict[str, Field]:
    """Attributes by uid; one query. Errors: 400 with `code` for the first that is none.

    Whoever filters by an attribute learns its values, so conditions only see those that answers show the reader.
    """
    if not uids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(ATTRIBUTES, (list(uids),))
        found = {
            uid: Field(pk, uid, value_type, is_unique, is_searched, None if of_type else frozenset(programs or ()))
            for pk, uid, value_type, is_unique, is_searched, of_type, programs in cursor.fetchall()
        }
    _require_all(uids, found, code)
    return found


def find_elements(uids: Sequence[str], principal: Principal) -> dict[str, Field]:
    """Data elements by uid; one query. Errors: 400 for the first that is none, or that the user may not read."""
    if not uids:
        return {}
    rows = readable_elements(principal).filter(uid__in=uids)
    found = {uid: Field(pk, uid, value_type) for pk, uid, value_type in rows.values_list("pk", "uid", "value_type")}
    _require_all(uids, found, codes.FILTER_ELEMENT_UNKNOWN)
    return found


def attribute_conditions(
    filters: Sequence[Filter], fields: dict[str, Field], entity: str, values: Values, is_shown: IsShown
) -> list[str]:
    """The conditions on the tracked entity whose key is in the column `entity`; values that are not shown are none.

    Errors: 400 for a value that is no number where one is asked for.
    """
    found = []
    for one in filters:
        field = fields[one.uid]
        for operator, text in one.operators:
            check_numeric(field, "attribute", operator, text)
            key = values.bind(field.pk)
            held = "EXISTS" if operator != "null" else "NOT EXISTS"
            condition = "TRUE" if text is None else _attribute_condition(field, operator, text, values)
            found.append(
                f"{held} (SELECT FROM tracked_entity_attribute_value val WHERE val.tracked_entity_id = {entity}"
                f" AND val.attribute_id = {key} AND {condition} AND {is_shown(field, entity)})"
            )
    return found


def split_candidates(
    filters: Sequence[Filter], fields: dict[str, Field], values: Values, is_shown: IsShown
) -> tuple[str, list[Filter]]:  # fmt: skip
    """The statement of the tracked entities that meet one of the filters by the index of parts of values, the last
    first; and what else is asked. The statement is empty where no filter uses that index.

    The planner knows little of parts, and would ask everything else of each that is found.
    """
    for place, one in enumerate(filters):
        field = fields[one.uid]
        for operator, text in one.operators:
            if text is not None and _is_in_pieces(field, operator, text):
                key = values.bind(field.pk)
                found = (
                    "SELECT val.tracked_entity_id AS id FROM tracked_entity_attribute_value val"
                    f" WHERE val.attribute_id = {key} AND {_attribute_condition(field, operator, text, values)}"
                    f" AND {is_shown(field, 'val.tracked_entity_id')}"
                    " ORDER BY val.tracked_entity_id DESC OFFSET 0"
                )
                others = Filter(one.uid, [other for other in one.operators if other != (operator, text)])
                return found, [*filters[:place], others, *filters[place + 1 :]]
    return "", list(filters)


def element_conditions(filters: Sequence[Filter], fields: dict[str, Field], row: str, values: Values) -> list[str]:
    """The conditions on an event; a data element without operator must have a value. Errors: as for attributes."""
    found = []
    for one in filters:
        field = fields[one.uid]
        column = f"({row}.data_values->{values.bind(field.uid)}->>'value')"
        for operator, text in one.operators or [("!null", None)]:
            check_numeric(field, "data element", operator, text)
            if text is None:
                found.append(f"{column} IS {'' if operator == 'null' else 'NOT '}NULL")
            else:
                found.append(compare(field, column, operator, text, values))
    return found


def compare(field: Field, column: str, operator: str, text: str, values: Values) -> str:
    """That the text in `column` meets an operator with a value."""
    if field.is_numeric and operator in {*COMPARISONS, "in"}:
        # What is stored was checked when it came in; what SQL wrote past that must not end the list.
        number = f"CASE WHEN {column} ~ '^-?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?$' THEN {column}::numeric END"
        if operator == "in":
            return f"{number} = ANY({values.bind([Decimal(part) for part in _members(text)])}::numeric[])"
        return f"{number} {COMPARISONS[operator]} {values.bind(Decimal(text))}"
    if operator == "in":
        return f"lower({column}) IN ({', '.join(f'lower({values.bind(part)})' for part in _members(text))})"
    if operator in COMPARISONS:
        return f"lower({column}) {COMPARISONS[operator]} lower({values.bind(text)})"
    before, after = PATTERNS[operator]
    negation = "NOT " if operator == "nlike" else ""
    return f"lower({column}) {negation}LIKE lower({values.bind(before + _literal(text) + after)})"


def check_numeric(field: Field, kind: str, operator: str, text: str | None) -> None:
    """Errors: 400 for a value that is no number where numbers are compared."""
    if text is None or not field.is_numeric or operator not in {*COMPARISONS, "in"}:
        return
    for part in _members(text) if operator == "in" else [text]:
        try:
            number = Decimal(part)
            if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
                raise InvalidOperation
        except InvalidOperation as error:
            raise ApiError(codes.FILTER_NOT_NUMERIC, kind, field.uid, kind, field.value_type, part) from error


def _attribute_condition(field: Field, operator: str, text: str, values: Values) -> str:
    """As `compare`, led by what an index holds."""
    exact = compare(field, "val.value", operator, text, values)
    if operator in ("eq", "sw", "in") and not (field.is_numeric and operator != "sw"):
        start = "lower(left(val.value, 100))"
        if operator == "in":
            beginnings = ", ".join(f"lower(left({values.bind(part)}, 100))" for part in _members(text))
            lead = f"{start} IN ({beginnings})"
        elif operator == "eq":
            lead = f"{start} = lower(left({values.bind(text)}, 100))"
        else:
            lead = f"{start} LIKE lower({values.bind(_literal(text[:INDEXED]) + '%')})"
        return all_of([lead, exact])
    if _is_in_pieces(field, operator, text):
        return all_of([f"val.pieces @> {values.bind(pieces_of(field.pk, text))}::integer[]", exact])
    return exact


def _is_in_pieces(field: Field, operator: str, text: str) -> bool:
    return operator in ("like", "ew") and field.is_searched and len(text) >= LENGTH


def _members(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()] or [""]


def _literal(text: str) -> str:
    """Text for LIKE in which nothing has a meaning."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _require_all(uids: Sequence[str], found: dict[str, Field], code: Code) -> None:
    for uid in uids:
        if uid not in found:
            raise ApiError(code, uid)
