"""`GET /api/orgunits/changes/`: what a web client lists, and what it may ask for."""

from __future__ import annotations

import pytest
from django.utils import timezone

from orgunit_changes.models import Instance, OrgUnitChangeRequest, Project
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    BADJIA,
    BAOMA,
    BO,
    CHANGES,
    NGELEHUN,
    make_form,
    make_group,
    make_project,
    make_type,
    place,
    profile,
    reviewer,
    someone_at,
    stored_change,
    submission,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_else() -> None:
    """The demo has requests of its own."""
    OrgUnitChangeRequest.objects.all().delete()


def found(api: ApiClient, query: str = "", user: str = "admin") -> list[int]:
    """The ids that a list shows."""
    answer = api.get(f"{CHANGES}?{query}", user=user)
    assert answer.status == 200, answer
    return [row["id"] for row in answer.json["results"]]


@pytest.mark.parametrize("path", [CHANGES, CHANGES.rstrip("/"), "/api/42/orgunits/changes/"])
def test_an_empty_list_is_one_page(api: ApiClient, path: str) -> None:
    assert api.get(path).json == {
        "count": 0, "results": [], "has_next": False, "has_previous": False, "page": 1, "pages": 1, "limit": 20,
    }  # fmt: skip


def test_an_item_says_what_was_asked_of_which_unit(api: ApiClient) -> None:
    group = make_group("Open to all", [NGELEHUN])
    change = stored_change(new_name="Ngelehun Health Centre", location=(8.1, -11.4, 61.5), by=worker())

    item = api.get(CHANGES).json["results"][0]

    unit = place(NGELEHUN)
    assert item.items() >= {
        "id": change.pk, "uuid": str(change.uuid), "org_unit_id": unit.pk,
        "org_unit_uuid": str(profile(NGELEHUN).uuid), "org_unit_name": "Ngelehun CHC",
        "org_unit_type_id": profile(NGELEHUN).org_unit_type_id,
        "org_unit_type_name": profile(NGELEHUN).org_unit_type.name, "status": "new",
        "requested_fields": ["new_name", "new_location"], "approved_fields": [], "rejection_comment": "",
        "created_by": "worker", "created_at": change.created_at.timestamp(), "update_by": None, "updated_by": None,
        "updated_at": change.updated_at.timestamp(), "org_unit_parent_name": "Badjia",
    }.items()  # fmt: skip
    assert {"id": group.pk, "name": "Open to all"} in item["groups"]


def test_who_reviewed_stands_under_both_names(api: ApiClient) -> None:
    stored_change(new_name="X", updated_by=reviewer(), status="validated")

    item = api.get(CHANGES).json["results"][0]

    assert (item["update_by"], item["updated_by"]) == ("reviewer", "reviewer")


def test_whose_author_is_gone_has_an_empty_name(api: ApiClient) -> None:
    stored_change(new_name="X", by=None)

    assert api.get(CHANGES).json["results"][0]["created_by"] == ""


def test_pages_follow_each_other(api: ApiClient) -> None:
    changes = [stored_change(new_name=f"Name {number}").pk for number in range(5)]

    answer = api.get(f"{CHANGES}?page=2&limit=2").json

    assert [row["id"] for row in answer["results"]] == changes[2:4]
    assert (answer["count"], answer["page"], answer["pages"], answer["limit"]) == (5, 2, 3, 2)
    assert (answer["has_next"], answer["has_previous"]) == (True, True)


@pytest.mark.parametrize("query", ["page=x", "page=0", "page=-1", "page=1.5", "page=1_0", "page=%2B1", "page=²"])
def test_a_page_is_a_number_from_one(api: ApiClient, query: str) -> None:
    answer = api.get(f"{CHANGES}?{query}")

    assert (answer.status, answer.json) == (400, {"page": ["A valid integer is required."]})


def test_a_limit_is_a_number_too(api: ApiClient) -> None:
    assert api.get(f"{CHANGES}?limit=all").json == {"limit": ["A valid integer is required."]}


def test_beyond_the_last_page_is_nothing(api: ApiClient) -> None:
    answer = api.get(f"{CHANGES}?page=2")

    assert (answer.status, answer.json) == (404, {"detail": "Invalid page."})


def test_nobody_reads_without_logging_in(api: ApiClient) -> None:
    answer = api.get(CHANGES, user=None)

    assert (answer.status, answer.json) == (401, {"detail": "Authentication credentials were not provided."})
    assert answer.headers["WWW-Authenticate"]


