"""Lists that other objects refer to: attributes, constants, option sets, legend sets."""

from __future__ import annotations

from . import identifiers as ids
from .identifiers import demo_uid
from .objects import Payload, named, ref, refs, sharing

# the registry number may be carried by every type of which a data value names an instance, and their kin
REGISTRY_TYPES = (
    "dataElement",
    "dataSet",
    "organisationUnit",
    "category",
    "categoryOption",
    "categoryOptionCombo",
    "indicator",
    "program",
    "programStage",
    "trackedEntityType",
    "trackedEntityAttribute",
)

# code → name, (code, name) of its options
OPTION_SETS = {
    "POWER_SOURCE": (
        "Source of power",
        (("GRID", "Public grid"), ("SOLAR", "Solar panels"), ("GENERATOR", "Generator"), ("NONE", "None")),
    ),
    "SEX": ("Sex", (("Male", "Male"), ("Female", "Female"))),
    "TEST_RESULT": (
        "Test result",
        (("POSITIVE", "Positive"), ("NEGATIVE", "Negative"), ("INCONCLUSIVE", "Inconclusive")),
    ),
}

# code → name, (name, from, to, colour)
LEGEND_SETS = {
    "COVERAGE": (
        "Coverage",
        (("Low", 0, 50, "#d73027"), ("Middling", 50, 80, "#fee08b"), ("High", 80, 120, "#1a9850")),
    ),
}

# code → name, value
CONSTANTS = {
    "PI": ("Pi", 3.14159),
    "BIRTHS_PER_1000": ("Expected births per 1000 people", 33.4),
    "INFANT_SHARE": ("Share of infants in the population", 0.04),
}


def option_set_uid(code: str) -> str:
    return demo_uid("optionSet", code)


def legend_set_uid(code: str) -> str:
    return demo_uid("legendSet", code)


def reference_list_payloads() -> dict[str, list[Payload]]:
    """Attributes, constants, options and their sets, legend sets."""
    return {
        "attributes": _attributes(),
        "constants": [
            named("constant", code, name) | {"code": code, "value": value, "sharing": sharing()}
            for code, (name, value) in CONSTANTS.items()
        ],
        "options": [option for code in OPTION_SETS for option in _options(code)],
        "optionSets": [
            {
                "id": option_set_uid(code),
                "name": name,
                "code": code,
                "valueType": "TEXT",
                "options": refs(option["id"] for option in _options(code)),
                "sharing": sharing(),
            }
            for code, (name, _) in OPTION_SETS.items()
        ],
        "legendSets": [_legend_set(code) for code in LEGEND_SETS],
    }


def _attributes() -> list[Payload]:
    registry = named("attribute", "REGISTRY", "Registry number", uid=ids.REGISTRY_NUMBER) | {
        "code": "REGISTRY",
        "valueType": "TEXT",
        "unique": True,
        "mandatory": False,
        "sharing": sharing(),
    }
    note = named("attribute", "NOTE", "Note of the statistics office") | {
        "code": "NOTE",
        "valueType": "LONG_TEXT",
        "unique": False,
        "mandatory": False,
        "dataElementAttribute": True,
        "indicatorAttribute": True,
        "sharing": sharing(),
    }
    return [registry | {f"{name}Attribute": True for name in REGISTRY_TYPES}, note]


def _options(option_set: str) -> list[Payload]:
    return [
        {
            "id": demo_uid("option", f"{option_set}/{code}"),
            "code": code,
            "name": name,
            "sortOrder": position,
            "optionSet": ref(option_set_uid(option_set)),
        }
        for position, (code, name) in enumerate(OPTION_SETS[option_set][1])
    ]


def _legend_set(code: str) -> Payload:
    name, legends = LEGEND_SETS[code]
    return {
        "id": legend_set_uid(code),
        "name": name,
        "code": code,
        "legends": [
            {
                "id": demo_uid("legend", f"{code}/{title}"),
                "name": title,
                "startValue": start,
                "endValue": end,
                "color": color,
            }
            for title, start, end, color in legends
        ],
        "sharing": sharing(),
    }
