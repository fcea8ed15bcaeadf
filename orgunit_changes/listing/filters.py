"""Filters of the web list. Parameters combine with AND, the values of one with OR; whatever is unknown is refused.

Conditions on groups, forms and roles are asked as EXISTS, so that no row appears twice.
Source: the change request API, web list.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django_filters import Filter, FilterSet

from metadata.models import OrganisationUnit, OrganisationUnitGroup
from orgunit_changes.errors import UNKNOWN_PARAMETER, refuse_all
from orgunit_changes.fields import REQUESTABLE
from orgunit_changes.listing.fields import (
    NOT_A_NUMBER,
    DayField,
    FactField,
    IdField,
    IdsField,
    WordsField,
)
from orgunit_changes.listing.search import search_units
from orgunit_changes.models import Form, OrgUnitChangeRequest, OrgUnitType, Project, Status
from users.models import User, UserRole

Requests = QuerySet[OrgUnitChangeRequest]
PARAMETERS = frozenset({"page", "limit", "app_id", "format"})
APPROVED = {"approved": Status.VALIDATED}
DEFAULT_ORDER = "id"
# What lists may be ordered by; the last word has the id.
ORDERS = {
    "id": F("id"),
    "org_unit__name": F("org_unit__name"),
    "org_unit__parent__name": F("org_unit__parent__name"),
    "org_unit__org_unit_type__name": F("org_unit__change_profile__org_unit_type__name"),
    "groups": F("first_group"),
    "created_at": F("created_at"),
    "updated_at": F("updated_at"),
    "status": F("status"),
    "created_by__username": F("created_by__username"),
    "updated_by__username": F("updated_by__username"),
}
WAYS = frozenset(ORDERS) | {f"-{name}" for name in ORDERS}


def _filter(field_class: Any, condition: Callable[[Any], Q], **options: Any) -> Filter:
    """A parameter that asks for a condition, where it has a value."""

    def ask(rows: Requests, name: str, value: Any) -> Requests:
        return rows if value in (None, "", []) else rows.filter(condition(value))

    made = Filter(method=ask, **options)
    made.field_class = field_class
    return made


def _in_groups(keys: Collection[int]) -> Q:
    """The unit is in one of these groups, or shall be."""
    now = OrganisationUnitGroup.organisation_units.through.objects.filter(
        organisationunit_id=OuterRef("org_unit_id"), organisationunitgroup__in=keys
    )
    asked = OrgUnitChangeRequest.new_groups.through.objects.filter(
        orgunitchangerequest_id=OuterRef("pk"), organisationunitgroup__in=keys
    )
    return Q(Exists(now)) | Q(Exists(asked))


def _with_forms(keys: Collection[int]) -> Q:
    """A submission that the unit had, or shall have, is of one of these forms."""
    found = Q()
    for relation in (OrgUnitChangeRequest.new_reference_instances, OrgUnitChangeRequest.old_reference_instances):
        rows = relation.through.objects.filter(orgunitchangerequest_id=OuterRef("pk"), instance__form__in=keys)
        found |= Q(Exists(rows))
    return found


def _by_roles(keys: Collection[int]) -> Q:
    """Somebody with one of these roles made or reviewed it."""
    people = User.user_roles.through.objects.filter(userrole__in=keys).values("user_id")
    return Q(created_by__in=people) | Q(updated_by__in=people)


def _in_project(keys: Collection[int]) -> Q:
    types = OrgUnitType.projects.through.objects.filter(project__in=keys).values("orgunittype_id")
    return Q(org_unit__change_profile__org_unit_type__in=types)


def _has_location(wanted: bool) -> Q:
    profile = Q(org_unit__change_profile__latitude__isnull=False, org_unit__geometry__isnull=False)
    located = Q(org_unit__geometry__type="Point") | profile
    return located if wanted else ~located


def _asks_for(names: Collection[str]) -> Q:
    return Q(requested_fields__overlap=[f"new_{name}" for name in names])


def _from(moment: datetime) -> Q:
    return Q(created_at__gte=moment)


def _before(moment: datetime) -> Q:
    return Q(created_at__lt=moment)


class ChangeFilters(FilterSet):
    """The web list's parameters; the four that name org units and the like refuse what does not exist."""

    ids = _filter(IdsField, lambda keys: Q(pk__in=keys), model=OrgUnitChangeRequest, called="OrgUnitChangeRequest")
    org_unit_id = _filter(
        IdField, lambda keys: Q(org_unit__in=keys), model=OrganisationUnit, called="OrgUnit", message=NOT_A_NUMBER
    )
    org_unit_type_id = _filter(
        IdField, lambda keys: Q(org_unit__change_profile__org_unit_type__in=keys) | Q(new_org_unit_type__in=keys),
        model=OrgUnitType, called="OrgUnitType", message=NOT_A_NUMBER,
    )  # fmt: skip
    status = _filter(WordsField, lambda words: Q(status__in=words), words=Status.values, synonyms=APPROVED)
    parent_id = _filter(
        IdField, lambda keys: Q(org_unit__parent__in=keys) | Q(new_parent__in=keys), model=OrganisationUnit,
        called="OrgUnit", message=NOT_A_NUMBER,
    )  # fmt: skip
    project = _filter(IdField, _in_project, model=Project, called="Project", message=NOT_A_NUMBER)
    groups = _filter(IdsField, _in_groups, model=OrganisationUnitGroup, called="Group")
    created_at_after = _filter(DayField, _from)
    created_at_before = _filter(DayField, _before, is_end=True)
    users = _filter(IdsField, lambda keys: Q(created_by__in=keys) | Q(updated_by__in=keys), model=User, called="User")
    user_roles = _filter(IdsField, _by_roles, model=UserRole, called="UserRole")
    forms = _filter(IdsField, _with_forms, model=Form, called="Form")
    requested_fields = _filter(WordsField, _asks_for, words=[name.removeprefix("new_") for name in REQUESTABLE])
    with_location = _filter(FactField, _has_location)
    is_soft_deleted = _filter(FactField, lambda gone: Q(deleted_at__isnull=not gone))
    org_unit_search = Filter(method="search")
    order = Filter(method="sort")
    order.field_class = WordsField
    order.extra["words"] = WAYS

    def search(self, rows: Requests, name: str, text: str) -> Requests:
        """`ids:…`, `refs:…`, `codes:…`, else a part of the name."""
        return rows.filter(search_units(text.strip())) if text.strip() else rows

    def sort(self, rows: Requests, name: str, ways: list[str]) -> Requests:
        """In this order."""
        return ordered(rows, ways)


