"""Indicators over the demo's data elements, their types and groups."""

from __future__ import annotations

from dataclasses import dataclass

from . import identifiers as ids
from .identifiers import demo_uid
from .objects import Payload, named, ref, refs, sharing
from .reference_lists import legend_set_uid

# name → factor
TYPES = {"Number (factor 1)": 1, "Per cent": 100, "Per thousand": 1000}
_PENTA3 = demo_uid("dataElement", "EPI_PENTA3")
_ANC_4 = demo_uid("dataElement", "ANC_4")
_TESTED = demo_uid("dataElement", "MAL_TESTED")
_CONFIRMED = demo_uid("dataElement", "MAL_CONFIRMED")


@dataclass(frozen=True, slots=True)
class Indicator:
    """`form` is the code of the data set that shows it."""

    name: str
    code: str
    kind: str
    numerator: str
    numerator_words: str
    denominator: str
    denominator_words: str
    form: str
    group: str
    legend_set: str | None = None

    @property
    def uid(self) -> str:
        return demo_uid("indicator", self.code)


INDICATORS = (
    Indicator(
        "Penta drop-out rate", "IN_PENTA_DROPOUT", "Per cent",
        f"#{{{ids.PENTA1}}}-#{{{_PENTA3}}}", "Penta1 less Penta3 doses",
        f"#{{{ids.PENTA1}}}", "Penta1 doses",
        "CHILD_HEALTH", "Immunisation", "COVERAGE",
    ),
    Indicator(
        "BCG doses at outreach", "IN_BCG_OUTREACH", "Per cent",
        f"#{{{ids.BCG}.{ids.OUTREACH_UNDER_1}}}+#{{{ids.BCG}.{ids.OUTREACH_OVER_1}}}", "BCG doses given at outreach",
        f"#{{{ids.BCG}}}", "BCG doses",
        "CHILD_HEALTH", "Immunisation",
    ),
    Indicator(
        "ANC continuation", "IN_ANC_CONTINUATION", "Per cent",
        f"#{{{_ANC_4}}}", "Fourth or later visits",
        f"#{{{ids.ANC_1}}}", "First visits",
        "REPRODUCTIVE_HEALTH", "Maternal health", "COVERAGE",
    ),
    Indicator(
        "Malaria positivity rate", "IN_MALARIA_POSITIVITY", "Per cent",
        f"#{{{_CONFIRMED}}}", "Confirmed cases",
        f"#{{{_TESTED}}}", "Tested cases",
        "MALARIA", "Malaria",
    ),
    Indicator(
        "Deaths under five from measles", "IN_MEASLES_DEATHS", "Number (factor 1)",
        f"#{{{ids.MEASLES}}}", "Deaths from measles",
        "1", "One",
        "MORTALITY_U5", "Immunisation",
    ),
)  # fmt: skip


def indicator_payloads() -> dict[str, list[Payload]]:
    """Types, indicators and groups."""
    names = dict.fromkeys(indicator.group for indicator in INDICATORS)
    return {
        "indicatorTypes": [
            {"id": _type_uid(name), "name": name, "factor": factor, "number": factor == 1}
            for name, factor in TYPES.items()
        ],
        "indicators": [_indicator(indicator) for indicator in INDICATORS],
        "indicatorGroups": [
            {
                "id": demo_uid("indicatorGroup", name),
                "name": name,
                "indicators": refs(indicator.uid for indicator in INDICATORS if indicator.group == name),
                "sharing": sharing(),
            }
            for name in names
        ],
    }


def _type_uid(name: str) -> str:
    return demo_uid("indicatorType", name)


def _indicator(indicator: Indicator) -> Payload:
    payload = named("indicator", indicator.code, indicator.name) | {
        "code": indicator.code,
        "annualized": False,
        "decimals": 1,
        "indicatorType": ref(_type_uid(indicator.kind)),
        "numerator": indicator.numerator,
        "numeratorDescription": indicator.numerator_words,
        "denominator": indicator.denominator,
        "denominatorDescription": indicator.denominator_words,
        "sharing": sharing(),
    }
    if indicator.legend_set is not None:
        payload["legendSets"] = [ref(legend_set_uid(indicator.legend_set))]
    return payload
