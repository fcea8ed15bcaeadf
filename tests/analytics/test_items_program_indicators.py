"""Program indicators as items: rows, filters, boundaries, what is counted, and what is refused."""

from __future__ import annotations

import pytest

from analytics.items.loading import Reading
from dhis2api.demo import identifiers as ids
from dhis2api.objects.uids import generate_uid
from expressions.kinds import Value
from metadata.models import (
    AnalyticsPeriodBoundary,
    CategoryCombo,
    Constant,
    DataElement,
    ProgramIndicator,
    ProgramStage,
)
from tests.analytics.asking import item, load
from tests.analytics.asking import value as value_of
from tests.harness.queries import query_counter
from tests.tracker.world import (
    Enrolled,
    day,
    enrolled_person,
    make_attribute,
    make_data_element,
    make_stage,
    stored_enrollment,
    stored_entity,
    stored_event,
    stored_value,
)
from tracker.models import Enrollment

pytestmark = pytest.mark.usefixtures("no_values")


@pytest.fixture
def care(no_values: None) -> Enrolled:
    """Somebody enrolled at Badjia on 5 January 2024, with an incident on 1 January."""
    found = enrolled_person()
    enrollment = found.enrollment
    enrollment.enrolled_at, enrollment.occurred_at = day("2024-01-05"), day("2024-01-01")
    enrollment.save()
    return found


@pytest.fixture
def weight(care: Enrolled) -> DataElement:
    return make_data_element(care.stage, value_type="NUMBER")


def indicator(care: Enrolled, expression: str, filter: str = "", type: str = "SUM", **members: object) -> str:
    """A program indicator, as an item."""
    combo = CategoryCombo.objects.get(name="default")
    made = ProgramIndicator.objects.create(**{
        "name": generate_uid(), "short_name": generate_uid(), "program": care.program, "expression": expression,
        "filter": filter, "aggregation_type": type, "category_combo": combo, "attribute_combo": combo, **members,
    })  # fmt: skip
    return f"I{{{made.uid}}}"


def visit(
    of: Enrolled | Enrollment, stage: ProgramStage, date: str, values: dict[DataElement, str], ou: str = ids.BADJIA,
    **members: object,
) -> None:  # fmt: skip
    """A completed event."""
    enrollment = of if isinstance(of, Enrollment) else of.enrollment
    stored_event(enrollment, stage, ou, values, **{"status": "COMPLETED", "occurred_at": day(date), **members})


def value(asked: str, *, pe: str = "202401", ou: str = ids.BADJIA) -> Value:
    return value_of(asked, pe=pe, ou=ou, reading=Reading.AGGREGATED)


def test_expression_is_evaluated_for_each_event_and_then_aggregated(care, weight):
    """In January 2 and 4 at Badjia, 6 at Ngelehun below it, and an event without a weight: each doubled."""
    text = f"#{{{care.stage.uid}.{weight.uid}}} * 2"
    for date, ou, number in (
        ("2024-01-01", ids.BADJIA, "2"), ("2024-01-31", ids.BADJIA, "4"), ("2024-01-15", ids.NGELEHUN_CHC, "6"),
        ("2024-02-01", ids.BADJIA, "100"),
    ):  # fmt: skip
        visit(care, care.stage, date, {weight: number}, ou)
    visit(care, care.stage, "2024-01-15", {})
    visit(care, care.stage, "2024-01-15", {weight: "100"}, deleted=True)

    found = {
        type: value(indicator(care, text, type=type))
        for type in ("SUM", "AVERAGE", "DEFAULT", "COUNT", "MIN", "MAX", "VARIANCE", "MIN_SUM_ORG_UNIT")
    }

    assert found == {
        "SUM": 24, "AVERAGE": 8, "DEFAULT": 8, "COUNT": 3, "MIN": 4, "MAX": 12, "VARIANCE": 16, "MIN_SUM_ORG_UNIT": 16
    }  # fmt: skip
    assert value(indicator(care, text), ou=ids.NGELEHUN_CHC) == 12
    assert value(indicator(care, text), pe="202402") == 200
    assert value(indicator(care, text), ou=ids.BAOMA) is None


