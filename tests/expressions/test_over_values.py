"""Expressions over data values: operators, functions, nulls, missing values. Hand-calculated."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from expressions.dialects import PREDICTOR, PREDICTOR_SKIP_TEST, PROGRAM_INDICATOR, VALIDATION_RULE
from expressions.errors import EvaluationError
from expressions.kinds import Kind
from expressions.over_values.cells import Place
from expressions.reading import read
from expressions.strategies import MissingValueStrategy
from tests.expressions.shorthand import KINDS, key, keyed, spelled

ANY, ALL, NEVER = MissingValueStrategy

# Any kind of result, so that a table can hold them all.
DIALECT = replace(VALIDATION_RULE, name="rule of any kind", gives=Kind.ANY)
# A number, a fraction, zero, a text, a text that reads as a number, true, false, a day; N, M and U have no value.
VALUES = keyed({
    "A": Decimal(3), "B": Decimal("4.5"), "Z": Decimal(0), "T": "abc", "S": "3", "Y": True, "F": False,
    "D": datetime.date(2024, 2, 29), "L": "red,green,blue",
})  # fmt: skip


def given(text: str, strategy: str = NEVER):
    found = read(spelled(text), DIALECT).evaluate(VALUES, strategy, kinds=KINDS)
    return float(found) if isinstance(found, Decimal) else found


ARITHMETIC = [
    ("1", 1), ("2.", 2), (".5", 0.5), ("2.1E-1", 0.21), ("2e3", 2000), ("0", 0), ("0.25", 0.25), ("1e+2", 100),
    ("1 + 2", 3), ("1+2", 3), ("5 - 2 - 1", 2), ("5 - (2 - 1)", 4), ("2 * 3 + 4", 10), ("2 + 3 * 4", 14),
    ("(2 + 3) * 4", 20), ("12 / 3 / 2", 2), ("12 / (3 / 2)", 8), ("5 % 2 * 3", 3), ("7 % 4 / 2", 1.5), ("7 % 4", 3),
    ("-(7) % 3", -1), ("7 % -3", 1), ("7.5 % 2", 1.5), ("1 - -1", 2), ("1 - - 1", 2), ("+5", 5), ("- 5", -5),
    ("--5", 5), ("2 ^ 3", 8), ("2 ^ 3 ^ 2", 512), ("(2 ^ 3) ^ 2", 64), ("-(2) ^ 2", -4), ("-2 ^ 2", -4),
    ("(-2) ^ 2", 4), ("2 ^ -2", 0.25), ("2 ^ -2 ^ 2", 0.0625), ("2 ^ - -2", 4), ("4 ^ 0.5", 2), ("0 ^ 0", 1),
    ("2 * 3 ^ 2", 18), ("10 - 2 ^ 3", 2), ("1 / 4", 0.25), ("1 / 3", 0.3333333333333333),
    ("2 / 3", 0.6666666666666667),
    ("0.1 + 0.2", 0.3), ("0.1 * 3", 0.3), ("1 - 0.9", 0.1), ("1000000 * 1000000", 1e12),
    ("100 / 7 * 7", 100.00000000000003),
    ("'3' + 1", 4), ("'2' * '3'", 6), ("-'3'", -3), ("' 3 ' + 1", 4), ("'1e2' + 1", 101),
    ("<A> + <B>", 7.5), ("<A> - <B>", -1.5), ("<A> * <B>", 13.5), ("<B> / <A>", 1.5), ("<S> + 1", 4),
    ("<A> /* three */ + 1", 4), ("1 /* + 2 */", 1), ("1\n+\t2\r\n+ 3", 6), ("1/*a*//*b*/+1", 2),
]  # fmt: skip
NO_VALUE = [
    "1E99999999999999999999", "1E999999 % 3", "1E999999 * 1E999999", "10 ^ 10 ^ 10", "5 % 1E-999999",
    "log10(1E-999999)", "log10(1E999999)",
    "1 / 0", "0 / 0", "1 % 0", "<A> / <Z>", "1 + 1 / 0", "log(-1)", "log10(-1)", "log(0)", "log10(0)", "(-8) ^ 0.5",
    "0 ^ -1", "10 ^ 400", "<T> + 1", "1 + null", "null", "-null", "null * 0", "null ^ 2", "2 ^ null", "null % 2",
    "null / 2", "2 / null", "2 - null", "+null", "!null", "null == null", "null == 1", "1 != null", "null < 1",
    "1 >= null",
    "null && true", "null && false", "true && null", "false || null", "null || false", "null || null",
    "if(null, 1, 2)",
    "if(true, null, 2)", "removeZeros(0)", "removeZeros(0.0)", "removeZeros(<Z>)", "greatest(null)",
    "least(null, null)",
    "firstNonNull(null, null)", "contains(null, 'a')", "contains('a', null)", "containsItems(null, 'a')",
    "is(null in 1, 2)", "log(null)", "log(null, 2)", "log(2, null)", "log10(null)", "log(1, 1)", "removeZeros(null)",
    "greatest(<T>)",
]  # fmt: skip
COMPARISONS = [
    ("1 < 2", True), ("2 < 1", False), ("2 < 2", False), ("2 <= 2", True), ("1 <= 2", True), ("3 <= 2", False),
    ("2 > 1", True), ("1 > 2", False), ("2 > 2", False), ("2 >= 2", True), ("2 >= 3", False), ("1 == 1", True),
    ("1 == 1.0", True), ("1 == 2", False), ("1 != 2", True), ("1 != 1", False), ("'a' == 'a'", True),
    ("'a' == 'A'", False),
    ("'a' < 'b'", True), ("'b' < 'a'", False), ("'a' != 'b'", True), ("'10' < '9'", True), ("10 < '9'", False),
    ("'10' > 9", True), ("3 == '3'", True), ("'3.0' == 3", True), ("'3.0' == '3'", False), ("3 == 'abc'", False),
    ("3 < 'abc'", True), ("true == true", True), ("true == false", False), ("true != false", True),
    ("'true' == true", True),
    ("false < true", True), ("true > false", True), ("true == 'false'", False), ("true == 'yes'", False),
    ("true == false == false", True), ("1 < 2 == true", True), ("1 + 1 == 2", True), ("2 * 3 > 5", True),
    ("<T> == 'abc'", True), ("<T> != 'abd'", True), ("<S> == 3", True), ("<S> == <A>", True), ("<A> < <B>", True),
    ("<Y> == true", True), ("<D> == '2024-02-29'", True), ("<D> < '2024-03-01'", True), ("<D> > '2024-03-01'", False),
    ("log(0) < 0", True), ("1 / 3 * 3 == 1", False),
]  # fmt: skip
LOGIC = [
    ("true && true", True), ("true && false", False), ("false && true", False), ("false && false", False),
    ("true || false", True), ("false || true", True), ("false || false", False), ("true || true", True),
    ("!true", False), ("!false", True), ("! true", False), ("!!true", True), ("not true", False),
    ("not not true", True),
    ("true and true", True), ("true and false", False), ("false or true", True), ("true or false and false", True),
    ("true || true && false", True), ("(true || true) && false", False), ("! true <= false", True),
    ("!(1 > 2)", True), ("not (1 > 2)", True), ("not isNull(<A>)", True), ("!isNull(<A>) and true", True),
    ("false and null", False), ("true or null", True), ("null or true", True), ("false && null", False),
    ("<Y> && <F>", False), ("<Y> || <F>", True), ("!<F>", True), ("'true' && true", True),
    ("'false' || false", False),
    ("1 > 2 || 2 > 1", True), ("1 < 2 && 2 < 3 && 3 < 4", True), ("1 < 2 && 3 < 2 && null", False),
]  # fmt: skip
FUNCTIONS = [
    ("if(contains(1E999999, '1'), 1, 2)", 1), ("if('x' == 1E999999, 1, 2)", 2), ("7 % 1E400", 7), ("1E30 % 7", 1),
    ("contains(1E3, '1000')", True), ("contains(0.10, '0.1')", True),
    ("if(true, 1, 2)", 1), ("if(false, 1, 2)", 2), ("if(1 > 2, 'a', 'b')", "b"), ("if(<Y>, <A>, <B>)", 3),
    ("if(true, 1, 1 / 0)", 1), ("if('true', 1, 2)", 1), ("if(true, if(false, 1, 2), 3)", 2),
    ("isNull(<A>)", False), ("isNull(<N>)", True), ("isNull(null)", True), ("isNull(<N> + 1)", True),
    ("isNull(<A> + <N>)", True), ("isNotNull(<A>)", True), ("isNotNull(<N>)", False), ("isNotNull(null)", False),
    ("isNull(<Z>)", False), ("isNull('')", False),
    ("firstNonNull(<N>, <A>)", 3), ("firstNonNull(<N>, <M>, 7)", 7), ("firstNonNull(<A>, <B>)", 3),
    ("firstNonNull(null, 'x')", "x"), ("firstNonNull(<Z>, 1)", 0),
    ("greatest(1, 3, 2)", 3), ("greatest(1)", 1), ("greatest(null, 2)", 2), ("greatest(<A>, <B>)", 4.5),
    ("greatest('10', 9)", 10), ("least(1, 3, 2)", 1), ("least(null, 2, 1)", 1), ("least(<A>, <B>)", 3),
    ("greatest(-1, -2)", -1), ("least(-1, -2)", -2),
    ("log(1)", 0), ("log(2.718281828459045)", 1), ("log(8, 2)", 3), ("log(50, 3)", 3.5608767950073115),
    ("log(50, 0)", 0), ("log10(1000)", 3), ("log10(1)", 0), ("log10(50)", 1.6989700043360187),
    ("removeZeros(5)", 5), ("removeZeros(-1)", -1), ("removeZeros(<A>)", 3),
    ("contains('abcdef', 'cd')", True), ("contains('abcdef', 'ab', 'ef')", True),
    ("contains('abcdef', 'ab', 'x')", False),
    ("contains('abc', '')", True), ("contains('Abc', 'a')", False), ("contains(123, 2)", True),
    ("contains(<L>, 'green')", True), ("contains(<L>, 'gree')", True),
    ("containsItems(<L>, 'green')", True), ("containsItems(<L>, 'gree')", False),
    ("containsItems(<L>, 'red', 'blue')", True),
    ("containsItems(<L>, 'red', 'pink')", False), ("containsItems('1,2,3', 2)", True),
    ("containsItems('a', 'a')", True),
    ("is(3 in 1, 2, 3)", True), ("is(3 in 1, 2)", False), ("is(3 in 1, '3')", True), ("is('a' in 'a')", True),
    ("is('a' in 'b', 'c')", False), ("is(<T> in 'abc', 'def')", True), ("is(1 + 2 in 3)", True),
    ("is(true in 'true')", True),
    ("is(3 in null, 3)", True), ("is(3 in null)", False),
]  # fmt: skip
TEXTS = [
    ("'abc'", "abc"), ('"abc"', "abc"), ("''", ""), (r"'it\'s'", "it's"), (r'"a \"b\""', 'a "b"'),
    (r"'a\nb'", "a\nb"),
    (r"'a\tb'", "a\tb"), (r"'a\\b'", "a\\b"), (r"'\u0041'", "A"), (r"'\u00e9'", "é"), ("'it\"s'", 'it"s'),
    ("'é漢'", "é漢"),
    (r"'\ud83d\ude00'", "😀"), ("'#{not an item}'", "#{not an item}"), ("'/* text */'", "/* text */"),
    ("true", True), ("false", False), ("'null'", "null"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "result"), ARITHMETIC + COMPARISONS + LOGIC + FUNCTIONS + TEXTS)
def test_an_expression_gives(text, result):
    found = given(text)

    assert found == result
    assert isinstance(found, bool) == isinstance(result, bool)


@pytest.mark.parametrize("text", NO_VALUE)
def test_an_expression_has_no_value(text):
    assert given(text) is None


MISSING = [
    # any, all, never
    ("<A> + <B>", 7.5, 7.5, 7.5),
    ("<A> + <N>", None, 3, 3),
    ("<N> + <A>", None, 3, 3),
    ("<N> + <M>", None, None, 0),
    ("<N>", None, None, 0),
    ("<N> + 5", None, None, 5),
    ("5", 5, 5, 5),
    ("<A> * <N>", None, 0, 0),
    ("<A> - <N> + <B>", None, 7.5, 7.5),
    ("if(<A> > 2, <A>, <N>)", 3, 3, 3),  # what is not reached does not count
    ("if(<A> > 2, <N>, <A>)", None, 0, 0),
    ("if(<N> > 2, 1, 2)", None, None, 2),
    ("if(<F> && <N> > 0, 1, 2)", 2, 2, 2),
    ("if(<Y> || <N> > 0, 1, 2)", 1, 1, 1),
    ("if(isNull(<N>), 1, 2)", 1, 1, 1),  # asked about, not used
    ("if(isNull(<N>), 1, <N>)", 1, 1, 1),
    ("if(isNotNull(<N>), <N>, <A>)", 3, 3, 3),
    ("firstNonNull(<N>, <A>)", 3, 3, 3),
    ("firstNonNull(<N>, 7) + <A>", 10, 10, 10),
    ("firstNonNull(<N>, <M>) + <A>", None, None, None),  # a literal null, whatever the strategy
    ("greatest(<N>, <A>)", None, 3, 3),
    ("null + <A>", None, None, None),
    ("removeZeros(<Z>) + <A>", None, None, None),
    ("removeZeros(<N>)", None, None, None),
    ("if(<U> == '', 1, 2)", None, None, 1),  # a missing text is the empty one
    ("if(<X>, 1, 2)", None, None, None),  # a number is no boolean
    ("<A> / <N>", None, None, None),  # by 0
]


@pytest.mark.parametrize(("text", "any_missing", "all_missing", "never"), MISSING)
def test_a_missing_value_counts_as_its_strategy_says(text, any_missing, all_missing, never):
    assert given(text, ANY) == any_missing
    assert given(text, ALL) == all_missing
    assert given(text, NEVER) == never


def test_a_missing_boolean_is_false():
    expression = read(spelled("if(<G>, 1, 2)"), VALIDATION_RULE)

    assert expression.evaluate({}, NEVER, kinds={key("G"): Kind.BOOLEAN}) == 2


def test_nothing_stands_for_a_missing_date():
    kinds = {key("E"): Kind.DATE}

    assert read(spelled("if(<E> > '2024-01-01', 1, 2)"), VALIDATION_RULE).evaluate({}, NEVER, kinds=kinds) is None
    assert read(spelled("if(isNull(<E>), 1, 2)"), VALIDATION_RULE).evaluate({}, NEVER, kinds=kinds) == 1


PLACE = Place(
    ancestors=frozenset({"ancestor001"}), groups=frozenset({"groupAAAAAA", "groupBBBBBB"}),
    data_sets=frozenset({"dataSetAAAA"}), programs=frozenset({"programAAAA"}),
)  # fmt: skip


@pytest.mark.parametrize(("text", "holds"), [
    ("orgUnit.ancestor(ancestor001)", True), ("orgUnit.ancestor(ancestor002)", False),
    ("orgUnit.ancestor(ancestor002,ancestor001)", True), ("orgUnit.group(groupAAAAAA)", True),
    ("orgUnit.group( groupCCCCCC , groupBBBBBB )", True), ("orgUnit.group(groupCCCCCC)", False),
    ("orgUnit.dataSet(dataSetAAAA)", True), ("orgUnit.dataSet(groupAAAAAA)", False),
    ("orgUnit.program(programAAAA)", True), ("orgUnit.program(dataSetAAAA)", False),
])  # fmt: skip
def test_an_expression_asks_where_it_is(text, holds):
    expression = read(f"if({text}, 1, 0)", VALIDATION_RULE)

    assert expression.evaluate({}, NEVER, place=PLACE) == holds
    assert expression.evaluate({}, NEVER) == 0


def predicted(text, samples, strategy=NEVER, values=()):
    expression = read(spelled(text), PREDICTOR)
    numbers = [keyed({name: Decimal(value) for name, value in one.items()}) for one in samples]
    found = expression.evaluate(keyed(dict(values)), strategy, samples=numbers, kinds=KINDS)
    return float(found) if isinstance(found, Decimal) else found


FOUR = [{"A": 2}, {"A": 4}, {"A": 4}, {"A": 10}]


@pytest.mark.parametrize(("text", "result"), [
    ("sum(<A>)", 20), ("avg(<A>)", 5), ("count(<A>)", 4), ("min(<A>)", 2), ("max(<A>)", 10), ("median(<A>)", 4),
    ("stddev(<A>)", 3.4641016151377544), ("stddevSamp(<A>)", 3.4641016151377544), ("stddevPop(<A>)", 3.0),
    ("percentileCont(0, <A>)", 2), ("percentileCont(1, <A>)", 10), ("percentileCont(0.5, <A>)", 4),
    ("percentileCont(0.25, <A>)", 3.5), ("percentileCont(0.9, <A>)", 8.2), ("percentileCont(1.1, <A>)", None),
    ("percentileCont(-0.1, <A>)", None), ("percentileCont(null, <A>)", None),
    ("AVG(<A>)", 5), ("STDDEV(<A>)", 3.4641016151377544), ("SUM(<A>) + 1", 21), ("COUNT(<A>)", 4),
    ("avg(<A>) + 2 * stddev(<A>)", 11.928203230275509), ("sum(<A> * 2)", 40), ("sum(<A>) / count(<A>)", 5),
    ("sum(if(<A> > 3, 1, 0))", 3), ("max(<A>) - min(<A>)", 8), ("avg(<A>) + 1", 6),
    ("normDistCum(5, 5, 3)", 0.5), ("normDistDen(5, 5, 2)", 0.19947114020071635),
    ("normDistCum(8, 5, 3)", 0.8413447460685429),
    ("normDistDen(5, 5, 1E-400)", None), ("normDistCum(1E400, 5, 1)", None), ("sum(sum(<A>))", 80),
    ("sum(<A> - avg(<A>))", 0), ("percentileCont(0.5, if(<A> > 4, 9E999999, if(<A> < 4, -9E999999, <A>)))", 4),
    ("percentileCont(0.1, if(<A> > 2, 9E999999, -9E999999))", None),
    ("normDistCum(5, 5, 0)", None), ("normDistCum(5, 5, -1)", None),
])  # fmt: skip
def test_a_function_runs_over_the_samples(text, result):
    assert predicted(text, FOUR) == (pytest.approx(result) if result is not None else None)


def test_the_normal_distribution_is_that_of_the_samples():
    """Mean 5, standard deviation 3.4641: the value at hand is compared with them."""
    assert predicted("normDistCum(<A>)", FOUR, values={"A": Decimal(5)}) == pytest.approx(0.5)
    assert predicted("normDistCum(<A>, 1)", FOUR, values={"A": Decimal(1)}) == pytest.approx(0.5)


@pytest.mark.parametrize(("text", "result"), [
    ("count(<A>)", 0), ("sum(<A>)", None), ("avg(<A>)", None), ("max(<A>)", None), ("min(<A>)", None),
    ("median(<A>)", None), ("stddev(<A>)", None), ("percentileCont(0.5, <A>)", None), ("sum(<A>) + 1", None),
])  # fmt: skip
def test_there_may_be_no_samples(text, result):
    assert predicted(text, []) == result


TWO = [{"C": 2}, {"B": 1, "C": 3}]  # B is missing in the first, A in both


@pytest.mark.parametrize(("text", "any_missing", "all_missing", "never"), [
    ("sum(<B> + <C>)", 4, 6, 6), ("sum(<A> + <B>)", None, 1, 1), ("sum(<A> + <A>)", None, None, 0),
    ("count(<B>)", 1, 1, 2), ("count(<C>)", 2, 2, 2), ("avg(<B>)", 1, 1, 0.5), ("sum(<A>) + sum(<C>)", None, None, 5),
    ("sum(<C>) + <N>", None, 5, 5), ("sum(<N>) + <N>", None, None, 0),
])  # fmt: skip
def test_the_strategy_is_applied_in_each_sample(text, any_missing, all_missing, never):
    assert predicted(text, TWO, ANY) == any_missing
    assert predicted(text, TWO, ALL) == all_missing
    assert predicted(text, TWO, NEVER) == never


@pytest.mark.parametrize(("function", "result"), [("sum", 10 * 4.0**59), ("avg", 2.5), ("normDistCum", 0.1932380687)])
def test_aggregates_within_aggregates_are_computed_once(function, result):
    """Four samples to the power of sixty would never end."""
    expression = read(spelled(f"{function}(" * 60 + "<A>" + ")" * 60), PREDICTOR)
    samples = [keyed({"A": Decimal(number)}) for number in (1, 2, 3, 4)]

    assert [item.key for item in expression.items] == [key("A")]
    found = expression.evaluate(keyed({"A": Decimal(1)}), samples=samples)

    assert float(found) == pytest.approx(result)


def test_an_expression_is_evaluated_in_each_sample():
    """Twice the value is above the average of 2, 4, 4, 10 in all samples but the first."""
    expression = read(spelled("<A> * 2 > avg(<A>) and <B> == 1"), PREDICTOR_SKIP_TEST)
    samples = [keyed({name: Decimal(value) for name, value in one.items()} | {"B": Decimal(1)}) for one in FOUR]

    assert expression.evaluate_samples(samples, NEVER) == [False, True, True, True]


@pytest.mark.parametrize("text", [
    "d2:daysBetween('abc', '2024-01-01')", "d2:addDays(<T>, 1)", "d2:ceil(<T>)", "d2:round(<A> + 0, <T>)",
])  # fmt: skip
def test_what_a_function_cannot_be_called_with_is_told(text):
    expression = read(text.replace("<T>", "#{stageAAAAAA.elementAAAA}").replace("<A>", "1"), PROGRAM_INDICATOR)

    with pytest.raises(EvaluationError):
        expression.evaluate({"#{stageAAAAAA.elementAAAA}": "abc"})


def test_one_number_has_no_deviation():
    assert predicted("stddev(<A>)", [{"A": 7}]) == 0
    assert predicted("stddevPop(<A>)", [{"A": 7}]) == 0


def test_items_outside_of_a_function_are_those_of_the_period_itself():
    assert predicted("sum(<A>) + <A>", FOUR, values={"A": Decimal(100)}) == 120


def test_a_skip_test_gives_a_boolean():
    expression = read(spelled("<A> > 10 or <B> < 1"), PREDICTOR_SKIP_TEST)

    assert expression.evaluate(keyed({"A": Decimal(11), "B": Decimal(5)})) is True
    assert expression.evaluate(keyed({"A": Decimal(1), "B": Decimal(5)})) is False
    assert expression.evaluate({}) is None
