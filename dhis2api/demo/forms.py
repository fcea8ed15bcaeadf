"""Data sets and the data elements in them: what is reported, by whom, how often, and about how much of it.

`FORMS` is the one declaration; metadata payloads and data values are both made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import identifiers as ids
from .disaggregations import GENDER_AND_HIV_AGE, LOCATION_AND_AGE, LOCATION_ONLY, PARTNERS, Combo
from .geography import Geography, Place
from .identifiers import demo_uid


@dataclass(frozen=True, slots=True)
class Element:
    """One data element. `mean` is what a health centre reports in a period, over all option combos together."""

    name: str
    code: str
    mean: float = 0
    uid: str = ""
    combo: Combo | None = None
    value_type: str = "INTEGER_ZERO_OR_POSITIVE"
    aggregation: str = "SUM"
    # more of it in the rains, July to October
    is_seasonal: bool = False
    option_set: str | None = None
    zero_is_significant: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid or demo_uid("dataElement", self.code))


@dataclass(frozen=True, slots=True)
class Form:
    """One data set. `assigned` may report it; `reporting` of them did, in the periods of `values`."""

    name: str
    code: str
    period_type: str
    # section title → data elements
    sections: dict[str, tuple[Element, ...]]
    assigned: Callable[[Geography], list[Place]]
    reporting: Callable[[Geography], list[Place]]
    uid: str = ""
    attribute_combo: Combo | None = None
    # only members of this user group see or enter the data
    restricted_to: str | None = None
    # share of the expected reports that came in
    reporting_rate: float = 0.9

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid or demo_uid("dataSet", self.code))

    @property
    def elements(self) -> tuple[Element, ...]:
        return tuple(element for elements in self.sections.values() for element in elements)


def everywhere(places: Geography) -> list[Place]:
    return places.facilities


def one_in(count: int) -> Callable[[Geography], list[Place]]:
    """Every `count`-th facility, Ngelehun CHC among them: the first facility of Bo comes first."""
    return lambda places: places.facilities[::count]


def in_bo(places: Geography) -> list[Place]:
    return places.facilities_of(district="Bo")


def in_badjia_and_baoma(places: Geography) -> list[Place]:
    return places.facilities_of(chiefdom="Badjia") + places.facilities_of(chiefdom="Baoma")


def hospitals(places: Geography) -> list[Place]:
    return [place for place in places.facilities if place.kind == "Hospital"]


def with_kakua(places: Geography) -> list[Place]:
    """Kakua's facilities, the one with code M_CLINIC among them."""
    return places.facilities_of(chiefdom="Kakua")


def _doses(name: str, code: str, mean: float, uid: str = "") -> Element:
    return Element(name, code, mean, uid, combo=LOCATION_AND_AGE, value_type="NUMBER")


def _visits(name: str, code: str, mean: float, uid: str = "") -> Element:
    return Element(name, code, mean, uid, combo=LOCATION_ONLY, value_type="NUMBER")


def _tested(name: str, code: str, mean: float) -> Element:
    return Element(name, code, mean, combo=GENDER_AND_HIV_AGE)


