"""Groups of options, and dimensions made of them."""

from __future__ import annotations

from dhis2api.objects.columns import RefList, RefSet, flag, long_text, reference
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import (
    ApiObject,
    Coded,
    Described,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from metadata.models.dimensions import dimension_members, item_members
from sharing.access import named


class OptionGroup(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Translated):
    """A group of options of one set."""

    options = RefSet("metadata.Option")
    option_set = reference("metadata.OptionSet")

    class Wire(Declaration):
        klass = "org.hisp.dhis.option.OptionGroup"
        order = 1051
        access = named("OPTIONGROUP")
        computed = item_members("OPTION_GROUP")


class OptionGroupSet(ApiObject, Coded, UniquelyNamed, Shared, Translated):
    """A dimension made of groups of options."""

    description = long_text(translation_key="DESCRIPTION")
    option_groups = RefList(OptionGroup)
    option_set = reference("metadata.OptionSet")
    data_dimension = flag(default=True, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.option.OptionGroupSet"
        order = 1051
        access = named("OPTIONGROUPSET")
        computed = dimension_members("OPTION_GROUP_SET", "optionGroups")
