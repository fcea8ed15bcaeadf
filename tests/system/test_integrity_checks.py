"""Each check of data integrity finds what breaks it, and nothing else (DHIS2 2.42, data integrity)."""

from __future__ import annotations

import pytest

from system.integrity.catalogue import all_checks, find_checks
from system.integrity.declaring import Check
from system.integrity.running import Kind, find_issues, run_check
from tests.system.violations import VIOLATIONS, indicator, unit

pytestmark = pytest.mark.django_db


def broken_by(check: Check) -> set[str]:
    return {issue.id for issue in find_issues(check)}


def test_every_check_is_broken_by_a_test() -> None:
    assert set(VIOLATIONS) == {check.name for check in all_checks()}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_check_finds_what_breaks_it(name: str) -> None:
    (check,) = find_checks([name])
    before = broken_by(check)

    found = VIOLATIONS[name]()

    after = broken_by(check)
    assert after - before == ({found} if isinstance(found, str) else found)
    assert run_check(check, Kind.SUMMARY).count == len(list(find_issues(check)))


@pytest.mark.parametrize("kind", Kind)
def test_every_check_can_be_run_on_the_demo(kind: Kind) -> None:
    results = [run_check(check, kind) for check in all_checks()]

    assert [result.name for result in results if result.count < 0] == []


NONSENSE = (
    {"type": "Point"}, {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": "x"},
    {"type": "Point", "coordinates": ["a", None]}, {"type": "Point", "coordinates": [10**400, 1]},
    {"type": "Polygon", "coordinates": 7}, {"type": "Polygon", "coordinates": [7]},
    {"type": "Polygon", "coordinates": [[[1], "x"]]}, {"type": "MultiPolygon", "coordinates": {"a": []}},
    {"type": "GeometryCollection", "geometries": []}, {"type": 7}, [], "x", 7, [[]],
)  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_geometries_that_are_none_stop_no_check(kind: Kind) -> None:
    for geometry in NONSENSE:
        parent = unit(geometry=geometry)
        unit(parent, geometry={"type": "Point", "coordinates": [1, 51]})

    for check in find_checks(["orgunits_*"]):
        assert run_check(check, kind).count >= 0
    (invalid,) = find_checks(["orgunits_invalid_geometry"])
    assert len(broken_by(invalid)) == len(NONSENSE)


def test_a_check_tells_enough_to_act() -> None:
    for check in all_checks():
        assert all((check.title, check.fault, check.why, check.fix)), check.name
        assert len({check.fault, check.why, check.fix}) == 3, check.name


def test_codes_name_one_check_each() -> None:
    codes = [check.code for check in all_checks()]

    assert len(set(codes)) == len(codes)


def test_comment_says_what_is_wrong_with_an_expression_and_where() -> None:
    (check,) = find_checks(["indicators_with_invalid_numerator"])
    broken = indicator("1 +\n  (2 * ", name="Coverage")

    (found,) = [issue for issue in find_issues(check) if issue.id == broken.uid]

    assert (found.name, found.comment) == (f"Coverage:{broken.uid}", "Unexpected end (line 2, column 8)")


def test_indicator_that_names_itself_through_another_is_told_by_which_way() -> None:
    numerators, denominators = find_checks(["indicators_with_invalid_numerator", "indicators_with_invalid_denominator"])
    first = indicator("1")
    second = indicator("1", f"N{{{first.uid}}}")
    first.numerator = f"2 * N{{{second.uid}}}"
    first.save()

    comments = {issue.id: issue.comment for issue in find_issues(numerators)}

    assert comments[first.uid] == f"It names itself: {first.uid} - {second.uid} - {first.uid}"
    assert second.uid not in comments
    assert second.uid in broken_by(denominators)
