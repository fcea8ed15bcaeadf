"""Category combos and their option combos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from metadata.errors import E1134
from metadata.models import CategoryCombo, CategoryOption, CategoryOptionCombo, DataElement, DataSet, Program
from metadata.models.categories import DEFAULT_CATEGORY_COMBO
from metadata.option_combos import NAME_LENGTH, generate_option_combos, lock_option_combos


def option_combo_keeps_its_identity(item: ImportObject, bundle: Bundle) -> Iterator[Fault]:
    """E1134: through its own endpoint an option combo changes neither its combo nor its options."""
    if item.stored is None or not bundle.single:
        return
    if item.stored["category_combo_id"] != item.values.get("category_combo_id"):
        yield Fault(E1134, ("categoryCombo",), "categoryCombo", main_id=item.uid)
    through = CategoryOptionCombo.category_options.through
    stored = set(through.objects.filter(categoryoptioncombo_id=item.pk).values_list("categoryoption_id", flat=True))
    if stored != set(item.members.get("categoryOptions", ())):
        yield Fault(E1134, ("categoryOptions",), "categoryOptions", main_id=item.uid)


def name_option_combos(bundle: Bundle, objects: list[ImportObject]) -> None:
    """An option combo sent without a name is called by its options, as DHIS2 derives it."""
    nameless = [item for item in objects if not item.values.get("name")]
    keys = {pk for item in nameless for pk in item.members.get("categoryOptions", ())}
    names = dict(CategoryOption.objects.filter(pk__in=keys).values_list("pk", "name"))
    names |= {o.pk: o.values.get("name") for o in bundle.of("categoryOption")}
    for item in nameless:
        parts = [names.get(pk) or "" for pk in item.members.get("categoryOptions", ())]
        item.values["name"] = ", ".join(parts)[:NAME_LENGTH] or None


def generate_for_single_combo(bundle: Bundle, objects: list[ImportObject]) -> None:
    """POST and PUT of one category combo generate its option combos; PATCH and `/api/metadata` do not, as in DHIS2."""
    if bundle.single:
        generate_option_combos([item.pk for item in objects if not item.is_partial])


def lock_of_combos(keys: Sequence[int]) -> None:
    """The option combos of a combo go with it."""
    lock_option_combos(CategoryOptionCombo.objects.filter(category_combo_id__in=keys))


def lock_of_options(keys: Sequence[int]) -> None:
    """The option combos of a category option go with it."""
    through = CategoryOptionCombo.category_options.through.objects.filter(categoryoption_id__in=keys)
    lock_option_combos(CategoryOptionCombo.objects.filter(pk__in=through.values("categoryoptioncombo_id")))


def fall_back_to_default(keys: Sequence[int]) -> None:
    """Data elements, data sets and programs of a deleted combo fall back to the default one."""
    default = CategoryCombo.objects.filter(uid=DEFAULT_CATEGORY_COMBO).first()
    for model in (DataElement, DataSet, Program):
        model.objects.filter(category_combo_id__in=keys).update(category_combo=default)


def delete_option_combos(keys: Sequence[int]) -> None:
    """The option combos of a deleted category option go with it."""
    CategoryOptionCombo.objects.filter(category_options__in=keys).delete()
