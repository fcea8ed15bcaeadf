"""Projects, org unit types and forms: who reads, who writes, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from orgunit_changes.apps import MANAGE_AUTHORITY, REVIEW_AUTHORITY
from orgunit_changes.models import Form, FormVersion, OrgUnitType, Project
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.orgunit_changes.world import (
    NGELEHUN,
    make_form,
    make_project,
    make_type,
    profile,
    stored_change,
    submission,
)
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

BODIES: dict[str, dict[str, Any]] = {
    "projects": {"name": "Kono", "app_id": "kono.registry"},
    "orgunittypes": {"name": "Hospital"},
    "forms": {"name": "Beds", "versions": [{"version_id": "1", "questions": [{"name": "beds", "label": "Beds"}]}]},
}
MAKERS = {"projects": lambda: make_project("a.project"), "orgunittypes": make_type, "forms": make_form}


@pytest.fixture
def keeper(db: None) -> User:
    """Manages, and is no superuser."""
    return persona("keeper", [MANAGE_AUTHORITY])


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["/api/{}", "/api/42/{}"])
@pytest.mark.parametrize("name", BODIES)
def test_who_manages_creates_and_everybody_reads(
    api: ApiClient, keeper: User, outsider: User, name: str, path: str, slash: str
) -> None:
    address = path.format(name)

    made = api.post(address + slash, BODIES[name], user="keeper")

    assert made.status == 201, made
    one = api.get(f"{address}/{made.json['id']}{slash}", user="outsider")
    assert (one.status, one.json) == (200, made.json)
    assert made.json in api.get(f"{address}{slash}?limit=1000", user="outsider").json["results"]
    assert api.get(address + slash, user=None).status == 401


@pytest.mark.parametrize("name", BODIES)
def test_without_the_authority_nothing_is_written(api: ApiClient, name: str) -> None:
    persona("reviewer", [REVIEW_AUTHORITY])
    row = MAKERS[name]()
    address = f"/api/{name}/{row.pk}/"

    refused = [
        api.post(f"/api/{name}/", BODIES[name], user="reviewer"), api.put(address, BODIES[name], user="reviewer"),
        api.patch(address, {"name": "Other"}, user="reviewer"), api.delete(address, user="reviewer"),
    ]  # fmt: skip

    assert [(answer.status, list(answer.json)) for answer in refused] == [(403, ["detail"])] * 4
    name_before = row.name
    row.refresh_from_db()
    assert row.name == name_before


def test_a_project_is_shown_with_what_it_holds(api: ApiClient) -> None:
    kind, form, gone = make_type(), make_form(), make_form()
    project = make_project("with.all", [kind], [form, gone])
    api.delete(f"/api/forms/{gone.pk}")

    assert api.get(f"/api/projects/{project.pk}/").json == {
        "id": project.pk, "name": "Project with.all", "app_id": "with.all", "color": "#2c6693",
        "needs_authentication": True, "is_default": False, "org_unit_type_ids": [kind.pk], "form_ids": [form.pk],
    }  # fmt: skip


def test_a_type_is_shown_with_its_links_and_the_number_of_its_units(api: ApiClient) -> None:
    default, form = Project.objects.get(is_default=True), make_form()

    made = api.post("/api/orgunittypes/", {"name": "Hospital", "depth": 9, "reference_form_ids": [form.pk]})

    assert made.json == {
        "id": made.json["id"], "name": "Hospital", "short_name": "Hospital", "depth": 9,
        "project_ids": [default.pk], "reference_form_ids": [form.pk], "units_count": 0,
    }  # fmt: skip
    kind = profile(NGELEHUN).org_unit_type
    assert api.get(f"/api/orgunittypes/{kind.pk}").json["units_count"] == kind.profiles.count() > 1


def test_a_form_is_shown_with_its_versions(api: ApiClient) -> None:
    label = {"English": "Beds", "French": "Lits"}
    questions = [{"name": "beds", "label": label, "type": "integer", "hint": "left out"}, {"name": "notes"}]

    made = api.post("/api/forms/", {"name": "Beds", "versions": [{"version_id": "7", "questions": questions}]}).json

    (version,) = made["versions"]
    assert (version["id"], version["version_id"]) == (FormVersion.objects.get(form_id=made["id"]).pk, "7")
    assert version["questions"] == [
        {"name": "beds", "label": label, "type": "integer"}, {"name": "notes", "label": "notes", "type": "text"},
    ]  # fmt: skip
    assert isinstance(made["created_at"], float) and isinstance(version["created_at"], float)


def test_a_form_gains_versions_and_keeps_those_that_are_not_named(api: ApiClient) -> None:
    form = make_form("Beds", [{"name": "beds", "label": "Beds", "type": "text"}])

    changed = api.put(f"/api/forms/{form.pk}/", {"name": "Beds", "versions": [{"version_id": "2", "questions": []}]})

    assert changed.status == 200, changed
    assert [(one["version_id"], len(one["questions"])) for one in changed.json["versions"]] == [("1", 1), ("2", 0)]


def test_patch_changes_what_is_named_and_put_needs_all(api: ApiClient) -> None:
    kind = make_type("Old", depth=3)
    address = f"/api/orgunittypes/{kind.pk}/"

    assert api.patch(address, {"short_name": "O"}).json | {"units_count": 0} == {
        **api.get(address).json, "name": "Old", "short_name": "O", "depth": 3, "units_count": 0,
    }  # fmt: skip
    assert api.put(address, {"short_name": "O"}).json == {"name": ["This field is required."]}


def test_the_default_project_holds_every_type_and_form(api: ApiClient) -> None:
    default = Project.objects.get(is_default=True)
    other = make_project("other")

    kind = api.post("/api/orgunittypes/", {"name": "Post", "project_ids": [other.pk]}).json
    refused = api.patch(f"/api/projects/{default.pk}/", {"form_ids": []})

    assert kind["project_ids"] == sorted([default.pk, other.pk])
    assert (refused.status, list(refused.json)) == (400, ["form_ids"])
    assert api.delete(f"/api/projects/{default.pk}/").status == 400


WRONG = [
    ("projects", {"app_id": "x"}, {"name": ["This field is required."]}),
    ("projects", {"name": "x", "app_id": " "}, {"app_id": ["This field may not be blank."]}),
    ("projects", {"name": "x", "app_id": "default"}, {"app_id": ["project with this app id already exists."]}),
    ("projects", {"color": "red"}, {"color": ["This value does not match the required pattern."]}),
    ("projects", {"form_ids": [999999, 888888]}, {"form_ids": [
        'Invalid pk "999999" - object does not exist.', 'Invalid pk "888888" - object does not exist.']}),
    ("projects", {"org_unit_type_ids": 7}, {"org_unit_type_ids": ['Expected a list of items but got type "int".']}),
    ("projects", {"org_unit_type_ids": [[1]]}, {"org_unit_type_ids": [
        "Incorrect type. Expected pk value, received list."]}),
    ("projects", {"org_unit_type_ids": [10**30]}, {"org_unit_type_ids": [
        "Incorrect type. Expected pk value, received float."]}),
    ("orgunittypes", {"name": None}, {"name": ["This field may not be null."]}),
    ("orgunittypes", {"depth": 10**30}, {"depth": ["A valid integer is required."]}),
    ("orgunittypes", {"depth": 101}, {"depth": ["Ensure this value is less than or equal to 100."]}),
    ("orgunittypes", {"project_ids": [999999]}, {"project_ids": ['Invalid pk "999999" - object does not exist.']}),
    ("forms", {"versions": [{"questions": []}]}, {"versions": {"0": {"version_id": ["This field is required."]}}}),
    ("forms", {"versions": [{"version_id": "1", "questions": [{"name": {}}]}]}, {"versions": {"0": {"questions": [
        "Expected an object with `name`, `label` and `type`."]}}}),
    ("forms", {"versions": [{"version_id": "1", "questions": [{"name": "a", "label": "x" * 1001}]}]},
     {"versions": {"0": {"questions": ["Ensure no text of a question has more than 1000 characters."]}}}),
    ("forms", {"versions": [{"version_id": "1", "questions": [{"name": "a", "label": {"English": 1}}]}]},
     {"versions": {"0": {"questions": ["A `label` is a text, or an object of texts by language."]}}}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "members", "expected"), WRONG, ids=[f"{row[0]}-{list(row[2])}" for row in WRONG])
def test_what_cannot_be_is_refused_by_its_member(api: ApiClient, name: str, members: Any, expected: Any) -> None:
    required = BODIES[name] if "color" in members or not members.keys() & {"name", "app_id"} else {}
    models = (Project, OrgUnitType, Form, FormVersion)
    before = [model.objects.count() for model in models]

    answer = api.post(f"/api/{name}/", required | members)

    assert (answer.status, answer.json) == (400, expected)
    assert [model.objects.count() for model in models] == before


@pytest.mark.parametrize("body", ["[]", "{", '"x"', '{"name": "a\\u0000b"}', '{"name": {"a": [1]}}', "1e999"])
@pytest.mark.parametrize("name", BODIES)
def test_junk_is_a_400(api: ApiClient, name: str, body: str) -> None:
    assert api.post(f"/api/{name}/", body).status == 400


@pytest.mark.parametrize("pk", ["999999", "x", "99999999999999999999999", "-1", "%F0%9F%98%80"])
@pytest.mark.parametrize("name", [*BODIES, "instances"])
def test_an_unknown_one_is_a_404(api: ApiClient, name: str, pk: str) -> None:
    assert (api.get(f"/api/{name}/{pk}/").status, api.delete(f"/api/{name}/{pk}/").status) == (404, 404)


def test_a_deleted_form_is_gone_everywhere_and_its_row_stays(api: ApiClient) -> None:
    form = make_form("Gone")

    assert api.delete(f"/api/forms/{form.pk}/").status == 204

    assert api.get(f"/api/forms/{form.pk}/").status == 404
    assert api.get("/api/forms/?search=Gone").json["count"] == 0
    assert api.post("/api/projects/", BODIES["projects"] | {"form_ids": [form.pk]}).status == 400
    assert Form.objects.filter(pk=form.pk).exclude(deleted_at=None).exists()


def used_by_units() -> tuple[str, OrgUnitType]:
    return "orgunittypes", profile(NGELEHUN).org_unit_type


def used_by_requests() -> tuple[str, OrgUnitType]:
    kind = make_type()
    stored_change(new_org_unit_type=kind)
    return "orgunittypes", kind


def used_by_types() -> tuple[str, Project]:
    return "projects", make_project("used.by.types", [make_type()])


def used_by_instances() -> tuple[str, Project]:
    project = make_project("used.by.instances")
    submission(make_form(), project=project)
    return "projects", project


@pytest.mark.parametrize("used", [used_by_units, used_by_requests, used_by_types, used_by_instances])
def test_what_is_used_is_not_deleted(api: ApiClient, used: Any) -> None:
    name, row = used()

    refused = api.delete(f"/api/{name}/{row.pk}/")

    assert refused.status == 400 and "is used by" in refused.json["detail"], refused
    row.refresh_from_db()


@pytest.mark.parametrize("name", ["projects", "orgunittypes"])
def test_what_is_not_used_is_deleted(api: ApiClient, name: str) -> None:
    row = MAKERS[name]()

    assert api.delete(f"/api/{name}/{row.pk}/").status == 204
    assert api.get(f"/api/{name}/{row.pk}/").status == 404


def listed(answer: Answer) -> list[int]:
    return [row["id"] for row in answer.json["results"]]


@pytest.mark.parametrize("by", ["project={0.pk}", "app_id={0.app_id}"])
def test_lists_are_narrowed_by_project(api: ApiClient, by: str) -> None:
    kind, form = make_type(), make_form()
    project = make_project("narrow", [kind], [form])
    make_project("other", [make_type()], [make_form()])
    query = by.format(project)

    assert listed(api.get(f"/api/projects/?{query}")) == [project.pk]
    assert listed(api.get(f"/api/orgunittypes/?{query}")) == [kind.pk]
    assert listed(api.get(f"/api/forms/?{query}")) == [form.pk]


@pytest.mark.parametrize("name", BODIES)
def test_lists_are_searched_by_name_ignoring_case(api: ApiClient, name: str) -> None:
    made = api.post(f"/api/{name}/", BODIES[name] | {"name": "Zebra 100% crossing"}).json

    assert listed(api.get(f"/api/{name}/?search=zEBRA%20100%25%20c")) == [made["id"]]


@pytest.mark.parametrize(
    ("query", "field"),
    [("project=x", "project"), ("project=999999", "project"), ("app_id=none.such", "app_id"), ("app_id=%00", "app_id"),
     ("search=%00", "search"), ("page=0", "page"), ("limit=x", "limit")],
)  # fmt: skip
@pytest.mark.parametrize("name", BODIES)
def test_a_filter_that_means_nothing_is_refused(api: ApiClient, name: str, query: str, field: str) -> None:
    answer = api.get(f"/api/{name}/?{query}")

    assert (answer.status, list(answer.json)) == (400, [field])


@pytest.mark.parametrize("name", BODIES)
def test_the_number_of_queries_does_not_grow_with_the_page(api: ApiClient, name: str) -> None:
    forms, kinds = [make_form() for _ in range(9)], [make_type() for _ in range(9)]
    for number in range(9):
        make_project(f"many.{number}", kinds, forms)
    api.get(f"/api/{name}/?limit=1")
    with query_counter() as few:
        assert len(listed(api.get(f"/api/{name}/?limit=1"))) == 1
    with query_counter() as many:
        assert len(listed(api.get(f"/api/{name}/?limit=9"))) == 9

    assert many.count == few.count
