"""Query parameters, declared once: parsing, defaults, errors and the OpenAPI description come from one class.

    class ImportParams(Params):
        dry_run: bool = param(False, doc="Validate and count; write nothing.")
        run_async: bool = param(False, name="async", doc="Import as a job; answer at once.")

Types: str, int, float, bool, an Enum, date, datetime, each also as `X | None` or `list[X]`. Unknown parameters are
ignored. Source: DHIS2 2.42, web conventions, standard error responses.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection
from dataclasses import MISSING, dataclass
from functools import cache, wraps
from types import NoneType, UnionType
from typing import Any, ClassVar, Self, Union, dataclass_transform, get_args, get_origin, get_type_hints

from django.http import QueryDict

from dhis2api.errors import BAD_REQUEST, ApiError, Code
from dhis2api.web.errors import PARAMETER_EMPTY, PARAMETER_INVALID, PARAMETER_MISSING, PARAMETER_REPEATED
from dhis2api.web.values import TYPE_NAMES, expectation, parse_value


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `param()` said about one parameter."""

    name: str | None = None  # on the wire; None: the camelCase of the field
    aliases: tuple[str, ...] = ()  # other spellings, tried in order after the name
    repeatable: bool = False  # described to clients as repeated rather than comma-separated
    split: bool = True  # whether the values of a list are cut at commas
    doc: str = ""
    min: float | None = None  # least number allowed
    max: float | None = None  # greatest number allowed
    end_of_day: bool = False  # a bare date means its last millisecond
    is_rest: bool = False  # takes every parameter that no field claims
    primitive: bool = False  # of Java's primitive type, which messages name in small letters
    endpoint: str | None = None  # where the values that it may have are listed