def test_filter_says_which_rows_count(care, weight):
    sex = make_attribute(of_program=care.program, value_type="TEXT")
    stored_value(care.entity, sex, "F")
    limit = Constant.objects.create(name="Limit", short_name="Limit", value=3)
    element = f"#{{{care.stage.uid}.{weight.uid}}}"
    for number in ("2", "4"):
        visit(care, care.stage, "2024-01-10", {weight: number})
    visit(care, care.stage, "2024-01-10", {}, status="ACTIVE")

    def counted(filter: str) -> Value:
        return value(indicator(care, "V{event_count}", filter, "COUNT"))

    assert counted("") == 3
    assert counted(f"{element} > C{{{limit.uid}}}") == 1
    assert counted(f"A{{{sex.uid}}} == 'F' && {element} < 3") == 2  # what is missing is 0
    assert counted(f"A{{{sex.uid}}} == 'M'") is None
    assert counted(f"d2:hasValue({element})") == 2
    assert counted("V{event_status} == 'ACTIVE'") == 1
    assert counted(f"V{{program_stage_id}} == '{care.stage.uid}'") == 3
    assert counted("d2:daysBetween(V{enrollment_date}, V{event_date}) == 5") == 3


def test_different_events_enrollments_entities_and_places_are_counted(care):
    """Two events of one person, and one of somebody else, at two places."""
    other = stored_enrollment(stored_entity(care.type, ids.BADJIA), care.program, ids.BADJIA)
    visit(care, care.stage, "2024-01-10", {})
    visit(care, care.stage, "2024-01-20", {}, ids.NGELEHUN_CHC)
    visit(other, care.stage, "2024-01-20", {})

    found = [
        value(indicator(care, f"V{{{name}}}", type="COUNT"))
        for name in ("event_count", "enrollment_count", "tei_count", "org_unit_count")
    ]

    assert found == [3, 2, 2, 2]


def test_over_enrollments_the_last_value_of_a_stage_counts(care, weight):
    """The later 4 and not the earlier 2, though both lie outside of the month of the enrollment; of two values one is
    3 or more. Somebody without an incident date does not count."""
    stored_enrollment(
        stored_entity(care.type, ids.BADJIA), care.program, ids.BADJIA, enrolled_at=day("2024-01-05"), occurred_at=None
    )
    visit(care, care.stage, "2024-03-10", {weight: "4"})
    visit(care, care.stage, "2024-02-10", {weight: "2"})
    visit(care, care.stage, "2024-04-10", {})
    element = f"#{{{care.stage.uid}.{weight.uid}}}"
    over = {"analytics_type": "ENROLLMENT"}

    assert value(indicator(care, element, **over)) == 4
    assert value(indicator(care, f"d2:count({element})", **over)) == 2
    assert value(indicator(care, f"d2:countIfCondition({element}, '>= 3')", **over)) == 1
    assert value(indicator(care, "V{enrollment_count}", type="COUNT", **over)) == 1
    assert value(indicator(care, f"d2:daysBetween(V{{incident_date}}, PS_EVENTDATE:{care.stage.uid})", **over)) == 100
    assert value(indicator(care, element, **over), pe="202403") is None


def test_value_counts_look_at_the_values_of_their_expression(care, weight):
    """2 and -4 are two values, of which one is no less than 0: (2 - 4) / 2 and (2 - 4) / 1."""
    other = make_data_element(care.stage, value_type="NUMBER")
    visit(care, care.stage, "2024-01-10", {weight: "2", other: "-4"})
    total = f"(#{{{care.stage.uid}.{weight.uid}}} + #{{{care.stage.uid}.{other.uid}}})"

    assert value(indicator(care, f"{total} / V{{value_count}}")) == -1
    assert value(indicator(care, f"{total} / V{{zero_pos_value_count}}")) == -2


def test_element_counts_in_its_stage_alone(care, weight):
    second = make_stage(care.program)
    visit(care, care.stage, "2024-01-10", {weight: "2"})
    visit(care, second, "2024-01-10", {weight: "40"})

    assert value(indicator(care, f"#{{{care.stage.uid}.{weight.uid}}}")) == 2
    assert value(indicator(care, f"#{{{second.uid}.{weight.uid}}}")) == 40


