"""What individual data is collected by: persons, what is known of them, and the programs that follow or count them.

`PROGRAMS` is the one declaration: metadata payloads are made from it, and whatever data the demo has follows it.
Nothing in the documentation's program is mandatory, since its example gives a person without any attribute.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import identifiers as ids
from .identifiers import demo_uid


@dataclass(frozen=True, slots=True)
class PersonAttribute:
    """One tracked entity attribute of persons."""

    name: str
    code: str
    value_type: str = "TEXT"
    option_set: str | None = None
    unique: bool = False
    searchable: bool = False
    # the text pattern of a generated attribute
    pattern: str | None = None

    @property
    def uid(self) -> str:
        return demo_uid("trackedEntityAttribute", self.code)


@dataclass(frozen=True, slots=True)
class Question:
    """One data element of a stage."""

    name: str
    code: str
    value_type: str = "TEXT"
    uid: str = ""
    option_set: str | None = None
    aggregation: str = "NONE"

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid or demo_uid("dataElement", self.code))


@dataclass(frozen=True, slots=True)
class Stage:
    """A kind of event."""

    name: str
    questions: tuple[Question, ...]
    uid: str = ""
    repeatable: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid or demo_uid("programStage", self.name))


@dataclass(frozen=True, slots=True)
class TrackerProgram:
    """A program; one that asks for no attributes is an event program."""

    name: str
    code: str
    stages: tuple[Stage, ...]
    attributes: tuple[PersonAttribute, ...] = ()
    access_level: str = "OPEN"
    uid: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "uid", self.uid or demo_uid("program", self.code))

    @property
    def is_registration(self) -> bool:
        return bool(self.attributes)


FIRST_NAME = PersonAttribute("First name", "PERSON_FIRST_NAME", searchable=True)
LAST_NAME = PersonAttribute("Last name", "PERSON_LAST_NAME", searchable=True)
NATIONAL_ID = PersonAttribute("National identification number", "PERSON_NATIONAL_ID", unique=True, searchable=True)
DATE_OF_BIRTH = PersonAttribute("Date of birth", "PERSON_BIRTH_DATE", "DATE")
SEX = PersonAttribute("Sex", "PERSON_SEX", option_set="SEX")
PATIENT_NUMBER = PersonAttribute(
    "Patient number", "PERSON_NUMBER", unique=True, searchable=True, pattern='"SL-" + SEQUENTIAL(#######)'
)
PERSON_ATTRIBUTES = (FIRST_NAME, LAST_NAME, NATIONAL_ID, DATE_OF_BIRTH, SEX, PATIENT_NUMBER)

FOLLOW_UP = TrackerProgram(
    "Community health follow-up",
    "FOLLOW_UP",
    (
        Stage(
            "Home visit",
            (
                Question("Age at visit in years", "VISIT_AGE", "NUMBER", ids.AGE_AT_VISIT, aggregation="AVERAGE"),
                Question("Sex noted at visit", "VISIT_SEX", "TEXT", ids.SEX_AT_VISIT, option_set="SEX"),
                Question("Place of visit", "VISIT_PLACE", "COORDINATE", ids.PLACE_OF_VISIT),
                Question("Weight in kg", "VISIT_WEIGHT", "NUMBER", aggregation="AVERAGE"),
                Question("Has fever", "VISIT_FEVER", "BOOLEAN"),
            ),
            ids.HOME_VISIT,
        ),
        Stage(
            "Referral to a facility",
            (
                Question("Reason for referral", "REFERRAL_REASON", "LONG_TEXT"),
                Question("Date of next visit", "REFERRAL_NEXT", "DATE"),
                Question("Was urgent", "REFERRAL_URGENT", "TRUE_ONLY"),
            ),
            ids.REFERRAL,
        ),
    ),
    PERSON_ATTRIBUTES,
    uid=ids.FOLLOW_UP,
)

PROGRAMS = (
    FOLLOW_UP,
    TrackerProgram(
        "Tuberculosis treatment",
        "TB_TREATMENT",
        (
            Stage(
                "Diagnosis",
                (
                    Question("Sputum test result", "TB_SPUTUM", option_set="TEST_RESULT"),
                    Question("Date of sputum sample", "TB_SPUTUM_DATE", "DATE"),
                ),
                repeatable=False,
            ),
            Stage("Treatment visit", (Question("Doses taken since visit", "TB_DOSES", "INTEGER_ZERO_OR_POSITIVE"),)),
        ),
        (FIRST_NAME, LAST_NAME, DATE_OF_BIRTH, SEX, PATIENT_NUMBER),
        access_level="PROTECTED",
    ),
    TrackerProgram(
        "Survivors of violence",
        "SURVIVORS",
        (Stage("Consultation", (Question("Support offered", "SURVIVOR_SUPPORT", "LONG_TEXT"),)),),
        (FIRST_NAME, LAST_NAME, SEX),
        access_level="CLOSED",
    ),
    TrackerProgram(
        "Malaria case investigation",
        "MALARIA_CASES",
        (
            Stage(
                "Malaria case",
                (
                    Question("Case age in years", "CASE_AGE", "INTEGER_ZERO_OR_POSITIVE", aggregation="AVERAGE"),
                    Question("Case sex", "CASE_SEX", option_set="SEX"),
                    Question("Date of first symptoms", "CASE_SYMPTOMS", "DATE"),
                    Question("Rapid test result", "CASE_TEST", option_set="TEST_RESULT"),
                    Question("Slept under a net", "CASE_NET", "BOOLEAN"),
                ),
                repeatable=False,
            ),
        ),
    ),
)
