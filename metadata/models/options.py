"""Option sets and their options, legend sets and their legends, constants."""

from __future__ import annotations

from django.db import models

from dhis2api.objects.columns import choice, integer, json, long_text, number, reference, text
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Embedded,
    Named,
    Shared,
    Translated,
    UniquelyNamed,
    UniquelyShortNamed,
)
from dhis2api.value_types import ValueType
from sharing.access import TypeRules, named


class OptionSet(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated):
    """A list of allowed values."""

    value_type = choice(ValueType, required=True)
    version = integer(default=0)
    description = long_text()

    class Wire(Declaration):
        klass = "org.hisp.dhis.option.OptionSet"
        order = 1050
        access = named("OPTIONSET")
        owned_reverse = ("options",)
        numbered = ("options",)
        attribute_flag = "optionSet"
        versioned = True


class Option(ApiObject, Named, Attributed, Translated):
    """One allowed value; its code, unique within the set, is what data carries."""

    code = text(230, required=True)
    option_set = reference("metadata.OptionSet", related_name="options", on_delete=models.CASCADE)
    sort_order = integer(default=0)
    style = json(null=True)
    form_name = text(230, translation_key="FORM_NAME")
    description = long_text(translation_key="DESCRIPTION")

    class Meta:
        indexes = [models.Index(fields=["option_set", "code"])]

    class Wire(Declaration):
        klass = "org.hisp.dhis.option.Option"
        order = 1040
        access = named("OPTIONSET", shareable=False)
        attribute_flag = "option"


class LegendSet(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated):
    """Named ranges of values with colours."""

    symbolizer = text()

    class Wire(Declaration):
        klass = "org.hisp.dhis.legend.LegendSet"
        order = 1080
        access = named("LEGEND_SET")
        attribute_flag = "legendSet"


class Legend(Embedded):
    """One range of a legend set."""

    legend_set = models.ForeignKey(LegendSet, on_delete=models.CASCADE, related_name="legends")
    name = text(230, required=True, translation_key="NAME")
    code = text(50)
    start_value = number(required=True)
    end_value = number(required=True)
    color = text(kind="COLOR")
    image = text()
    translations = json(list)

    class Wire(Declaration):
        klass = "org.hisp.dhis.legend.Legend"
        endpoint = False


class Constant(ApiObject, Coded, UniquelyNamed, UniquelyShortNamed, Described, Shared, Attributed, Translated):
    """A number with a name, for expressions."""

    value = number(default=0, marked_required=True)

    class Wire(Declaration):
        klass = "org.hisp.dhis.constant.Constant"
        order = 1030
        access = TypeRules(shareable=True, create=("F_CONSTANT_ADD",), delete=("F_CONSTANT_DELETE",))
        attribute_flag = "constant"
