"""Reading gists: a page of objects, the page's counts and memberships by one query each, and links to the rest.

Members are counted and paged in SQL: a group of a million members costs what a group of one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from dhis2api.errors import E1005, ApiError
from dhis2api.objects.declarations import ComputedMembers
from dhis2api.objects.errors import UNKNOWN_PROPERTY
from dhis2api.objects.gist.filters import compile_gist_filters
from dhis2api.objects.gist.params import Auto, GistListParams, GistParams
from dhis2api.objects.gist.plan import (
    COUNTED,
    ID_OBJECTS,
    IDS,
    MEMBER,
    NONE,
    NOT_MEMBER,
    PLUCK,
    GistField,
    GistPlan,
    compile_gist,
    has_members,
)
from dhis2api.objects.query.order import compile_order
from dhis2api.objects.query.scope import FilterScope
from dhis2api.objects.query.transformers import transform
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import computed_values, listed_rows, readable_rows
from dhis2api.objects.reading.load import load_objects
from dhis2api.objects.registry import get_schema
from dhis2api.objects.schema import Property, Schema, Shape


@dataclass(frozen=True, slots=True)
class GistPage:
    """The gists of one page, whether another follows, and the number of all where it was asked for."""

    items: list[Any]
    has_more: bool
    total: int | None = None
    columns: Sequence[str] = ()  # what the gists show, in order; those that are bare values show the first


def list_gists(schema: Schema, params: GistListParams, context: ReadingContext, link_base: str = "") -> GistPage:
    """A page of the objects of a type that lists show to the caller.

    Errors: E1003 for fields and filters that cannot be read; 403 without the type's READ authority.
    """
    return _page(schema, listed_rows(schema, context), params, context, link_base, Auto.S)


def get_gist(schema: Schema, uid: str, params: GistParams, context: ReadingContext, link_base: str = "") -> Any:
    """The gist of one object. Errors: E1005 (404) where it is missing or unreadable."""
    rows = readable_rows(schema, context).filter(uid=uid)
    return _single(schema, uid, rows, params, context, link_base)


def get_member_gist(
    schema: Schema, uid: str, name: str, params: GistListParams, context: ReadingContext, link_base: str = ""
) -> Any:
    """What one member of an object holds: a `GistPage` of a collection, the gist of a reference, a plain value.

    Errors: E1005 (404) for the object, 404 for a member that the type does not have.
    """
    owner = readable_rows(schema, context).filter(uid=uid).values_list("pk", flat=True).first()
    if owner is None:
        raise ApiError(E1005, schema.simple_klass, uid)
    prop = schema.properties.get(name)
    if prop is None or not prop.readable:
        raise ApiError(UNKNOWN_PROPERTY, name, schema.klass)
    if has_members(prop):
        return _members(prop, owner, params, context, link_base)
    if prop.shape is Shape.REFERENCE:
        return _referred(schema, prop, owner, params, context, link_base)
    plan = compile_gist(schema, name, Auto.S)
    item = load_objects(plan.node(), schema.model._base_manager.filter(pk=owner), context)[0]
    return item.get(name)


def _referred(
    schema: Schema, prop: Property, owner: int, params: GistParams, context: ReadingContext, link_base: str
) -> Any:
    target = get_schema(prop.target)
    key = schema.model._base_manager.filter(pk=owner).values(prop.column)
    rows = readable_rows(target, context).filter(pk__in=key)
    return _single(target, prop.name, rows, params, context, link_base)


def _members(prop: Property, owner: int, params: GistListParams, context: ReadingContext, link_base: str) -> GistPage:
    target = get_schema(prop.target)
    rows = readable_rows(target, context)
    position = None
    if isinstance(prop.computed, ComputedMembers):
        inside = Q(pk__in=prop.computed.load([owner]).get(owner, []))
    else:
        link = prop.link
        linked = link.model._base_manager.filter(**{link.owner_column: owner})
        inside = Q(pk__in=linked.values(link.member_column))
        if link.order and not params.inverse:
            mine = linked.filter(**{link.member_column: OuterRef("pk")})
            position = Subquery(mine.values(link.order[0])[:1])
    return _page(target, rows.filter(~inside if params.inverse else inside), params, context, link_base, Auto.M,
                 position=position)  # fmt: skip


def _single(
    schema: Schema, uid: str, rows: QuerySet[Any], params: GistParams, context: ReadingContext, link_base: str
) -> Any:
    plan = compile_gist(schema, params.fields_text, params.auto or Auto.L)
    found = _render(plan, rows, context, link_base)
    if not found:
        raise ApiError(E1005, schema.simple_klass, uid)
    return found[0]


def _page(
    schema: Schema, rows: QuerySet[Any], params: GistListParams, context: ReadingContext, link_base: str, auto: Auto,
    position: Any = None,
) -> GistPage:  # fmt: skip
    plan = compile_gist(schema, params.fields_text, params.auto or auto)
    scope = FilterScope(context.principal, context.locale, computed_values(context))
    rows = rows.filter(compile_gist_filters(schema, params.filter, scope, params.root_junction))
    order = ",".join(params.order)
    sorting = compile_order(schema, order, context.locale)
    total = rows.count() if params.total else None
    if position is not None and not order:
        rows, sorting = rows.annotate(list_position=position), ["list_position", "pk"]
    end = params.offset + params.limit
    # One more than the page tells whether another follows.
    keys = list(rows.order_by(*sorting).values_list("pk", flat=True)[params.offset : end + 1])
    page = keys[: params.limit]
    items = _render(plan, schema.model._base_manager.filter(pk__in=page), context, link_base, page)
    return GistPage(items, len(keys) > params.limit, total, [field.key for field in plan.fields])


def _render(
    plan: GistPlan, rows: QuerySet[Any], context: ReadingContext, link_base: str, order: Sequence[int] | None = None
) -> list[Any]:
    keys = dict(rows.values_list("uid", "pk"))
    objects = load_objects(plan.node(), rows, context)
    if order is not None:
        place = {pk: index for index, pk in enumerate(order)}
        objects.sort(key=lambda shown: place[keys[shown["id"]]])
    asked = [_answers(f, list(keys.values())) for f in plan.fields]
    return [_gist(plan, shown, keys[shown["id"]], asked, link_base) for shown in objects]


def _answers(field: GistField, owners: list[int]) -> Mapping[int, int] | None:
    """What SQL says of a collection: its size, or whether something is in it, by owner; None for other members."""
    if not field.is_collection:
        return None
    computed = field.prop.computed
    if field.transform in COUNTED:
        if isinstance(computed, ComputedMembers):
            return {owner: len(members) for owner, members in computed.load(owners).items()}
        return _sizes(field.prop, owners)
    if field.transform in (MEMBER, NOT_MEMBER):
        wanted = get_schema(field.prop.target).model._base_manager.filter(uid__in=field.arguments[:1]).values("pk")
        if isinstance(computed, ComputedMembers):
            keys = {row["pk"] for row in wanted}
            return {owner: len(keys.intersection(members)) for owner, members in computed.load(owners).items()}
        return _sizes(field.prop, owners, Q(**{f"{field.prop.link.member_column}__in": wanted}))
    return None


def _sizes(prop: Property, owners: list[int], among: Q | None = None) -> Mapping[int, int]:
    link = prop.link
    rows = link.model._base_manager.filter(**{f"{link.owner_column}__in": owners}).filter(among or Q())
    counted = rows.order_by().values(link.owner_column).annotate(members=Count("pk"))
    return dict(counted.values_list(link.owner_column, "members"))


def _gist(
    plan: GistPlan, shown: Mapping[str, Any], pk: int, asked: list[Mapping[int, int] | None], link_base: str
) -> Any:
    if plan.is_bare:
        return shown.get(plan.fields[0].prop.name)
    own = {field.prop.name for field in plan.fields}
    item: dict[str, Any] = {}
    links: dict[str, str] = {}
    for field, answers in zip(plan.fields, asked, strict=True):
        counted = None if answers is None else answers.get(pk, 0)
        value = _value(field, shown.get(field.prop.name), counted)
        if value is not None:
            item[field.key] = value
        if field.is_link and (link := _link(plan.schema, field.prop, shown, counted)):
            links[field.key] = link_base + link
    rest = {name: value for name, value in shown.items() if name not in own and name != "id"}
    item |= dict(transform(name, value, plan.other.get(name, ())) for name, value in rest.items())
    return item | ({"apiEndpoints": links} if links else {})


def _value(field: GistField, value: Any, counted: int | None) -> Any:
    """A member as its transformer shows it; `counted` is what SQL said of a collection."""
    name = field.transform
    if name == NONE:
        return None
    if name in (MEMBER, NOT_MEMBER) and counted is not None:
        return bool(counted) == (name == MEMBER)
    if name in COUNTED:
        size = counted if counted is not None else len(value) if isinstance(value, list | dict | str) else None
        return size if name == "size" or size is None else (size == 0) == (name == "isEmpty")
    if name in (IDS, ID_OBJECTS, PLUCK):
        picked = [_picked(field, member) for member in value] if isinstance(value, list) else None
        return picked if picked is not None else _picked(field, value)
    return value


def _picked(field: GistField, member: Any) -> Any:
    if not isinstance(member, dict):
        return member
    if field.transform == IDS:
        return member.get("id")
    if field.transform == ID_OBJECTS:
        return {"id": member.get("id")}
    if len(field.arguments) == 1:
        return member.get(field.arguments[0])
    return {name: member[name] for name in field.arguments if name in member}


def _link(schema: Schema, prop: Property, shown: Mapping[str, Any], counted: int | None) -> str | None:
    """Where the objects are that a member stands for; an empty collection leads nowhere."""
    if prop.collection:
        has_page = schema.wire.endpoint and has_members(prop) and counted != 0
        return f"/{schema.plural}/{shown['id']}/{prop.name}/gist" if has_page else None
    referred = shown.get(prop.name)
    target = get_schema(prop.target)
    if not isinstance(referred, dict) or "id" not in referred or not target.wire.endpoint:
        return None
    return f"/{target.plural}/{referred['id']}/gist"
