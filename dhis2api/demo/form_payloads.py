"""Data elements, groups, data sets and sections as payloads, from the declarations of `forms`."""

from __future__ import annotations

from . import identifiers as ids
from .forms import ELEMENT_GROUPS, FORMS, Element, Form
from .geography import Geography
from .identifiers import demo_uid
from .indicators import INDICATORS
from .objects import DATA_WRITABLE, PRIVATE, Payload, named, ref, refs, registry_number, sharing
from .reference_lists import option_set_uid


def form_payloads(places: Geography) -> dict[str, list[Payload]]:
    """Everything that a data set needs but categories, option sets and indicators."""
    groups, group_sets = _groups()
    return {
        "dataElements": [_data_element(element) for form in FORMS for element in form.elements],
        "dataElementGroups": groups,
        "dataElementGroupSets": group_sets,
        "dataSets": [_data_set(form, places) for form in FORMS],
        "sections": [section for form in FORMS for section in _sections(form)],
    }


def _data_element(element: Element) -> Payload:
    payload: Payload = {
        "id": element.uid,
        "name": element.name,
        "shortName": element.name[:50],
        "code": element.code,
        "domainType": "AGGREGATE",
        "valueType": element.value_type,
        "aggregationType": element.aggregation,
        "zeroIsSignificant": element.zero_is_significant,
        "categoryCombo": ref(element.combo.uid if element.combo else ids.DEFAULT_CATEGORY_COMBO),
        "attributeValues": registry_number(f"DE-{element.code}"),
        "sharing": sharing(),
    }
    if element.option_set is not None:
        payload["optionSet"] = ref(option_set_uid(element.option_set))
    return payload


def _data_set(form: Form, places: Geography) -> Payload:
    if form.restricted_to is None:
        shared = sharing(DATA_WRITABLE)
    else:
        shared = sharing(PRIVATE, groups={form.restricted_to: DATA_WRITABLE})
    combo = form.attribute_combo.uid if form.attribute_combo else ids.DEFAULT_CATEGORY_COMBO
    return {
        "id": form.uid,
        "name": form.name,
        "shortName": form.name,
        "code": form.code,
        "periodType": form.period_type,
        "categoryCombo": ref(combo),
        "dataSetElements": [{"dataSet": ref(form.uid), "dataElement": ref(element.uid)} for element in form.elements],
        "indicators": refs(indicator.uid for indicator in INDICATORS if indicator.form == form.code),
        "organisationUnits": refs(place.uid for place in form.assigned(places)),
        "openFuturePeriods": 1,
        "timelyDays": 15,
        "expiryDays": 0,
        "attributeValues": registry_number(f"DS-{form.code}"),
        "sharing": shared,
    }


def _sections(form: Form) -> list[Payload]:
    return [
        {
            "id": demo_uid("section", f"{form.code}/{title}"),
            "name": title,
            "dataSet": ref(form.uid),
            "sortOrder": position,
            "dataElements": refs(element.uid for element in elements),
        }
        for position, (title, elements) in enumerate(form.sections.items())
    ]


def _groups() -> tuple[list[Payload], list[Payload]]:
    uid_of = {element.code: element.uid for form in FORMS for element in form.elements}
    groups: list[Payload] = []
    group_sets: list[Payload] = []
    for title, members in ELEMENT_GROUPS.items():
        rows = [
            named("dataElementGroup", name, name)
            | {"dataElements": refs(uid_of[code] for code in codes), "sharing": sharing()}
            for name, codes in members.items()
        ]
        groups += rows
        group_sets.append(
            named("dataElementGroupSet", title, title)
            | {
                "compulsory": False,
                "dataDimension": True,
                "dataElementGroups": refs(row["id"] for row in rows),
                "sharing": sharing(),
            }
        )
    return groups, group_sets
