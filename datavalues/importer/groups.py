"""ADX only: what groups and spelt-out categories mean becomes the columns that every format has.

Periods become known by the text that they are written as, option combos by their uid. What is wrong with one takes its
place in the column, in words, so that the checks refuse the value (E7611, E7613, E7615) and say why.
Source: DHIS2 2.42, data values, ADX; a fault of a group is a conflict of each of its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datavalues.importer.context import Context, DataElement, DataSet, OptionCombo
from datavalues.importer.data_sets import named_data_set
from datavalues.importer.disaggregations import Disaggregation, load_disaggregations
from datavalues.importer.group_completion import Completion
from datavalues.importer.header import may_write
from datavalues.importer.preheat import load_data_elements
from datavalues.importer.staging import store_periods
from datavalues.params import Strategy
from datavalues.records import Chunk, Grouping
from dhis2api.objects.registry import get_schema
from dhis2api.periods import InvalidPeriod, period_from_interval
from dhis2api.value_types import NUMERIC_TYPES
from metadata import models
from metadata.id_schemes import scheme_path
from sharing.access import readable


def assemble(context: Context, chunk: Chunk) -> None:
    """Turn what is ADX's own into columns; a fixed number of queries. Other formats pass unchanged."""
    grouping = chunk.grouping
    if grouping is None:
        return
    load_data_elements(context, chunk)
    texts = {group.data_set for group in (*grouping.groups, *grouping.owners)}
    _load_data_sets(context, {text for text in texts if text})
    sets = _sets_by_text(context)
    _spell_attribute_combos(context, chunk, grouping, sets)
    _spell_category_combos(context, chunk, grouping, sets)
    _read_annotations(context, chunk, grouping)
    periods = {text: _read_period(context, text) for text in {g.period for g in (*grouping.groups, *grouping.owners)}}
    chunk.period = [periods[text] for text in chunk.period]
    named, owners = context.metadata.named_data_sets, set(grouping.owners)
    asked = [
        Completion(group, periods[group.period], named.get(group.data_set), group in owners)
        for group in grouping.groups if group.complete_date
    ]  # fmt: skip
    context.completions += asked
    # Now, since nobody may wait for periods who has written values already.
    store_periods(context, [context.metadata.periods.get(each.period) for each in asked])


def _read_period(context: Context, text: str | None) -> str | None:
    """The text under which the period is known from now on."""
    if text is None:
        return None
    try:
        context.metadata.periods[text] = period_from_interval(text)
        return text
    except InvalidPeriod as error:
        shown = f"{text} ({error})".replace("`", "")
        context.metadata.periods[shown] = None
        return shown


def _load_data_sets(context: Context, texts: set[str]) -> None:
    """Learn which data sets groups name, and which of them the user may write to: one query for those that are new."""
    metadata = context.metadata
    new = texts - metadata.named_data_sets.keys() - metadata.unknown_data_sets
    path = scheme_path(context.schemes.data_set)
    if not new:
        return
    found: dict[str, Any] = {}
    if path is not None:
        visible = models.DataSet.objects.filter(readable(get_schema("dataSet").rules, context.principal))
        rows = visible.filter(**{f"{path}__in": new})
        for item in rows.only("pk", "uid", "sharing", *([] if "__" in path else [path]), "attribute_values"):
            text = item.attribute_values[path.partition("__")[2]] if "__" in path else getattr(item, path)
            found[text] = None if text in found else item
    for text in new:
        item = found.get(text)
        if item is None:
            metadata.unknown_data_sets.add(text)
            continue
        metadata.named_data_sets[text] = item.pk
        if not may_write(context, item):
            metadata.closed_data_sets.add(text)


def _sets_by_text(context: Context) -> dict[str | None, DataSet]:
    found = {text: named_data_set(context, text) for text in context.metadata.named_data_sets}
    return {text: data_set for text, data_set in found.items() if data_set is not None}