def test_a_wrong_password_is_refused_in_the_same_shape(api: ApiClient) -> None:
    worker()

    answer = api.get(CHANGES, user="worker", password="wrong")

    assert (answer.status, list(answer.json)) == (401, ["detail"])


def test_a_user_sees_the_requests_below_his_org_units(api: ApiClient) -> None:
    inside, _ = stored_change(NGELEHUN, new_name="X"), stored_change(BAOMA, new_name="Y")
    someone_at("chief", capture=[BADJIA])
    someone_at("nobody")

    assert found(api, user="chief") == [inside.pk]
    assert found(api, user="nobody") == []
    assert len(found(api)) == 2


def test_a_unit_whose_path_only_begins_alike_is_out_of_sight(api: ApiClient) -> None:
    """A scope ends at a slash."""
    other = place(BAOMA)
    type(other).objects.filter(pk=other.pk).update(path=f"{place(BADJIA).path}x")
    stored_change(BAOMA, new_name="X")
    someone_at("chief", capture=[BADJIA])

    assert found(api, user="chief") == []


@pytest.mark.parametrize("name", ["foo", "org_unit", "last_sync", "ordering", "Status"])
def test_an_unknown_parameter_is_refused(api: ApiClient, name: str) -> None:
    answer = api.get(f"{CHANGES}?{name}=1&limit=5")

    assert (answer.status, answer.json) == (400, {name: ["Unknown parameter."]})


@pytest.mark.parametrize("name", ["org_unit_id", "org_unit_type_id", "parent_id", "project"])
@pytest.mark.parametrize("value", ["x", "1.5", "1,2", "-1", "9" * 30, "%00", "٣"])
def test_an_id_is_a_number(api: ApiClient, name: str, value: str) -> None:
    answer = api.get(f"{CHANGES}?{name}={value}")

    assert answer.status == 400, answer
    assert answer.json in ({name: ["Enter a number."]}, {name: ["Null characters are not allowed."]})


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("org_unit_id", "OrgUnit"), ("org_unit_type_id", "OrgUnitType"), ("parent_id", "OrgUnit"),
        ("project", "Project"), ("groups", "Group"), ("users", "User"), ("user_roles", "UserRole"),
        ("forms", "Form"),
    ],
)  # fmt: skip
def test_an_id_of_nothing_is_refused(api: ApiClient, name: str, called: str) -> None:
    answer = api.get(f"{CHANGES}?{name}=999999999")

    assert (answer.status, answer.json) == (400, {name: [f"{called} with id 999999999 does not exist."]})


