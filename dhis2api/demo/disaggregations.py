"""Categories, their options, combos and option combos; every option combo is sent, so that its uid is known.

Combos are declared as categories in order; option combos follow from them, in order, the last category varying
fastest. Documented identifiers stand beside the names; all others derive from their keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from . import identifiers as ids
from .identifiers import demo_uid
from .objects import DATA_WRITABLE, Payload, named, ref, refs, registry_number, sharing


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    code: str
    documented_uid: str | None = None

    @property
    def uid(self) -> str:
        return self.documented_uid or demo_uid("categoryOption", self.code)


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    code: str
    options: tuple[Option, ...]
    dimension: str = "DISAGGREGATION"

    @property
    def uid(self) -> str:
        return demo_uid("category", self.code)


@dataclass(frozen=True, slots=True)
class Combo:
    name: str
    code: str
    categories: tuple[Category, ...]
    documented_uid: str | None = None
    # documented option combos, by the codes of their options
    documented_option_combos: tuple[tuple[tuple[str, ...], str], ...] = ()

    @property
    def uid(self) -> str:
        return self.documented_uid or demo_uid("categoryCombo", self.code)

    def combinations(self) -> list[tuple[Option, ...]]:
        return list(product(*(category.options for category in self.categories)))

    def option_combo_uids(self) -> list[str]:
        """Identifiers of the option combos, in the order of `combinations`."""
        documented = dict(self.documented_option_combos)
        found = []
        for options in self.combinations():
            codes = tuple(option.code for option in options)
            found.append(documented.get(codes) or demo_uid("categoryOptionCombo", f"{self.code}/{'/'.join(codes)}"))
        return found


LOCATION = Category(
    "Location Fixed/Outreach",
    "LOCATION",
    (Option("Fixed", "FIXED", ids.FIXED), Option("Outreach", "OUTREACH", ids.OUTREACH)),
)
EPI_AGE = Category(
    "EPI/nutrition age",
    "EPI_AGE",
    (Option("<1y", "UNDER_1Y", ids.UNDER_1_YEAR), Option(">1y", "OVER_1Y", ids.OVER_1_YEAR)),
)
GENDER = Category("Gender", "GENDER", (Option("Male", "MLE"), Option("Female", "FMLE")))
HIV_AGE = Category("HIV age", "HIV_AGE", (Option("0-14 years", "AGE0-14"), Option("15-24 years", "AGE15-24")))
REPORTING = Category("Reporting channel", "CHANNEL", (Option("Routine report", "ROUTINE"),))
PARTNER = Category(
    "Implementing partner",
    "PARTNER",
    (Option("Harbour Health", "HARBOUR"), Option("Rural Care Trust", "RURAL_CARE"), Option("Sunrise Aid", "SUNRISE")),
    dimension="ATTRIBUTE",
)

LOCATION_AND_AGE = Combo(
    "Location and age group",
    "LOCATION_AGE",
    (LOCATION, EPI_AGE),
    ids.LOCATION_AND_AGE,
    (
        (("FIXED", "UNDER_1Y"), ids.FIXED_UNDER_1),
        (("FIXED", "OVER_1Y"), ids.FIXED_OVER_1),
        (("OUTREACH", "UNDER_1Y"), ids.OUTREACH_UNDER_1),
        (("OUTREACH", "OVER_1Y"), ids.OUTREACH_OVER_1),
    ),
)
LOCATION_ONLY = Combo(
    "Location", "LOCATION_ONLY", (LOCATION,), documented_option_combos=((("FIXED",), ids.FIXED_ONLY),)
)
GENDER_AND_HIV_AGE = Combo("Gender and HIV age", "GENDER_HIV_AGE", (GENDER, HIV_AGE))
CHANNEL = Combo(
    "Reporting channel", "CHANNEL", (REPORTING,), documented_option_combos=((("ROUTINE",), ids.ROUTINE_OPTION_COMBO),)
)
PARTNERS = Combo("Implementing partner", "PARTNER", (PARTNER,))

CATEGORIES = (LOCATION, EPI_AGE, GENDER, HIV_AGE, REPORTING, PARTNER)
COMBOS = (LOCATION_AND_AGE, LOCATION_ONLY, GENDER_AND_HIV_AGE, CHANNEL, PARTNERS)

# group set → group → options
OPTION_GROUPS = {
    "Kind of partner": {"Faith based": ("HARBOUR",), "Secular": ("RURAL_CARE", "SUNRISE")},
}


def category_payloads() -> dict[str, list[Payload]]:
    """Options, categories, combos, option combos, option groups and group sets."""
    options = {option.code: option for category in CATEGORIES for option in category.options}
    groups, group_sets = _option_groups(options)
    return {
        "categoryOptions": [
            {
                "id": option.uid,
                "name": option.name,
                "shortName": option.name,
                "code": option.code,
                "sharing": sharing(DATA_WRITABLE),
            }
            for option in options.values()
        ],
        "categories": [_category(category) for category in CATEGORIES],
        "categoryCombos": [_combo(combo) for combo in COMBOS],
        "categoryOptionCombos": [row for combo in COMBOS for row in _option_combos(combo)],
        "categoryOptionGroups": groups,
        "categoryOptionGroupSets": group_sets,
    }


def _category(category: Category) -> Payload:
    return {
        "id": category.uid,
        "name": category.name,
        "shortName": category.name,
        "code": category.code,
        "dataDimensionType": category.dimension,
        "dataDimension": True,
        "categoryOptions": refs(option.uid for option in category.options),
        "sharing": sharing(),
    }


def _combo(combo: Combo) -> Payload:
    return {
        "id": combo.uid,
        "name": combo.name,
        "code": combo.code,
        "dataDimensionType": combo.categories[0].dimension,
        "skipTotal": False,
        "categories": refs(category.uid for category in combo.categories),
        "sharing": sharing(),
    }


def _option_combos(combo: Combo) -> list[Payload]:
    rows = []
    for uid, options in zip(combo.option_combo_uids(), combo.combinations(), strict=True):
        name = ", ".join(option.name for option in options)
        rows.append(
            {
                "id": uid,
                "name": name,
                "code": f"{combo.code}_{'_'.join(option.code for option in options)}"[:50],
                "categoryCombo": ref(combo.uid),
                "categoryOptions": refs(option.uid for option in options),
                "attributeValues": registry_number(f"COC-{uid}"),
            }
        )
    return rows


def _option_groups(options: dict[str, Option]) -> tuple[list[Payload], list[Payload]]:
    groups: list[Payload] = []
    group_sets: list[Payload] = []
    for title, members in OPTION_GROUPS.items():
        rows = [
            named("categoryOptionGroup", name, name)
            | {
                "dataDimensionType": "ATTRIBUTE",
                "categoryOptions": refs(options[code].uid for code in codes),
                "sharing": sharing(),
            }
            for name, codes in members.items()
        ]
        groups += rows
        group_sets.append(
            named("categoryOptionGroupSet", title, title)
            | {
                "dataDimensionType": "ATTRIBUTE",
                "dataDimension": True,
                "categoryOptionGroups": refs(row["id"] for row in rows),
                "sharing": sharing(),
            }
        )
    return groups, group_sets