def filtered(rows: Requests, query: Any) -> Requests:
    """The rows that a query string asks for, in its order.

    Errors: 400 for parameters that are none, values that cannot be read, ids of nothing, words of no choice.
    """
    require_known(query, {*ChangeFilters.base_filters, *PARAMETERS})
    found = ChangeFilters(data=query, queryset=rows)
    if not found.is_valid():
        raise refuse_all({name: [str(words) for words in messages] for name, messages in found.errors.items()})
    rows = found.qs
    return rows if rows.query.order_by else ordered(rows, [DEFAULT_ORDER])


def unordered(rows: Requests) -> Requests:
    """The same rows without the joins and the order of a list: to change them, or to order them otherwise."""
    return OrgUnitChangeRequest.objects.filter(pk__in=rows.order_by().values("pk"))


def require_known(query: Mapping[str, Any], known: Collection[str]) -> None:
    """Errors: 400 for each parameter that is none."""
    if unknown := [name for name in query if name not in known]:
        raise refuse_all({name: [UNKNOWN_PARAMETER] for name in unknown})


def ordered(rows: Requests, ways: Collection[str]) -> Requests:
    """In the order of these ways; of equals the one made first comes first."""
    if any(way.removeprefix("-") == "groups" for way in ways):
        rows = rows.annotate(first_group=Min("org_unit__organisation_unit_groups__name"))
    entries = []
    for way in ways:
        column = ORDERS[way.removeprefix("-")]
        entries.append(column.desc(nulls_last=True) if way.startswith("-") else column.asc(nulls_first=True))
    return rows.order_by(*entries, "id")
