"""Categories: options, combos of categories, and the option combos that data is kept by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q

from dhis2api.objects.columns import RefList, RefSet, choice, date, flag, json, reference, text
from dhis2api.objects.declarations import Computed, ComputedValue, Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from metadata.enums import DataDimensionType
from metadata.models.dimensions import dimension_members, item_members
from sharing.access import READ, Demand, Principal, TypeRules, judge, named, readable

DEFAULT_CATEGORY = "GLevLNI9wkl"
DEFAULT_CATEGORY_OPTION = "xYerKDKCefk"
DEFAULT_CATEGORY_COMBO = "bjDvmb4bfuf"
DEFAULT_CATEGORY_OPTION_COMBO = "HllvX50cXC0"


def _is_default(row: Mapping[str, Any], context: Any) -> bool:
    return row.get("name") == "default"


IS_DEFAULT = Computed(_is_default, needs=("name",), kind="BOOLEAN")


class CategoryOption(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """One value of a category; its data sharing guards the data kept under it."""

    start_date = date()
    end_date = date()
    organisation_units = RefSet("metadata.OrganisationUnit")
    style = json(null=True)
    form_name = text(230, min_length=2, translation_key="FORM_NAME")

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.CategoryOption"
        order = 1140
        access = named("CATEGORY_OPTION", data=True)
        attribute_flag = "categoryOption"
        computed = {"isDefault": IS_DEFAULT, **item_members("CATEGORY_OPTION")}
        default_objects = (DEFAULT_CATEGORY_OPTION,)


class Category(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """A dimension by which data is disaggregated or attributed."""

    category_options = RefList(CategoryOption, related_name="categories")
    data_dimension_type = choice(DataDimensionType, required=True)
    data_dimension = flag(default=True, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.Category"
        plural = "categories"
        order = 1170
        access = named("CATEGORY")
        attribute_flag = "category"
        computed = dimension_members("CATEGORY", "categoryOptions")
        default_objects = (DEFAULT_CATEGORY,)


class CategoryCombo(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A combination of categories; its option combos are generated from their options."""

    categories = RefList(Category, related_name="category_combos")
    data_dimension_type = choice(DataDimensionType, required=True)
    skip_total = flag(marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.CategoryCombo"
        order = 1180
        access = named("CATEGORY_COMBO")
        computed = {"isDefault": IS_DEFAULT}
        default_objects = (DEFAULT_CATEGORY_COMBO,)
        singulars = {"categories": "category"}


def _readable_option_combos(user: Principal) -> models.QuerySet[Any]:
    """The keys of the option combos of which `user` is granted every option: they have no sharing of their own.

    Owning an option is no grant; the default option stands in nobody's way.
    """
    granted = Q(sharing__meets=Demand(user, (READ,), owner_counts=False)) | Q(uid=DEFAULT_CATEGORY_OPTION)
    options = CategoryOption.objects.filter(granted)
    hiding = CategoryOptionCombo.category_options.through.objects.exclude(categoryoption_id__in=options.values("pk"))
    return CategoryOptionCombo.objects.exclude(pk__in=hiding.values("categoryoptioncombo_id")).values("pk")


def _access_to_option_combos(keys: list[int], context: Any) -> dict[int, dict[str, Any]]:
    """What the user may do: by authority as with any type without sharing, but read what the options let him."""
    rules, user = CategoryOptionCombo.Wire.access, context.principal
    verdict = judge(rules, None, user).to_dict()
    shown = CategoryOptionCombo.objects.filter(readable(rules, user), pk__in=keys)
    known = set(shown.values_list("pk", flat=True))
    return {key: verdict | {"read": key in known} for key in keys}


class CategoryOptionCombo(ApiObject, Coded, Attributed, Translated):
    """One combination of category options: what a data value is kept by."""

    name = text(255, translation_key="NAME")
    category_combo = reference(
        "metadata.CategoryCombo", required=True, related_name="category_option_combos", on_delete=models.CASCADE
    )
    category_options = RefSet(CategoryOption, related_name="category_option_combos")
    ignore_approval = flag()

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.CategoryOptionCombo"
        order = 1190
        access = TypeRules(
            create=("F_CATEGORY_COMBO_PUBLIC_ADD", "F_CATEGORY_COMBO_PRIVATE_ADD"),
            delete=("F_CATEGORY_COMBO_DELETE",),
            readable_keys=_readable_option_combos,
        )
        attribute_flag = "categoryOptionCombo"
        computed = {"access": ComputedValue(_access_to_option_combos, "COMPLEX"), **item_members(None)}
        default_objects = (DEFAULT_CATEGORY_OPTION_COMBO,)


class CategoryOptionGroup(
    ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated
):
    """A group of category options."""

    category_options = RefSet(CategoryOption, related_name="category_option_groups")
    data_dimension_type = choice(DataDimensionType, required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.CategoryOptionGroup"
        order = 1150
        access = named("CATEGORY_OPTION_GROUP")
        attribute_flag = "categoryOptionGroup"
        computed = item_members("CATEGORY_OPTION_GROUP")


class CategoryOptionGroupSet(
    ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated
):
    """A dimension made of groups of category options."""

    category_option_groups = RefList(CategoryOptionGroup, related_name="group_sets")
    data_dimension_type = choice(DataDimensionType, required=True)
    data_dimension = flag(default=True, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.category.CategoryOptionGroupSet"
        order = 1160
        access = named("CATEGORY_OPTION_GROUP_SET")
        attribute_flag = "categoryOptionGroupSet"
        computed = dimension_members("CATEGORY_OPTION_GROUP_SET", "categoryOptionGroups")
