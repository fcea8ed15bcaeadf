"""Expressions of program rules: conversions, nulls, functions that ask about variables."""

from __future__ import annotations

import datetime
import math

import pytest

from expressions.dialects import PROGRAM_RULE
from expressions.errors import EvaluationError
from expressions.over_rules.candidates import Candidates
from expressions.over_rules.operands import as_text
from expressions.reading import read


class Named(dict):
    """Values by name; EvaluationError for a name that is not there."""

    def __missing__(self, name):
        raise EvaluationError(f"`{name}` is not known")


class Scope:
    """One event. `weight` was recorded thrice, `none` never."""

    variables = Named({
        "weight": 12.5, "count": 3.0, "name": "abc", "digits": "3", "yes": True, "no": False, "none": "",
        "nothing": None,
        "zero": 0.0, "born": datetime.date(2020, 2, 29), "day": "2024-03-01", "two words": 2.0,
    })  # fmt: skip
    environment = Named({
        "event_date": "2024-03-10", "current_date": "2024-03-11", "event_count": 2.0, "due_date": None,
        "org_unit": "DiszpKrYNg8",
    })  # fmt: skip
    constants = Named({"bCqvfPR02Im": 3.14})
    today = datetime.date(2024, 3, 11)
    user_roles = frozenset({"roleAAAAAAA"})
    user_groups = frozenset({"groupAAAAAA"})
    org_unit_groups = frozenset({"unitGroupAA", "RURAL"})

    def has_value(self, name):
        return name in self.variables and name not in ("none", "nothing")

    def candidates(self, name):
        if name not in self.variables:
            raise EvaluationError(f"`{name}` is not known")
        return Candidates({"weight": ["12.5", "10", "-2"], "name": ["abc", "x", "abc"]}.get(name, []))

    def event_date(self, name):
        return {"weight": datetime.date(2024, 3, 10), "name": self.today}.get(name)


def told(text):
    return read(text, PROGRAM_RULE).run(Scope())


@pytest.mark.parametrize(("text", "result"), [
    ("1 + 2", 3), ("5 - 2 - 1", 2), ("12 / 3 / 2", 2), ("2 ^ 3 ^ 2", 64), ("-3 ^ 2", -9), ("2 ^ -2", 0.25),
    ("7 % 4", 3),
    ("-7 % 3", -1), ("1 / 0", math.inf), ("-1 / 0", -math.inf), ("0.1 + 0.2", 0.30000000000000004), ("'3' + 1", 4),
    ("true + 1", 2), ("-'3'", -3), ("#{weight} * 2", 25), ("#{digits} + 1", 4), ("A{count} + 1", 4),
    ("#{two words} + 1", 3),
    ("C{bCqvfPR02Im}", 3.14), ("V{event_count} + 1", 3), ("#{yes} + 1", 2), ("+ #{count}", 3), ("#{none}", ""),
    ("#{name}", "abc"), ("V{event_date}", "2024-03-10"), ("#{nothing}", None), ("null", None), ("'a'", "a"),
    ("#{born} - #{born}", 0), ("#{born} + 0", 18321), ("10 ^ 400", math.inf),
])  # fmt: skip
def test_a_value_is_calculated(text, result):
    assert told(text) == result


@pytest.mark.parametrize("text", ["0 / 0", "1 % 0", "(-8) ^ 0.5", "d2:maxValue('none')", "d2:minValue('zero')"])
def test_a_calculation_may_give_no_number(text):
    assert math.isnan(told(text))


@pytest.mark.parametrize("text", [
    "1 + null", "null * 2", "-null", "'abc' + 1", "#{name} * 2", "#{none} + 1", "#{unknown}", "#{unknown} > 1",
    "V{unknown}",
    "C{AAAAAAAAAAA}", "null > 1", "1 >= null", "'abc' > 1", "#{nothing} < 'a'", "d2:count('unknown')",
    "d2:maxValue('name')",
    "d2:daysBetween(#{nothing}, '2024-01-01')", "d2:daysBetween('x', '2024-01-01')", "d2:length(1) + #{name}",
    "d2:round(1.5, #{name})", "d2:validatePattern('a', '(')", "'1_000' + 1",
])  # fmt: skip
def test_what_cannot_be_evaluated_says_why(text):
    with pytest.raises(EvaluationError) as raised:
        told(text)

    assert str(raised.value)


@pytest.mark.parametrize(("text", "result"), [
    ("1 == 1.0", True), ("#{digits} == 3", True), ("3 == '3'", True), ("#{name} == 3", False), ("#{name} != 3", True),
    ("#{name} == 'abc'", True), ("#{name} != 'abc'", False), ("null == null", True), ("#{nothing} == null", True),
    ("#{none} == null", False), ("#{none} == ''", True), ("#{zero} == null", False), ("#{yes} == 'true'", True),
    ("#{yes} == 'TRUE'", True), ("#{yes} == 1", True), ("#{no} == 'no'", True), ("#{yes} == 'yes'", False),
    ("true != false", True),
    ("#{day} > '2024-02-29'", True), ("#{day} < '2024-02-29'", False), ("#{born} == '2020-02-29'", True),
    ("#{born} < '2024-01-01'", True), ("V{event_date} <= V{current_date}", True), ("'10' < '9'", True),
    ("10 < '9'", False),
    ("#{weight} > 10", True), ("#{weight} >= 12.5", True), ("#{weight} < 10", False), ("#{weight} <= 12.5", True),
    ("#{yes} > #{no}", True), ("1 / 0 > 5", True), ("0 / 0 > 1", False), ("0 / 0 <= 1", False),
    ("0 / 0 == 0 / 0", False),
    ("true && true", True), ("true && false", False), ("false && null", False), ("false && #{unknown}", False),
    ("true && null", None),
    ("null && true", None), ("null && false", False), ("true || #{unknown}", True), ("false || true", True),
    ("null || true", True),
    ("null || false", None), ("false || null", None), ("false or false", False), ("not true", False),
    ("!null", None), ("!5", False),
    ("!0", True), ("!'true'", False), ("!'abc'", True), ("#{count} && true", True), ("#{zero} || false", False),
    ("1 < 2 and 2 < 3", True), ("not #{yes} or #{no}", False), ("1 + 1 == 2 && 2 * 2 == 4", True),
    ("true == false == false", True),
])  # fmt: skip
def test_a_condition_is_judged(text, result):
    assert told(text) is result