def _spell_attribute_combos(
    context: Context, chunk: Chunk, grouping: Grouping, sets: Mapping[str | None, DataSet]
) -> None:
    """Groups that name no attribute option combo spell it in the categories of their data set's category combo."""
    known = load_disaggregations(context, {found.category_combo for found in sets.values()})
    for group in grouping.groups:
        data_set = sets.get(group.data_set)
        if group.attribute_option_combo is None and data_set is not None:
            found = known[data_set.category_combo].find(group.attributes)
            names = known[data_set.category_combo].attributes
            group.attribute_option_combo = _name(
                context.metadata.attribute_option_combos, found, [(name, group.attributes.get(name)) for name in names]
            )
    chunk.attribute_option_combo = [group.attribute_option_combo for group in grouping.owners]


def _spell_category_combos(
    context: Context, chunk: Chunk, grouping: Grouping, sets: Mapping[str | None, DataSet]
) -> None:
    """Values that name no category option combo spell it; asked once for each distinct spelling."""
    elements = context.metadata.data_elements
    candidates = {
        pair: _category_combos(elements.get(pair[0]), sets.get(pair[1]))
        for pair in set(zip(chunk.data_element, chunk.data_set, strict=True))
    }
    known = load_disaggregations(context, {combo for combos in candidates.values() for combo in combos})
    in_play = {combo for combos in candidates.values() for combo in combos}
    names = sorted({name for combo in in_play for name in known[combo].attributes})
    spellings = list(
        zip(chunk.data_element, chunk.data_set, chunk.category_option_combo, *grouping.columns(names), strict=True)
    )
    texts: dict[Any, str | None] = {}
    for spelling in set(spellings):
        element, data_set, given, *written = spelling
        texts[spelling] = given
        combos = [known[combo] for combo in candidates[element, data_set]]
        if given is None and combos:
            attributes = {name: text for name, text in zip(names, written, strict=True) if text is not None}
            found = _find(combos, attributes)
            texts[spelling] = _name(context.metadata.category_option_combos, found, attributes.items())
    chunk.category_option_combo = [texts[spelling] for spelling in spellings]


def _category_combos(element: DataElement | None, data_set: DataSet | None) -> tuple[int, ...]:
    """What may disaggregate a data element: its data set's choice for it, and its own."""
    if element is None:
        return ()
    override = data_set.elements.get(element.pk) if data_set is not None else None
    return (element.category_combo,) if override in (None, element.category_combo) else (
        override, element.category_combo,
    )  # fmt: skip


def _find(candidates: list[Disaggregation], attributes: Mapping[str, str]) -> OptionCombo | str:
    """What the attributes spell in the finest candidate that they do spell; else the fault of the first."""
    answers = [(len(each.categories), each.find(attributes)) for each in candidates]
    found = [answer for answer in answers if not isinstance(answer[1], str)]
    return max(found, key=lambda answer: answer[0])[1] if found else answers[0][1]


def _name(
    known: dict[str, OptionCombo | None], found: OptionCombo | str, attributes: Iterable[tuple[str, str | None]]
) -> str:
    """The text under which the combo, or that there is none, is known from now on, whatever the payload's scheme."""
    if not isinstance(found, str):
        known[found.uid] = found
        return found.uid
    spelt = " ".join(f"{name}={text}" for name, text in attributes if text is not None)
    shown = f"{spelt} ({found})" if spelt else found
    known[shown] = None
    return shown


def _read_annotations(context: Context, chunk: Chunk, grouping: Grouping) -> None:
    """The value of what is no number stands in an annotation; one without is refused, unless it is to be deleted."""
    elements = context.metadata.data_elements
    wordy = {text for text in set(chunk.data_element) if _is_wordy(elements.get(text))}
    if not wordy:
        return
    deletes = context.strategy is Strategy.DELETE
    values: list[str | None] = []
    rows = zip(chunk.data_element, chunk.value, grouping.annotations, chunk.deleted, strict=True)
    for position, (element, value, annotation, deleted) in enumerate(rows):
        if element not in wordy:
            values.append(value)
            continue
        if annotation is None and value is not None and not deleted and not deletes:
            grouping.unannotated.add(position)
            annotation = value  # so that nothing else is said to be wrong with it
        values.append(annotation)
    chunk.value = values


def _is_wordy(element: DataElement | None) -> bool:
    return element is not None and element.value_type not in NUMERIC_TYPES