FORMS: tuple[Form, ...] = (
    Form(
        "Mortality < 5 years",
        "MORTALITY_U5",
        "Monthly",
        {
            "Preventable by vaccine": (
                Element("Measles", "MORT_MEASLES", 0.06, ids.MEASLES),
                Element("Acute flaccid paralysis", "MORT_AFP", 0.02, ids.FLACCID_PARALYSIS),
                Element("Neonatal tetanus", "MORT_TETANUS", 0.03),
                Element("Yellow fever", "MORT_YELLOW_FEVER", 0.02),
            ),
            "Other causes": (
                Element("Dysentery", "MORT_DYSENTERY", 0.07, ids.DYSENTERY, is_seasonal=True),
                Element("Cholera", "MORT_CHOLERA", 0.03, ids.CHOLERA, is_seasonal=True),
                Element("Severe malaria", "MORT_MALARIA", 0.25, is_seasonal=True),
                Element("Pneumonia", "MORT_PNEUMONIA", 0.12),
            ),
        },
        assigned=everywhere,
        reporting=everywhere,
        uid=ids.MORTALITY,
    ),
    Form(
        "Child Health",
        "CHILD_HEALTH",
        "Monthly",
        {
            "Immunisation": (
                _doses("BCG doses given", "EPI_BCG", 21, ids.BCG),
                _doses("Penta1 doses given", "EPI_PENTA1", 20, ids.PENTA1),
                _doses("Penta3 doses given", "EPI_PENTA3", 17),
                _doses("Measles doses given", "EPI_MEASLES", 16),
                _doses("Measles second dose given", "EPI_MEASLES2", 11),
            ),
            "Nutrition": (_doses("Vitamin A doses given", "EPI_VITAMIN_A", 24),),
        },
        assigned=everywhere,
        reporting=one_in(16),
        uid=ids.CHILD_HEALTH,
    ),
    Form(
        "Reproductive Health",
        "REPRODUCTIVE_HEALTH",
        "Monthly",
        {
            "Antenatal care": (
                _visits("ANC 1st visit", "ANC_1", 19, ids.ANC_1),
                _visits("ANC 2nd visit", "ANC_2", 16),
                _visits("ANC 4th or later visit", "ANC_4", 11),
            ),
            "Delivery": (Element("Deliveries in facility", "DELIVERIES", 9),),
        },
        assigned=everywhere,
        reporting=one_in(12),
    ),
    Form(
        "(TB/HIV) VCCT",
        "(TB/HIV)VCCT",
        "Monthly",
        {
            "Counselling and testing": (
                _tested("Clients counselled for HIV", "VCCT_0", 40),
                _tested("Clients tested for HIV", "VCCT_1", 34),
                _tested("Clients tested HIV positive", "VCCT_2", 3),
            ),
            "TB and HIV": (
                _tested("TB patients tested for HIV", "PLHIV_TB_0", 9),
                _tested("TB patients living with HIV", "PLHIV_TB_1", 2),
            ),
        },
        assigned=everywhere,
        reporting=hospitals,
    ),
    Form(
        "Malaria",
        "MALARIA",
        "Monthly",
        {
            "Cases": (
                Element("Malaria suspected cases", "MAL_SUSPECTED", 80, is_seasonal=True),
                Element("Malaria cases tested", "MAL_TESTED", 71, is_seasonal=True),
                Element("Malaria cases confirmed", "MAL_CONFIRMED", 46, is_seasonal=True),
                Element("Malaria cases treated with ACT", "MAL_TREATED", 44, is_seasonal=True),
            ),
        },
        assigned=with_kakua,
        reporting=with_kakua,
        reporting_rate=1.0,
    ),
    Form(
        "Disease surveillance",
        "IDSR",
        "Weekly",
        {
            "Suspected cases": (
                Element("Measles suspected cases", "IDSR_MEASLES", 0.7, zero_is_significant=True),
                Element("Cholera suspected cases", "IDSR_CHOLERA", 0.4, is_seasonal=True, zero_is_significant=True),
                Element("Lassa fever suspected cases", "IDSR_LASSA", 0.1, zero_is_significant=True),
            ),
            "Response": (Element("Measles outbreak declared", "IDSR_OUTBREAK", value_type="BOOLEAN"),),
        },
        assigned=in_bo,
        reporting=in_badjia_and_baoma,
    ),
    Form(
        "Facility inventory",
        "INVENTORY",
        "Yearly",
        {
            "Building": (
                Element("Inpatient beds", "INV_BEDS", 6, aggregation="LAST"),
                Element(
                    "Main source of power",
                    "INV_POWER",
                    value_type="TEXT",
                    aggregation="NONE",
                    option_set="POWER_SOURCE",
                ),
                Element("Running water", "INV_WATER", value_type="BOOLEAN", aggregation="NONE"),
            ),
            "Management": (
                Element("Last supervision visit", "INV_SUPERVISION", value_type="DATE", aggregation="NONE"),
                Element("Share of posts filled", "INV_POSTS", value_type="PERCENTAGE", aggregation="AVERAGE"),
                Element("Telephone", "INV_PHONE", value_type="PHONE_NUMBER", aggregation="NONE"),
            ),
        },
        assigned=everywhere,
        reporting=in_bo,
        reporting_rate=1.0,
    ),
    Form(
        "Partner activities",
        "PARTNER_ACTIVITIES",
        "Quarterly",
        {
            "Activities": (
                Element("Outreach sessions held", "PART_SESSIONS", 5),
                Element("Children screened for malnutrition", "PART_SCREENED", 60),
            ),
        },
        assigned=in_bo,
        reporting=in_badjia_and_baoma,
        attribute_combo=PARTNERS,
    ),
    Form(
        "Maternal death audit",
        "DEATH_AUDIT",
        "Monthly",
        {"Audit": (Element("Maternal deaths audited", "AUDIT_DEATHS", 0.4, zero_is_significant=True),)},
        assigned=hospitals,
        reporting=hospitals,
        restricted_to=ids.REVIEW_GROUP,
    ),
)

# data element group set → group → codes of data elements
ELEMENT_GROUPS = {
    "Programme": {
        "Immunisation": ("EPI_BCG", "EPI_PENTA1", "EPI_PENTA3", "EPI_MEASLES", "EPI_MEASLES2"),
        "Measles": ("MORT_MEASLES", "EPI_MEASLES", "EPI_MEASLES2", "IDSR_MEASLES"),
        "Antenatal care": ("ANC_1", "ANC_2", "ANC_4"),
        "HIV": ("VCCT_0", "VCCT_1", "VCCT_2", "PLHIV_TB_0", "PLHIV_TB_1"),
        "Malaria": ("MORT_MALARIA", "MAL_SUSPECTED", "MAL_TESTED", "MAL_CONFIRMED", "MAL_TREATED"),
    },
}
