"""Reading: what is well-formed in which dialect, where it is not, and what was read written down again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressions import dialects
from expressions.dialects import (
    INDICATOR,
    PREDICTOR,
    PREDICTOR_SKIP_TEST,
    PROGRAM_INDICATOR,
    PROGRAM_INDICATOR_FILTER,
    PROGRAM_RULE,
    VALIDATION_RULE,
)
from expressions.errors import EvaluationError, ExpressionError
from expressions.items import ItemKind
from expressions.over_rules.candidates import Candidates
from expressions.reading import LONGEST, bind, read
from tests.expressions.shorthand import spelled

EVERY_DIALECT = [one for one in vars(dialects).values() if isinstance(one, dialects.Dialect)]
A, B, C = "AAAAAAAAAAA", "BBBBBBBBBBB", "CCCCCCCCCCC"

BROKEN = [
    # text, where it breaks off, what is said
    ("", 0, "Unexpected end"), ("   ", 3, "Unexpected end"), ("1 +", 3, "Unexpected end"),
    ("(1", 2, "Unexpected end"),
    ("1)", 1, "Unexpected `)`"), ("1 2", 2, "Unexpected `2`"), ("* 2", 0, "Unexpected `*`"),
    ("1 + * 2", 4, "Unexpected `*`"),
    ("007", 0, "Unexpected `0`"), ("01", 0, "Unexpected `0`"), ("2abc", 0, "Unexpected `2`"),
    ("1.2.3", 0, "Unexpected `1`"),
    ("'abc", 0, "Unexpected `'`"), ("#{", 0, "Unexpected `#`"), ("#{}", 0, "`#{}` is no item of a validation rule"),
    ("1 + #{abc}", 4, "`#{abc}` is no item"), (f"#{{{A} }}", 0, "is no item"), (f"# {{{A}}}", 0, "Unexpected `#`"),
    (f"#{{{A}.{B}.{C}.{A}}}", 0, "is no item"), (f"#{{{A}.}}", 0, "is no item"), (f"D{{{A}}}", 0, "is no item"),
    (f"R{{{A}.RATE}}", 0, "is no item"), ("[day]", 0, "is no item"), ("OUG{x}", 0, "is no item"),
    (f"Q{{{A}}}", 0, "is no item"),
    ("foo(1)", 0, "A validation rule has no function `foo`"), ("IF(true, 1, 2)", 0, "no function `IF`"),
    ("1 + if(true, 1)", 4, "if() does not take 2 arguments"), ("if()", 0, "if() does not take 0 arguments"),
    ("isNull(1, 2)", 0, "does not take 2"), ("log(1, 2, 3)", 0, "does not take 3"),
    ("if (true, 1, 2)", 0, "Unexpected `i`"),
    ("notisNull(1)", 0, "no function `notisNull`"), ("true false", 5, "Unexpected `false`"),
    ("True", 0, "Unexpected `T`"),
    ("1 = 1", 2, "Unexpected `=`"), ("1 <> 2", 3, "Unexpected `>`"), ("1 & 2", 2, "Unexpected `&`"),
    ("1,2", 1, "Unexpected `,`"),
    ("/* open", 0, "Unexpected `/`"), ("is(1)", 4, "Unexpected `)`"), ("1 in 2", 2, "Unexpected"),
    ("1 ^ 2 ^", 7, "Unexpected end"), ("1;2", 1, "Unexpected `;`"), ("$x", 0, "Unexpected `$`"),
    ("é", 0, "Unexpected `é`"),
    ("orgUnit.group()", 14, "Unexpected `)`"), ("orgUnit.group('x')", 14, "Unexpected"),
    ("orgUnit.size(AAAAAAAAAAA)", 0, "no function"),
]  # fmt: skip
OF_ANOTHER_KIND = [
    # text, dialect, what is said
    ("'abc'", VALIDATION_RULE, "must give a number, not a text"), ("true", VALIDATION_RULE, "must give a number"),
    ("1 > 2", INDICATOR, "must give a number, not a boolean"), ("1 && true", VALIDATION_RULE, "`&&` takes a boolean"),
    ("!5", VALIDATION_RULE, "`!` takes a boolean, not a number"), ("1 + true", VALIDATION_RULE, "`+` takes a number"),
    ("1 + 'abc'", VALIDATION_RULE, "`+` takes a number, not a text"),
    ("if(1, 2, 3)", INDICATOR, "if() takes a boolean"),
    ("2 * (1 > 0)", INDICATOR, "`*` takes a number"), ("greatest(1, true)", INDICATOR, "greatest() takes a number"),
    ("1", PREDICTOR_SKIP_TEST, "must give a boolean, not a number"),
    ("'abc'", PREDICTOR_SKIP_TEST, "must give a boolean"),
    ("1 + 1", PROGRAM_INDICATOR_FILTER, "must give a boolean"),
    ("if(true, 'a', 'b')", VALIDATION_RULE, "must give a number"),
    ("-true", VALIDATION_RULE, "`-` takes a number"), ("is(1 in 1)", VALIDATION_RULE, "must give a number"),
    ("isNull(1)", INDICATOR, "must give a number"),
    ("orgUnit.group(AAAAAAAAAAA)", VALIDATION_RULE, "must give a number"),
]  # fmt: skip
WELL_FORMED = [
    ("if(true, 1, 'a')", VALIDATION_RULE), ("'5'", VALIDATION_RULE), ("'1' + '2'", VALIDATION_RULE),
    ("null", VALIDATION_RULE),
    ("'true' && true", PREDICTOR_SKIP_TEST), ("null", PREDICTOR_SKIP_TEST), ("<A>", PREDICTOR_SKIP_TEST),
    ("'abc'", PREDICTOR),
    ("true", PREDICTOR), ("2.", INDICATOR), (".2", INDICATOR), ("2.1E-1", INDICATOR), ("'abc'", PROGRAM_RULE),
    ("!5", PROGRAM_RULE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "position", "said"), BROKEN)
def test_it_is_told_where_an_expression_breaks_off(text, position, said):
    with pytest.raises(ExpressionError) as raised:
        read(text, VALIDATION_RULE)

    assert raised.value.position == position
    assert (raised.value.line, raised.value.column) == (1, position + 1)
    assert said in raised.value.message


def test_lines_are_counted():
    with pytest.raises(ExpressionError) as raised:
        read("1 +\n  2 +\n  )", VALIDATION_RULE)

    assert (raised.value.line, raised.value.column) == (3, 3)
    assert "line 3, column 3" in str(raised.value)


@pytest.mark.parametrize(("text", "dialect", "said"), OF_ANOTHER_KIND)
def test_an_expression_must_give_what_is_wanted(text, dialect, said):
    with pytest.raises(ExpressionError, match=re.escape(said)):
        read(text, dialect)


@pytest.mark.parametrize(("text", "dialect"), WELL_FORMED)
def test_what_may_become_the_kind_that_is_wanted_is_well_formed(text, dialect):
    assert read(spelled(text), dialect).text == spelled(text)


ITEMS = [
    # text, kind, parts, the dialects that know it
    (f"#{{{A}}}", ItemKind.DATA_ELEMENT, (A,), "IVPS"), (f"#{{{A}.{B}}}", ItemKind.DATA_ELEMENT, (A, B), "IVPSJF"),
    (f"#{{{A}.*}}", ItemKind.DATA_ELEMENT, (A, "*"), "IVPS"), (f"#{{{A}.*.{C}}}", ItemKind.DATA_ELEMENT,
    (A, "*", C), "IVPS"),
    (f"#{{{A}.{B}.{C}}}", ItemKind.DATA_ELEMENT, (A, B, C), "IVPS"), (f"#{{{A}.{B}.*}}", ItemKind.DATA_ELEMENT,
    (A, B, "*"), "IVPS"),
    (f"#{{deGroup:{A}}}", ItemKind.DATA_ELEMENT, (f"deGroup:{A}",), "IVPS"),
    (f"#{{{A}.co:{B}}}", ItemKind.DATA_ELEMENT, (A, f"co:{B}"), "IVPS"),
    (f"#{{{A}.coGroup:{B}&{C}}}", ItemKind.DATA_ELEMENT, (A, f"coGroup:{B}&{C}"), "IVPS"),
    (f"D{{{A}.{B}}}", ItemKind.PROGRAM_DATA_ELEMENT, (A, B), "IVPS"),
    (f"A{{{A}.{B}}}", ItemKind.PROGRAM_ATTRIBUTE, (A, B), "IVPS"),
    (f"I{{{A}}}", ItemKind.PROGRAM_INDICATOR, (A,), "IVPS"), (f"N{{{A}}}", ItemKind.INDICATOR, (A,), "I"),
    (f"R{{{A}.REPORTING_RATE}}", ItemKind.REPORTING_RATE, (A, "REPORTING_RATE"), "IVPS"),
    (f"R{{{A}.ACTUAL_REPORTS_ON_TIME}}", ItemKind.REPORTING_RATE, (A, "ACTUAL_REPORTS_ON_TIME"), "IVPS"),
    (f"C{{{A}}}", ItemKind.CONSTANT, (A,), "IVPSRJF"), (f"OUG{{{A}}}", ItemKind.ORG_UNIT_GROUP, (A,), "IVPS"),
    ("[days]", ItemKind.DAYS, (), "IVPS"), ("[periodInYear]", ItemKind.PERIOD_IN_YEAR, (), "I"),
    ("[yearlyPeriodCount]", ItemKind.YEARLY_PERIOD_COUNT, (), "I"), (f"A{{{A}}}", ItemKind.ATTRIBUTE, (A,), "JF"),
    (f"PS_EVENTDATE:{A}", ItemKind.STAGE_EVENT_DATE, (A,), "JF"), ("V{event_count}", ItemKind.ENVIRONMENT,
    ("event_count",), "RJF"),
    ("#{any name-1.x}", ItemKind.VARIABLE, ("any name-1.x",), "R"), ("A{a name}", ItemKind.VARIABLE,
    ("a name",), "R"),
]  # fmt: skip
LETTERS = {
    "I": INDICATOR, "V": VALIDATION_RULE, "P": PREDICTOR, "S": PREDICTOR_SKIP_TEST, "R": PROGRAM_RULE,
    "J": PROGRAM_INDICATOR, "F": PROGRAM_INDICATOR_FILTER,
}  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "parts", "known_by"), ITEMS)
def test_an_item_is_one_in_its_dialects_only(text, kind, parts, known_by):
    for letter, dialect in LETTERS.items():
        if letter in known_by:
            (item,) = read(f"isNull({text})" if letter in "SF" else text, dialect).items
            assert item.key == text
            if letter == known_by[0]:
                assert (item.kind, item.parts) == (kind, parts)
        elif kind not in (ItemKind.DATA_ELEMENT, ItemKind.PROGRAM_ATTRIBUTE, ItemKind.ATTRIBUTE) or letter not in "RJF":
            with pytest.raises(ExpressionError):
                read(text, dialect)


def test_items_are_told_once_each_in_their_order():
    expression = read(spelled("<B> + <A> * <B> - if(isNull(<C>), 1, <A>)"), VALIDATION_RULE)

    assert [item.parts[0][0] for item in expression.items] == ["B", "A", "C"]


def test_items_are_told_by_where_their_values_come_from():
    expression = read(spelled("avg(<A> + <B>) + <B> + percentileCont(<C>, <D>)"), PREDICTOR)

    assert {item.parts[0][0] for item in expression.sampled} == {"A", "B", "D"}
    assert {item.parts[0][0] for item in expression.unsampled} == {"B", "C"}
    assert expression.samples and not read(spelled("<A>"), PREDICTOR).samples


@pytest.mark.parametrize(("text", "key"), [
    ("<A>.periodOffset(-1)", "<A>.periodOffset(-1)"), ("<A>.periodOffset(1)", "<A>.periodOffset(1)"),
    ("<A>.periodOffset(+2)", "<A>.periodOffset(2)"),
    ("(<A>.periodOffset(-1)).periodOffset(-2)", "<A>.periodOffset(-3)"),
    ("<A>.periodOffset(1).periodOffset(-1)", "<A>"), ("<A>.minDate(2024-1-5)", "<A>.minDate(2024-01-05)"),
    ("<A>.maxDate(2024-12-31).minDate(2024-01-01)", "<A>.minDate(2024-01-01).maxDate(2024-12-31)"),
    ("<A>.aggregationType(MAX)", "<A>.aggregationType(MAX)"), ("<A>.yearToDate()", "<A>.yearToDate()"),
    ("subExpression(<A> + 1)", "subExpression(<A> + 1)"),
])  # fmt: skip
def test_dot_functions_say_which_data_an_item_means(text, key):
    (item,) = read(spelled(text), INDICATOR).items

    assert item.key == spelled(key)


def test_a_dot_function_behind_brackets_is_for_all_within():
    expression = read(spelled("(<A> + <B>.periodOffset(1)).periodOffset(-2)"), INDICATOR)

    assert [item.modifiers.period_offset for item in expression.items] == [-2, -1]


@pytest.mark.parametrize(("text", "dialect"), [
    ("<A>.periodOffset(-1)", PREDICTOR), ("<A>.minDate(2024-01-01)", VALIDATION_RULE),
    ("<A>.yearToDate()", PREDICTOR),
    ("<A>.minDate(2024-02-30)", INDICATOR), ("<A>.periodOffset(1.5)", INDICATOR),
    ("<A>.periodOffset(99999)", INDICATOR),
    ("<A>.aggregationType(sum)", INDICATOR), ("<A>.minDate('2024-01-01')", INDICATOR),
    ("sum(<A>)", VALIDATION_RULE), ("d2:ceil(1)", INDICATOR), ("if(true, 1, 2)", PROGRAM_RULE),
    ("isNull(1)", PROGRAM_RULE),
    ("orgUnit.group(AAAAAAAAAAA) && true", INDICATOR), ("forEach ?x in :DEG:AAAAAAAAAAA --> 1", VALIDATION_RULE),
    ("subExpression(1)", PREDICTOR), ("d2:relationshipCount('x')", PROGRAM_RULE),
    ("d2:countIfCondition(1, '< 2')", PROGRAM_RULE),
    ("d2:condition(1, 2, 3)", PROGRAM_RULE), ("d2:condition('1 +', 2, 3)", PROGRAM_RULE), ("avg(1)", PROGRAM_RULE),
])  # fmt: skip
def test_what_another_dialect_knows_is_refused(text, dialect):
    with pytest.raises(ExpressionError):
        read(spelled(text), dialect)


def test_for_each_stands_for_an_expression_for_every_member():
    expression = read(
        "forEach ?de in :DEG:GGGGGGGGGGG --> sum(#{?de}) + #{?de.*} /* ?de */ + #{AAAAAAAAAAA}", PREDICTOR
    )

    assert (expression.for_each.variable, expression.for_each.group) == ("?de", "GGGGGGGGGGG")
    bound = bind(expression, B)
    assert bound.text.strip() == f"sum(#{{{B}}}) + #{{{B}.*}} /* ?de */ + #{{AAAAAAAAAAA}}"
    assert bound.for_each is None


@pytest.mark.parametrize(("text", "description"), [
    ("( <A> - <B> ) / <C>", "( nA - nB ) / nC"), ("<A>", "nA"), ("5", "5"),
    ("<A> + '#{BBBBBBBBBBB}'", "nA + '#{BBBBBBBBBBB}'"),
    ("<A> /* <B> */", "nA /* #{BBBBBBBBBBB} */"), ("<A>.periodOffset(-1)", "nA.periodOffset(-1)"),
    ("sum(<A>)", "sum(nA)"),
])  # fmt: skip
def test_a_description_names_the_items_and_leaves_the_rest(text, description):
    dialect = PREDICTOR if text.startswith("sum") else INDICATOR
    text = (
        spelled(text).replace("'#{BBBBBBBBBBB}'", "if('#{BBBBBBBBBBB}' == 'x', 1, 2)") if "'" in text else spelled(text)
    )
    description = description.replace("'#{BBBBBBBBBBB}'", "if('#{BBBBBBBBBBB}' == 'x', 1, 2)")

    assert read(text, dialect).describe(lambda item: f"n{item.parts[0][0]}") == description


# What is written is read back, for every tree that there can be.
NUMBERS = st.sampled_from(["0", "1", "2.5", "1e3", ".5", "2."])
LEAVES = st.one_of(
    NUMBERS, st.sampled_from(["<A>", "<B>", "<C>.periodOffset(-1)", "null", "[days]", "N{CCCCCCCCCCC}", "'7'", '"-1"'])
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/%^"), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(lambda parts: "(" + "".join(parts) + ")"),
        inner.map(lambda one: f"-{one}"),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, inner, inner).map(lambda of: f"if({of[0]} > {of[1]} && not isNull({of[2]}), 1, {of[2]})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: f"greatest({', '.join(some)})"),
        st.tuples(inner, inner).map(lambda two: f"if(is({two[0]} in {two[1]}, 'a') or !({two[0]} == {two[1]}), 2, 3)"),
    ),
    max_leaves=12,
)  # fmt: skip


@given(EXPRESSIONS)
def test_what_is_printed_reads_as_the_same(text):
    expression = read(spelled(text), INDICATOR)
    again = read(str(expression), INDICATOR)

    assert again.node == expression.node
    assert str(again) == str(expression)


SOUP = st.lists(
    st.sampled_from([
        "(", ")", "+", "-", "*", "/", "%", "^", "!", "not", "and", "or", "&&", "||", "<", ">=", "==", ",", " ",
        "if(", "isNull(",
        "sum(", "avg(", "is(", "in", "1", "2.5", "'a'", '"', "'", "#{AAAAAAAAAAA}", "#{x}", "A{x}", "V{y}",
        "C{AAAAAAAAAAA}",
        "[days]", "d2:count(", "d2:condition(", "d2:hasValue(", "d2:round(", ".minDate(", "2024-01-01",
        ".periodOffset(",
        "orgUnit.group(", "AAAAAAAAAAA", "forEach", "?x", "-->", ":DEG:AAAAAAAAAAA", "/*", "*/", "null", "true",
        "\n", "\x00",
    ]),
    max_size=25,
).map("".join)  # fmt: skip


class _Everything(dict):
    def __missing__(self, name):
        return 1.0


class _Scope:
    variables = environment = constants = _Everything()
    user_roles = user_groups = org_unit_groups = ()

    def has_value(self, name):
        return True

    def candidates(self, name):
        return Candidates(["1", "2"])

    def event_date(self, name):
        return None


@given(st.one_of(SOUP, st.text(max_size=60)), st.sampled_from(EVERY_DIALECT))
def test_any_text_is_read_or_refused(text, dialect):
    """And what was read is evaluated, or says why not."""
    try:
        expression = read(text, dialect)
    except ExpressionError as error:
        assert 0 <= error.position <= len(text)
        return
    assert read(str(expression), dialect).node == expression.node
    try:
        expression.run(_Scope()) if dialect is PROGRAM_RULE else expression.evaluate({})
    except EvaluationError as error:
        assert str(error)


@pytest.mark.parametrize("text", [
    "(" * 50_000, "(" * 50_000 + "1" + ")" * 49_999, "-" * 99_000 + "1", "!" * 99_000 + "true",
    "isNull(" * 10_000, "2" + "^2" * 40_000,
    "2" + "^-" * 40_000 + "2", "1" * 100_001, "if(true,1," * 9_000 + "1" + ")" * 9_000,
])  # fmt: skip
def test_what_is_too_deep_or_too_long_is_refused(text):
    with pytest.raises(ExpressionError):
        read(text, VALIDATION_RULE)


def test_many_dot_functions_behind_many_items_are_read_in_time():
    """Each of them says something about all items: half a million times, of one item."""
    text = "(" + "+".join(["#{AAAAAAAAAAA}"] * 5_000) + ")" + ".periodOffset(1)" * 90

    assert [item.key for item in read(text, INDICATOR).items] == ["#{AAAAAAAAAAA}.periodOffset(90)"]


def test_a_long_chain_is_as_good_as_a_short_one():
    text = "1" + "+1" * 49_000
    assert len(text) < LONGEST

    assert read(text, VALIDATION_RULE).evaluate({}) == 49_001
    assert read(text, PROGRAM_RULE).run(_Scope()) == 49_001