# Events on 10 December, January, February; enrolled on 5 January, the incident on 1 January.
AFTER_START, BEFORE_START = "AFTER_START_OF_REPORTING_PERIOD", "BEFORE_START_OF_REPORTING_PERIOD"
AFTER_END, BEFORE_END = "AFTER_END_OF_REPORTING_PERIOD", "BEFORE_END_OF_REPORTING_PERIOD"
BOUNDARIES = [
    ("cumulative", [("EVENT_DATE", BEFORE_END, None, 0)], 2),
    ("before", [("EVENT_DATE", BEFORE_START, None, 0)], 1),
    ("after", [("EVENT_DATE", AFTER_END, None, 0)], 1),
    ("and the month before", [("EVENT_DATE", AFTER_START, "Monthly", -1), ("EVENT_DATE", BEFORE_END, None, 0)], 2),
    ("ten days later", [("EVENT_DATE", AFTER_START, "Daily", 10), ("EVENT_DATE", BEFORE_END, None, 0)], None),
    ("enrolled in the month", [("ENROLLMENT_DATE", AFTER_START, None, 0), ("ENROLLMENT_DATE", BEFORE_END, None, 0)], 3),
    ("incident before it", [("INCIDENT_DATE", BEFORE_START, None, 0)], None),
]


@pytest.mark.parametrize(("boundaries", "expected"), [case[1:] for case in BOUNDARIES], ids=[c[0] for c in BOUNDARIES])
def test_boundaries_say_when_it_must_have_happened(care, boundaries, expected):
    for date in ("2023-12-10", "2024-01-10", "2024-02-10"):
        visit(care, care.stage, date, {})
    asked = indicator(care, "V{event_count}", type="COUNT")
    made = ProgramIndicator.objects.get(uid=asked[2:-1])
    for order, (target, side, type, offset) in enumerate(boundaries):
        AnalyticsPeriodBoundary.objects.create(
            program_indicator=made, boundary_target=target, analytics_period_boundary_type=side,
            offset_period_type=type, offset_periods=offset, sort_order=order,
        )  # fmt: skip

    assert value(asked) == expected


def test_offset_of_an_expression_shifts_the_period(care):
    visit(care, care.stage, "2024-01-10", {})
    asked = item(indicator(care, "V{event_count}", type="COUNT"), period_offset=-1)

    assert value(asked, pe="202402") == 1


REFUSED = [
    ({"type": "LAST"}, "1", "not aggregated by LAST"),
    ({}, "V{event_count} / 2", "V{event_count}"),
    ({"analytics_type": "ENROLLMENT"}, "V{event_count}", "V{event_count}"),
    ({}, "d2:relationshipCount()", "d2:relationshipCount()"),
    ({"org_unit_field": "REGISTRATION"}, "1", "count at REGISTRATION"),
    ({}, "1 +", "Unexpected end"),
    ({}, "", "no expression"),
]


@pytest.mark.parametrize(("members", "expression", "reason"), REFUSED)
def test_what_is_not_computed_is_refused_in_words(care, members, expression, reason):
    asked = item(indicator(care, expression, **members))

    values = load(asked, ou=[ids.BADJIA])

    assert reason in values.refused[asked.key]


def test_confidential_attributes_have_no_values(care):
    secret = make_attribute(of_program=care.program, value_type="NUMBER", confidential=True)
    stored_value(care.entity, secret, "5")
    visit(care, care.stage, "2024-01-10", {})

    assert value(indicator(care, f"A{{{secret.uid}}}")) is None


def test_indicators_of_one_program_and_one_time_are_one_window(care, weight):
    """Each event is held against each window, however many indicators are asked for."""
    element = f"#{{{care.stage.uid}.{weight.uid}}}"
    visit(care, care.stage, "2024-01-10", {weight: "5"})

    def asked(count: int) -> int:
        made = [indicator(care, f"{element} + {number}") for number in range(count)]
        with query_counter() as found:
            load(*made, pe=["202401"], ou=[ids.BADJIA])
        assert [value(one) for one in made] == [5 + number for number in range(count)]
        return next(len(statement) for statement in found.count.statements if "jsonb_build_array" in statement)

    assert asked(1) == asked(5)


def test_number_of_queries_depends_on_neither_indicators_nor_units_periods_and_rows(care, weight):
    element = f"#{{{care.stage.uid}.{weight.uid}}}"

    def asked(count: int, units: list[str], months: int) -> int:
        made = [indicator(care, f"{element} + {number}") for number in range(count)]
        made += [indicator(care, element, analytics_type="ENROLLMENT") for _ in range(count)]
        periods = [f"2024{month:02}" for month in range(1, months + 1)]
        for pe in periods:
            visit(care, care.stage, f"{pe[:4]}-{pe[4:]}-10", {weight: "5"})
        with query_counter() as few:
            load(*made, pe=periods, ou=units)
        return few.count - len(units)  # the test's own look-ups

    assert asked(1, [ids.BADJIA], 1) == asked(3, [ids.BADJIA, ids.BO, ids.NGELEHUN_CHC], 5) <= 12