@pytest.mark.parametrize("name", ["groups", "ids", "users", "forms"])
def test_a_list_of_ids_has_nothing_but_numbers(api: ApiClient, name: str) -> None:
    answer = api.get(f"{CHANGES}?{name}=1,x")

    assert (answer.status, answer.json) == (400, {name: ["Invalid value."]})


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("status=foo", "status"), ("status=new&status=foo", "status"), ("order=foo", "order"),
        ("requested_fields=foo", "requested_fields"), ("with_location=foo", "with_location"),
        ("is_soft_deleted=foo", "is_soft_deleted"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused(api: ApiClient, query: str, name: str) -> None:
    answer = api.get(f"{CHANGES}?{query}")

    words = "Select a valid choice. foo is not one of the available choices."
    assert (answer.status, answer.json) == (400, {name: [words]})


@pytest.mark.parametrize("status", ["status=new&status=rejected", "status=new,rejected"])
def test_several_statuses_are_alternatives(api: ApiClient, status: str) -> None:
    new = stored_change(new_name="X")
    rejected = stored_change(new_name="Y", status="rejected")
    stored_change(new_name="Z", status="validated")

    assert found(api, status) == [new.pk, rejected.pk]


@pytest.mark.parametrize("word", ["validated", "approved"])
def test_approved_is_another_word_for_validated(api: ApiClient, word: str) -> None:
    stored_change(new_name="X")
    validated = stored_change(new_name="Y", status="validated")

    assert found(api, f"status={word}") == [validated.pk]


def test_the_requests_of_one_unit(api: ApiClient) -> None:
    stored_change(BAOMA, new_name="X")
    own = stored_change(NGELEHUN, new_name="Y")

    assert found(api, f"org_unit_id={place(NGELEHUN).pk}") == [own.pk]


def test_a_type_is_the_units_or_the_one_asked_for(api: ApiClient) -> None:
    hospital = make_type("Hospital")
    asked = stored_change(NGELEHUN, new_org_unit_type=hospital)
    chiefdom = stored_change(BAOMA, new_name="X")

    assert found(api, f"org_unit_type_id={hospital.pk}") == [asked.pk]
    assert found(api, f"org_unit_type_id={profile(BAOMA).org_unit_type_id}") == [chiefdom.pk]


def test_a_parent_is_the_units_or_the_one_asked_for_and_direct(api: ApiClient) -> None:
    below_badjia = stored_change(NGELEHUN, new_name="X")
    moving = stored_change(NGELEHUN, new_parent=place(BAOMA))

    assert found(api, f"parent_id={place(BADJIA).pk}") == [below_badjia.pk, moving.pk]
    assert found(api, f"parent_id={place(BAOMA).pk}") == [moving.pk]
    assert found(api, f"parent_id={place(BO).pk}") == []


def test_a_project_is_that_of_the_units_type(api: ApiClient) -> None:
    change = stored_change(NGELEHUN, new_name="X")
    stored_change(BAOMA, new_name="Y")
    project = make_project("clinics", types=[profile(NGELEHUN).org_unit_type])

    assert found(api, f"project={project.pk}") == [change.pk]
    assert len(found(api, f"project={Project.objects.get(is_default=True).pk}")) == 2


def test_a_group_is_the_units_or_one_asked_for_and_no_row_appears_twice(api: ApiClient) -> None:
    first, second = make_group("One", [NGELEHUN]), make_group("Two", [NGELEHUN])
    within = stored_change(NGELEHUN, new_name="X", groups=[first, second])
    asking = stored_change(BAOMA, groups=[second])

    answer = api.get(f"{CHANGES}?groups={first.pk},{second.pk}").json

    assert [row["id"] for row in answer["results"]] == [within.pk, asking.pk]
    assert answer["count"] == 2
    assert found(api, f"groups={first.pk}") == [within.pk]


def test_parameters_together_narrow(api: ApiClient) -> None:
    stored_change(NGELEHUN, new_name="X", status="rejected")
    both = stored_change(NGELEHUN, new_name="Y")
    stored_change(BAOMA, new_name="Z")

    assert found(api, f"org_unit_id={place(NGELEHUN).pk}&status=new") == [both.pk]


def test_days_include_themselves(api: ApiClient) -> None:
    moment = timezone.make_aware(timezone.datetime(2026, 3, 5, 23, 30), timezone.timezone.utc)
    change = stored_change(new_name="X", created_at=moment)

    for day in ("2026-03-05", "05-03-2026", "05/03/2026"):
        assert found(api, f"created_at_after={day}&created_at_before={day}") == [change.pk]
    assert found(api, "created_at_after=2026-03-06") == []
    assert found(api, "created_at_before=2026-03-04") == []
    assert api.get(f"{CHANGES}?created_at_after=5.3.2026").json == {"created_at_after": ["Enter a valid date."]}


def test_people_and_roles_are_makers_or_reviewers(api: ApiClient) -> None:
    maker, judge = worker(), reviewer()
    change = stored_change(new_name="X", by=maker, updated_by=judge)
    stored_change(new_name="Y")

    assert found(api, f"users={maker.pk}") == [change.pk]
    assert found(api, f"user_roles={judge.user_roles.get().pk}") == [change.pk]


def test_forms_are_of_old_or_new_submissions(api: ApiClient) -> None:
    form = make_form()
    change = stored_change(instances=[submission(form)])
    stored_change(new_name="Y")

    assert found(api, f"forms={form.pk}") == [change.pk]


def test_requested_fields_are_named_without_new(api: ApiClient) -> None:
    named = stored_change(new_name="X")
    moved = stored_change(new_parent=place(BAOMA))
    stored_change(groups=[])

    assert found(api, "requested_fields=name,parent") == [named.pk, moved.pk]


def test_units_with_a_location_can_be_told_from_those_without(api: ApiClient) -> None:
    unit = place(NGELEHUN)
    type(unit).objects.filter(pk=unit.pk).update(geometry={"type": "Point", "coordinates": [-11.4, 8.1]})
    type(unit).objects.filter(uid=BAOMA).update(geometry=None)
    located, lost = stored_change(NGELEHUN, new_name="X"), stored_change(BAOMA, new_name="Y")

    assert found(api, "with_location=true") == [located.pk]
    assert found(api, "with_location=false") == [lost.pk]


def test_deleted_requests_show_unless_they_are_not_wanted(api: ApiClient) -> None:
    gone = stored_change(new_name="X", deleted_at=timezone.now())
    kept = stored_change(new_name="Y")

    assert found(api) == [gone.pk, kept.pk]
    assert found(api, "is_soft_deleted=false") == [kept.pk]
    assert found(api, "is_soft_deleted=true") == [gone.pk]


@pytest.mark.parametrize("search", ["ngelehun", f"refs:{NGELEHUN}", "codes:{code}", "ids:{pk}"])
def test_units_are_searched_by_name_or_identifier(api: ApiClient, search: str) -> None:
    unit = place(NGELEHUN)
    type(unit).objects.filter(pk=unit.pk).update(code="OU_559")
    change = stored_change(NGELEHUN, new_name="X")
    stored_change(BAOMA, new_name="Y")

    assert found(api, f"org_unit_search={search.format(code='OU_559', pk=unit.pk)}") == [change.pk]


def test_a_search_for_ids_has_nothing_but_numbers(api: ApiClient) -> None:
    assert api.get(f"{CHANGES}?org_unit_search=ids:x").json == {"org_unit_search": ["Invalid value."]}


@pytest.mark.parametrize(
    "way",
    ["id", "org_unit__name", "org_unit__parent__name", "org_unit__org_unit_type__name", "groups", "created_at",
     "updated_at", "status", "created_by__username", "updated_by__username"],
)  # fmt: skip
def test_both_ways_of_an_order_mirror_each_other(api: ApiClient, way: str) -> None:
    first = stored_change(NGELEHUN, new_name="X", by=worker("anna"), updated_by=reviewer("berta"), status="new")
    later = timezone.now()
    make_group("Aaa", [BAOMA])
    make_group("Zzz", [NGELEHUN])
    second = stored_change(BAOMA, new_name="Y", by=worker("zoe"), updated_by=reviewer("yves"), status="validated",
                           created_at=later, updated_at=later)  # fmt: skip

    forth, back = found(api, f"order={way}"), found(api, f"order=-{way}")

    assert sorted(forth) == [first.pk, second.pk]
    assert forth == back[::-1]


def test_requests_for_submissions_that_are_gone_are_not_listed(api: ApiClient) -> None:
    """An app could do nothing with them; beside another change they stay."""
    gone, bare, form = submission(make_form()), submission(make_form()), make_form()
    stored_change(instances=[gone])
    stored_change(instances=[bare, submission(form)])
    kept = [stored_change(instances=[gone], new_name="X").pk, stored_change(instances=[submission(form)]).pk]
    Instance.objects.filter(pk=gone.pk).update(deleted=True)
    Instance.objects.filter(pk=bare.pk).update(json=None)

    assert found(api) == kept


def test_the_number_of_queries_does_not_depend_on_the_page(api: ApiClient) -> None:
    counts = []
    for number in range(2):
        for unit in (NGELEHUN, BADJIA, BAOMA)[: 1 + 2 * number]:
            make_group("", [unit])
            stored_change(unit, new_name="X", by=worker(f"worker{unit}{number}"), groups=[make_group()])
        api.get(CHANGES)
        with query_counter() as few:
            api.get(CHANGES)
        counts.append(few.count)

    assert counts[0] == counts[1]
    assert counts[0] <= 11


@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_other_methods_are_refused(api: ApiClient, method: str) -> None:
    answer = api.request(method, CHANGES, {})

    assert (answer.status, answer.json) == (405, {"detail": f'Method "{method}" not allowed.'})


@pytest.mark.parametrize("path", ["/api/orgunits", "/api/orgunits/", "/api/orgunits/foo", "/api/mobile/foo/bar"])
def test_addresses_that_are_none_answer_in_the_same_shape(api: ApiClient, path: str) -> None:
    answer = api.get(path)

    assert (answer.status, answer.json) == (404, {"detail": "Not found."})


def test_a_page_of_any_size_beyond_the_last_is_not_found(api: ApiClient) -> None:
    stored_change(new_name="A")

    answer = api.get(f"{CHANGES}?page=9999999999999")

    assert (answer.status, answer.json) == (404, {"detail": "Invalid page."})


def test_no_limit_is_too_large(api: ApiClient) -> None:
    stored_change(new_name="A")

    answer = api.get(f"{CHANGES}?limit={2**63 - 1}")

    assert (answer.status, answer.json["limit"], answer.json["pages"]) == (200, 2**63 - 1, 1)
    assert len(answer.json["results"]) == answer.json["count"]
