"""Reviews that meet: one of them wins, and the hierarchy stays a tree."""

from __future__ import annotations

from metadata.models import OrganisationUnit
from orgunit_changes.models import AppliedChange, OrgUnitChangeRequest
from tests.harness.client import Answer, ApiClient
from tests.harness.databases import OwnDatabase
from tests.objects.test_races import Request, at_once
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    CHANGES,
    NGELEHUN,
    make_group,
    place,
    reviewer,
    stored_change,
)

CIRCLE = "`new_parent_id` is already a child of `org_unit_id`."
ROUNDS = 3


def approving(change: OrgUnitChangeRequest, user: str = "reviewer") -> Request:
    body = {"status": "validated", "approved_fields": change.requested_fields}
    return lambda api: api.patch(f"{CHANGES}{change.pk}/", body, user=user)


def rejecting(change: OrgUnitChangeRequest, user: str = "reviewer") -> Request:
    body = {"status": "rejected", "rejection_comment": f"{user} says no"}
    return lambda api: api.patch(f"{CHANGES}{change.pk}/", body, user=user)


def answered(answers: list[Answer], *wanted: int) -> bool:
    return sorted(answer.status for answer in answers) == sorted(wanted)


def test_of_reviewers_at_once_one_wins_and_the_others_are_told(own_database: OwnDatabase) -> None:
    people = [f"reviewer{number}" for number in range(4)]
    for name in people:
        reviewer(name)
    for _ in range(ROUNDS):
        change = stored_change(new_name="Contested")

        answers = at_once(*[
            (approving if number % 2 else rejecting)(change, name) for number, name in enumerate(people)
        ])  # fmt: skip

        assert answered(answers, 204, 400, 400, 400), answers
        winner = next(number for number, answer in enumerate(answers) if answer.status == 204)
        change.refresh_from_db()
        assert change.updated_by.username == people[winner]
        assert change.status == ("validated" if winner % 2 else "rejected")
        told = {tuple(answer.json) for answer in answers if answer.status == 400}
        assert told == {(f"Status must be `new` but current status is `{change.status}`.",)}
        assert AppliedChange.objects.filter(request=change).count() == winner % 2


def test_two_moves_at_once_make_no_circle(own_database: OwnDatabase) -> None:
    """A goes below B while B goes below A."""
    reviewer()
    tops = {uid: place(uid).parent for uid in (BADJIA, BAOMA)}
    for _ in range(ROUNDS):
        changes = [stored_change(BADJIA, new_parent=place(BAOMA)), stored_change(BAOMA, new_parent=place(BADJIA))]

        answers = at_once(*map(approving, changes))

        assert answered(answers, 204, 400), answers
        assert [x.json for x in answers if x.status == 400] == [{"non_field_errors": [CIRCLE]}]
        states = {OrgUnitChangeRequest.objects.get(pk=change.pk).status for change in changes}
        assert states == {"validated", "new"}
        assert paths_follow_parents()
        moved = next(uid for uid in tops if place(uid).parent != tops[uid])
        back = stored_change(moved, new_parent=tops[moved])
        assert answered(at_once(approving(back)), 204)


def test_a_move_here_and_a_move_by_dhis2s_own_endpoint_make_no_circle(own_database: OwnDatabase) -> None:
    reviewer()
    tops = {uid: place(uid).parent for uid in (BADJIA, BAOMA)}
    patch = [{"op": "replace", "path": "/parent", "value": {"id": BADJIA}}]
    for _ in range(ROUNDS):
        change = stored_change(BADJIA, new_parent=place(BAOMA))

        answers = at_once(approving(change), lambda api: api.patch(f"/api/organisationUnits/{BAOMA}", patch))

        assert tuple(x.status for x in answers) in ((204, 409), (400, 200)), answers
        assert paths_follow_parents()
        moved = next(uid for uid in tops if place(uid).parent != tops[uid])
        assert answered(at_once(approving(stored_change(moved, new_parent=tops[moved]))), 204)


def test_two_requests_on_one_unit_are_both_applied(own_database: OwnDatabase) -> None:
    reviewer()
    groups = [make_group(), make_group()]
    changes = [stored_change(new_name="One"), stored_change(groups=groups), stored_change(groups=groups[:1])]

    answers = at_once(*map(approving, changes))

    assert answered(answers, 204, 204, 204), answers
    unit = place(NGELEHUN)
    assert unit.name == "One"
    last = AppliedChange.objects.filter(request__in=changes[1:]).order_by("applied_at").last()
    assert {group["id"] for group in last.after["groups"]} == set(
        unit.organisation_unit_groups.values_list("pk", flat=True)
    )


def test_deleting_the_unit_meanwhile_leaves_nothing_half_done(own_database: OwnDatabase) -> None:
    reviewer()
    for number in range(ROUNDS):
        unit = OrganisationUnit.objects.create(
            uid=f"shortLived{number}", name="Short-lived", short_name="Short-lived", parent=place(BADJIA),
            path=f"{place(BADJIA).path}/shortLived{number}", hierarchy_level=4, opening_date="2000-01-01",
        )  # fmt: skip
        change = stored_change(unit.uid, new_parent=place(BAOMA))

        answers = at_once(approving(change), lambda api, u=unit: api.delete(f"/api/organisationUnits/{u.uid}"))

        assert tuple(x.status for x in answers) in ((204, 200), (404, 200)), answers
        assert not OrganisationUnit.objects.filter(pk=unit.pk).exists()
        assert not OrgUnitChangeRequest.objects.filter(pk=change.pk).exists()


def paths_follow_parents() -> bool:
    units = OrganisationUnit.objects.select_related("parent").defer("geometry")
    return all(
        unit.path == f"{unit.parent.path if unit.parent else ''}/{unit.uid}"
        and unit.hierarchy_level == unit.path.count("/")
        for unit in units
    )


def test_the_latest_stamp_is_that_of_the_change_that_was_applied_last(own_database: OwnDatabase) -> None:
    reviewer()
    changes = [stored_change(new_name=f"Name {number}") for number in range(6)]

    answers = at_once(*map(approving, changes))

    assert answered(answers, *[204] * 6), answers
    stamps = OrgUnitChangeRequest.objects.filter(pk__in=[change.pk for change in changes]).values_list("updated_at")
    assert len(set(stamps)) == 6
    api = ApiClient()
    newest = api.get(f"{CHANGES}?order=-updated_at").json["results"][0]
    applied = AppliedChange.objects.order_by("-applied_at").first()
    assert newest["id"] == applied.request_id
    assert place(NGELEHUN).name == applied.after["name"]