@pytest.mark.parametrize(("text", "result"), [
    ("d2:hasValue('weight')", True), ("d2:hasValue(#{weight})", True), ("d2:hasValue(A{weight})", True),
    ("d2:hasValue(\"name\")", True), ("d2:hasValue('none')", False), ("d2:hasValue('unknown')", False),
    ("d2:hasValue(#{unknown})", False), ("d2:hasValue(V{event_date})", True), ("d2:hasValue(V{due_date})", False),
    ("d2:hasValue(V{unknown})", False), ("d2:hasValue('zero')", True),
    ("d2:count('weight')", 3), ("d2:count(#{weight})", 3), ("d2:count('none')", 0),
    ("d2:countIfValue('name', 'abc')", 2),
    ("d2:countIfValue(#{name}, 'y')", 0), ("d2:countIfValue('weight', 10)", 1),
    ("d2:countIfValue('weight', '12.5')", 1),
    ("d2:countIfZeroPos('weight')", 2), ("d2:countIfZeroPos(#{weight})", 2), ("d2:maxValue('weight')", 12.5),
    ("d2:minValue('weight')", -2), ("d2:minValue(#{weight})", -2),
    ("d2:lastEventDate('weight')", datetime.date(2024, 3, 10)),
    ("d2:lastEventDate('none')", None), ("d2:daysBetween(d2:lastEventDate('weight'), V{current_date})", 1),
    ("d2:hasUserRole('roleAAAAAAA')", True), ("d2:hasUserRole('roleBBBBBBB')", False),
    ("d2:inUserGroup('groupAAAAAA')", True),
    ("d2:inUserGroup('x')", False), ("d2:inOrgUnitGroup('RURAL')", True), ("d2:inOrgUnitGroup('unitGroupAA')", True),
    ("d2:inOrgUnitGroup('URBAN')", False), ("d2:condition('#{weight} > 10', 'heavy', 'light')", "heavy"),
    ("d2:condition(\"#{name} == 'x'\", 1, 2)", 2), ("d2:condition('null', 1, 2)", 2),
    ("d2:condition('1 < 2', d2:condition('2 < 1', 'a', 'b'), 'c')", "b"),
    ("d2:ceil(#{weight})", 13), ("d2:ceil(null)", 0), ("d2:round(#{weight})", 13),
    ("d2:concatenate('a', #{count}, #{nothing}, true)", "a3true"),
    ("d2:daysBetween(#{day}, V{event_date})", 9), ("d2:addDays(#{born}, 1)", datetime.date(2020, 3, 1)),
    ("d2:length(#{name})", 3),
    ("d2:left(#{name}, 2)", "ab"), ("d2:zpvc(1, -1, 0)", 2), ("d2:contains(#{name}, 'b')", True),
])  # fmt: skip
def test_a_function_gives(text, result):
    assert told(text) == result
    assert isinstance(told(text), bool) == isinstance(result, bool)


@pytest.mark.parametrize(("value", "text"), [
    (3.0, "3"), (-3.0, "-3"), (2.5, "2.5"), (1e20, "1e+20"), (math.nan, "NaN"), (math.inf, "Infinity"),
    (-math.inf, "-Infinity"),
    (True, "true"), (False, "false"), ("a", "a"), (datetime.date(2024, 1, 5), "2024-01-05"), (None, None),
    (-0.0, "0"),
])  # fmt: skip
def test_a_value_is_told_and_stored_as(value, text):
    assert as_text(value) == text


class Seen(list):
    """Texts that count how often somebody goes through them."""

    times = 0

    def __iter__(self):
        self.times += 1
        return super().__iter__()


def test_values_are_gone_through_once_however_many_ask():
    """One request may hold ten thousand events, each of which counts over all of them."""
    numbers, names = Seen(["3", "-1"]), Seen(["abc", "x"])
    candidates, failing = Candidates(numbers), Candidates(names)

    for _ in range(50):
        assert (candidates.greatest(), candidates.least(), candidates.count_not_negative()) == (3, -1, 1)
        assert (candidates.count_of("3"), candidates.count(), failing.count_of("x")) == (1, 2, 1)
        with pytest.raises(EvaluationError, match="`abc` is not a number"):
            failing.greatest()

    assert (numbers.times, names.times) == (4, 2)


@pytest.mark.parametrize(("text", "result"), [
    ("10 > 2 + 3", True), ("7 == -(3 - 10)", True), ("'b' > 'a' && 2 > 1 + 0", True), ("1 + 'x'", None),
    ("#{weight} > 12 + 'x'", None), ("d2:round(0.49999999999999994)", 0), ("d2:round(-2.5)", -3),
    ("d2:round(4503599627370497.5)", 4503599627370498),
])  # fmt: skip
def test_constants_are_worked_out_beforehand_with_the_same_results(text, result):
    """Those that cannot be are told when the rule runs."""
    if result is None:
        with pytest.raises(EvaluationError, match="`x` is not a number"):
            told(text)
    else:
        assert told(text) == result