def param(
    default: Any = MISSING,
    *,
    name: str | None = None,
    aliases: tuple[str, ...] = (),
    repeatable: bool = False,
    split: bool = True,
    doc: str = "",
    min: float | None = None,
    max: float | None = None,
    end_of_day: bool = False,
    required: bool = False,
    primitive: bool = False,
    endpoint: str | None = None,
) -> Any:
    """Declare a parameter. Without a default a list is empty when absent, anything else is required.

    `list[...]` fields may always be repeated and are cut at commas unless `split=False`, as `filter` must be;
    `repeatable` chooses how the list is described. `required` makes a list required. `endpoint` is the address of the
    API at which its possible values are listed, for forms that ask for them.
    """
    declaration = Declaration(
        name, aliases, repeatable, split, doc, min, max, end_of_day, primitive=primitive, endpoint=endpoint
    )
    metadata = {"declaration": declaration, "required": required}
    if isinstance(default, list | dict | set):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def extras(doc: str = "") -> Any:
    """Declare a field, `dict[str, list[str]]`, for the parameters that no other field claims (`{type}:fields`)."""
    return dataclasses.field(
        default_factory=dict, metadata={"declaration": Declaration(doc=doc, is_rest=True), "required": False}
    )


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a `Params` class, resolved: what the parser and OpenAPI read."""

    field: str
    name: str
    kind: type  # of one value
    is_list: bool
    required: bool
    default: Any  # as declared; None where there is none
    declaration: Declaration

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.declaration.aliases)

    def parse(self, query: QueryDict) -> Any:
        """The value in `query`, or MISSING."""
        for name in self.names:
            given = query.getlist(name)
            if given:
                return self._many(name, given) if self.is_list else self._one(name, given[0])
        if self.required:
            raise ApiError(PARAMETER_MISSING, self.name, TYPE_NAMES.get(self.kind, self.kind.__name__))
        return MISSING

    def _many(self, name: str, given: list[str]) -> list[Any]:
        if not self.declaration.split:
            return [self._one(name, text) for text in given]
        if self.kind is not str and len(given) > 1 and any("," in text for text in given):
            raise ApiError(PARAMETER_REPEATED, name)
        return [self._one(name, piece.strip()) for text in given for piece in text.split(",") if piece.strip()]

    def _one(self, name: str, text: str) -> Any:
        expected = expectation(self.kind, primitive=self.declaration.primitive)
        if "\x00" in text:
            raise ApiError(PARAMETER_INVALID, text.replace("\x00", "\\u0000"), name, "It contains a NUL character")
        if self.kind is not str and not text.strip():
            raise ApiError(PARAMETER_EMPTY, name, expected)
        try:
            value = parse_value(text, self.kind, end_of_day=self.declaration.end_of_day)
        except ValueError as error:
            raise ApiError(PARAMETER_INVALID, text, name, expected) from error
        self._check_range(name, text, value)
        return value

    def _check_range(self, name: str, text: str, value: Any) -> None:
        least, greatest = self.declaration.min, self.declaration.max
        if least is not None and value < least:
            raise ApiError(PARAMETER_INVALID, text, name, f"It should be at least {least}")
        if greatest is not None and value > greatest:
            raise ApiError(PARAMETER_INVALID, text, name, f"It should be at most {greatest}")


Rule = Callable[[Collection[str]], None]  # is told the wire names that have a value; raises ApiError


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(param, extras))
class Params:
    """Base of all parameter classes: a frozen dataclass made by its own declarations.

    `rules` are combinations that must hold, checked in order after all values are parsed.
    """

    rules: ClassVar[tuple[Rule, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, annotation in cls.__dict__.get("__annotations__", {}).items():
            declared = cls.__dict__.get(name, MISSING)
            if isinstance(declared, dataclasses.Field) and _is_list_without_default(annotation, declared):
                declared.default_factory = list
        dataclass(frozen=True, kw_only=True)(cls)

    @classmethod
    def parse(cls, query: QueryDict) -> Self:
        """An instance from a query string; raises ApiError 400 for the first value that cannot be read."""
        values: dict[str, Any] = {}
        given: set[str] = set()
        for parameter in parameters_of(cls):
            value = parameter.parse(query)
            if value is MISSING:
                continue
            values[parameter.field] = value
            if value not in ("", []):
                given.add(parameter.name)
        for rule in cls.rules:
            rule(given)
        return cls(**values, **_parse_rest(cls, query))


@cache
def parameters_of(params: type[Params]) -> tuple[Parameter, ...]:
    """The declared parameters of a class in order of declaration, the rest field left out."""
    hints = get_type_hints(params)
    return tuple(
        _resolve(field, hints[field.name])
        for field in dataclasses.fields(params)
        if not field.metadata["declaration"].is_rest
    )


def declares(params: type[Params]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have a view method called with `params`, an instance parsed from the query string; OpenAPI reads it, too."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def with_params(view: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            return method(view, request, *args, params=params.parse(request.query_params), **kwargs)

        with_params.declared_params = params
        return with_params

    return decorate


def needs_one_of(*names: str, code: Code = BAD_REQUEST) -> Rule:
    """At least one of the named parameters must have a value, else `code` is raised with their names."""

    def one_is_given(given: Collection[str]) -> None:
        if not any(name in given for name in names):
            text = f"At least one of the parameters {', '.join(names)} must be given"
            raise ApiError(code, text if code is BAD_REQUEST else ", ".join(names))

    return one_is_given


def not_together(*names: str, code: Code = BAD_REQUEST) -> Rule:
    """At most one of the named parameters may have a value, else `code` is raised with those given."""

    def at_most_one_is_given(given: Collection[str]) -> None:
        both = [name for name in names if name in given]
        if len(both) > 1:
            text = f"The parameters {', '.join(both)} cannot be combined"
            raise ApiError(code, text if code is BAD_REQUEST else ", ".join(both))

    return at_most_one_is_given


def together(*names: str, code: Code = BAD_REQUEST) -> Rule:
    """All of the named parameters must have a value or none, else `code` is raised with those missing."""

    def all_or_none_are_given(given: Collection[str]) -> None:
        missing = [name for name in names if name not in given]
        if missing and len(missing) < len(names):
            text = f"The parameters {', '.join(names)} must be given together"
            raise ApiError(code, text if code is BAD_REQUEST else ", ".join(missing))

    return all_or_none_are_given


def camel_case(name: str) -> str:
    """`org_unit_id` as `orgUnitId`: the wire's form of a name in code."""
    return re.sub(r"_([a-z0-9])", lambda found: found[1].upper(), name)


def _is_list_without_default(annotation: Any, declared: dataclasses.Field[Any]) -> bool:
    # Annotations are text here (`from __future__ import annotations`) or types; both begin alike.
    return (
        str(annotation).startswith("list[")
        and declared.default is MISSING
        and declared.default_factory is MISSING
        and not declared.metadata["required"]
    )


def _resolve(field: dataclasses.Field[Any], hint: Any) -> Parameter:
    declaration: Declaration = field.metadata["declaration"]
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] if _is_union(hint) else [hint]
    is_list = get_origin(kinds[0]) is list
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return Parameter(
        field=field.name,
        name=declaration.name or camel_case(field.name),
        kind=get_args(kinds[0])[0] if is_list else kinds[0],
        is_list=is_list,
        required=not has_default,
        default=None if field.default is MISSING else field.default,
        declaration=declaration,
    )


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _parse_rest(params: type[Params], query: QueryDict) -> dict[str, dict[str, list[str]]]:
    rest = [field.name for field in dataclasses.fields(params) if field.metadata["declaration"].is_rest]
    claimed = {name for parameter in parameters_of(params) for name in parameter.names}
    return {field: {name: query.getlist(name) for name in query if name not in claimed} for field in rest}
