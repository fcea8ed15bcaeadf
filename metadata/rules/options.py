"""Options: single in their set; a set's version grows with its options."""

from __future__ import annotations

from django.db.models import F

from dhis2api.objects.importer.records import Bundle, Fault, ImportObject
from dhis2api.value_types import ValueType
from metadata.errors import E1118, E4028
from metadata.models import Option, OptionSet


def options_are_single_in_set(bundle: Bundle, objects: list[ImportObject]) -> None:
    """E4028: no two options of a set have the same name or code; E1118: no comma in codes of a MULTI_TEXT set."""
    sets = _sets_of(bundle, objects)
    stored = Option.objects.filter(option_set_id__in=set(sets.values())).values("pk", "option_set_id", "name", "code")
    replaced = {item.pk for item in objects}
    taken: dict[tuple[int, str, str], int] = {}
    for row in stored:
        if row["pk"] not in replaced:
            for column in ("name", "code"):
                taken[row["option_set_id"], column, row[column]] = row["pk"]
    multi_text = set(
        OptionSet.objects.filter(pk__in=set(sets.values()), value_type=ValueType.MULTI_TEXT).values_list(
            "pk", flat=True
        )
    ) | {s.pk for s in bundle.of("optionSet") if s.values.get("value_type") == ValueType.MULTI_TEXT}
    for item in objects:
        owner = sets.get(item.pk)
        if owner is None:
            continue
        for column in ("name", "code"):
            value = item.values.get(column)
            if value is not None and taken.setdefault((owner, column, value), item.pk) != item.pk:
                item.faults.append(Fault(E4028, (_set_uid(bundle, owner), item.uid), column, main_id=item.uid))
                break
        if owner in multi_text and "," in (item.values.get("code") or ""):
            item.faults.append(Fault(E1118, (_set_uid(bundle, owner), item.values["code"]), "code", main_id=item.uid))


def _sets_of(bundle: Bundle, objects: list[ImportObject]) -> dict[int, int]:
    """Option → set, from the option's own reference or from a set of the payload that lists it."""
    sets = {item.pk: item.values["option_set_id"] for item in objects if item.values.get("option_set_id")}
    for option_set in bundle.of("optionSet"):
        for option in option_set.members.get("options", ()):
            sets[option] = option_set.pk
    return sets


def _set_uid(bundle: Bundle, pk: int) -> str:
    in_payload = next((s.uid for s in bundle.of("optionSet") if s.pk == pk), None)
    return in_payload or OptionSet.objects.values_list("uid", flat=True).get(pk=pk)


def bump_set_versions(bundle: Bundle, objects: list[ImportObject]) -> None:
    """A set that is not itself in the payload counts up when one of its options is created or changed."""
    in_payload = {item.pk for item in bundle.of("optionSet")}
    sets = {item.values["option_set_id"] for item in objects if item.values.get("option_set_id")} - in_payload
    if sets:
        OptionSet.objects.filter(pk__in=sets).update(version=F("version") + 1)
