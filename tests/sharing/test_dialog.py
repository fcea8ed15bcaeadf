"""`/api/sharing`: the dialog, as DHIS2 2.42 answers it and as its clients use it."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from dhis2api.objects.registry import all_schemas
from metadata.models import CategoryCombo, DataSet, ExpressionDimensionItem, Program, ProgramStage, Visualization
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.objects.documents import visualization
from tests.objects.imports import put_in
from tests.objects.payloads import create
from tests.personas import persona
from tests.sharing.shared import dialog, grants, save, shared, sharing_of, stored_element, user_group
from users.models import User

pytestmark = pytest.mark.django_db

NOWHERE = "zzzzzzzzzz1"


def shown(api: ApiClient, row: Any, user: str = "admin", type_name: str = "dataElement") -> Any:
    answer = api.get(f"/api/sharing?type={type_name}&id={row.uid}", user=user)
    assert answer.status == 200, answer
    return answer.json


def message(answer: Answer) -> tuple[int, str, str | None]:
    return answer.status, answer.json["message"], answer.json.get("errorCode")


def test_the_whole_answer(api: ApiClient, admin: User, outsider: User) -> None:
    second, first = user_group("Zebras"), user_group("Ants")
    row = stored_element(
        "Doses given", public="r-------", users={outsider.uid: "rw------", NOWHERE: "rw------"},
        groups={second.uid: "r-------", first.uid: "rw------", NOWHERE: "r-------"},
    )  # fmt: skip
    row.created_by = admin
    row.save()

    answer = api.get(f"/api/sharing?type=dataElement&id={row.uid}")

    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.json["meta"] == {"allowPublicAccess": True, "allowExternalAccess": False}
    found = answer.json["object"]
    assert found.pop("user") == {"id": admin.uid, "name": admin.name}
    assert found == {
        "id": row.uid, "name": "Doses given", "displayName": "Doses given", "publicAccess": "r-------",
        "externalAccess": False,
        "userGroupAccesses": [
            {"id": first.uid, "name": "Ants", "displayName": "Ants", "access": "rw------"},
            {"id": second.uid, "name": "Zebras", "displayName": "Zebras", "access": "r-------"},
        ],
        "userAccesses": [
            {"id": outsider.uid, "name": "Outsider Persona", "displayName": "Outsider Persona", "access": "rw------"},
        ],
    }  # fmt: skip


def test_names_are_translated_and_an_unknown_creator_is_empty(api: ApiClient, admin: User) -> None:
    row = stored_element("Doses", public="r-------")
    row.translations = [{"property": "NAME", "locale": "fr", "value": "Vaccins"}]
    row.save()
    admin.settings = {"keyDbLocale": "fr"}
    admin.save()

    found = shown(api, row)["object"]

    assert (found["name"], found["displayName"], found["user"]) == ("Vaccins", "Vaccins", {})


@pytest.mark.parametrize(("user", "expected"), [("admin", "rw------"), ("outsider", "--------")])
def test_a_null_public_string_is_shown_as_the_caller_could_set_it(
    api: ApiClient, outsider: User, user: str, expected: str
) -> None:
    row = stored_element(owner=outsider.uid)
    row.sharing = row.sharing | {"public": None}
    row.save()

    assert shown(api, row, user)["object"]["publicAccess"] == expected


def test_what_the_caller_may_choose(api: ApiClient, admin: User) -> None:
    persona("mapper", ["F_MAP_PUBLIC_ADD"])
    persona("exhibitor", ["F_MAP_EXTERNAL"])
    create(api, "map", id="sharedMap01", sharing={"public": "r-------"})

    found = {user: api.get("/api/sharing?type=map&id=sharedMap01", user=user).json["meta"]
             for user in ("admin", "mapper", "exhibitor")}  # fmt: skip

    assert found == {
        "admin": {"allowPublicAccess": True, "allowExternalAccess": True},
        "mapper": {"allowPublicAccess": True, "allowExternalAccess": False},
        "exhibitor": {"allowPublicAccess": False, "allowExternalAccess": True},
    }


def test_the_dialog_replaces_everything(api: ApiClient, admin: User, outsider: User) -> None:
    group = user_group("Group")
    row = stored_element(public="rw------", users={outsider.uid: "rw------"}, groups={group.uid: "rw------"})
    before = row.last_updated

    answer = save(api, row, dialog("r-------", groups=[(group.uid, "r-------")]))

    assert answer.json == {
        "httpStatus": "OK", "httpStatusCode": 200, "status": "OK", "message": "Access control set",
    }  # fmt: skip
    assert sharing_of(row) == shared("r-------", row.sharing["owner"], groups={group.uid: "r-------"})
    row.refresh_from_db()
    assert (row.created_by, row.last_updated_by) == (admin, admin)
    assert row.last_updated > before


def test_put_is_post(api: ApiClient) -> None:
    row = stored_element()

    answer = api.put(f"/api/sharing?type=dataElement&id={row.uid}", dialog("r-------"))

    assert (answer.status, sharing_of(row)["public"]) == (200, "r-------")


def test_what_is_answered_may_be_sent_back(api: ApiClient, outsider: User) -> None:
    row = stored_element(public="r-------", users={outsider.uid: "rw------"}, groups={user_group("G").uid: "r-------"})

    assert save(api, row, shown(api, row)).status == 200
    assert sharing_of(row) == row.sharing


@pytest.mark.parametrize("body", [{}, {"sharing": {"public": "rw------"}}, {"object": {}}, {"object": None}])
def test_without_an_object_grants_go_and_the_public_string_stays(
    api: ApiClient, outsider: User, body: dict[str, Any]
) -> None:
    """DHIS2 opens the object to everybody here."""
    row = stored_element(public="r-------", users={outsider.uid: "rw------"})

    assert save(api, row, body).status == 200
    assert sharing_of(row) == shared("r-------", row.sharing["owner"])


def test_who_may_not_make_public_keeps_the_public_string(api: ApiClient, private_author: User, outsider: User) -> None:
    row = stored_element(owner=private_author.uid)

    answer = save(api, row, dialog("rw------", users=[(outsider.uid, "r-------")]), "private_author")

    assert answer.json["message"] == "Access control set"
    assert sharing_of(row) == shared(owner=private_author.uid, users={outsider.uid: "r-------"})


def test_the_owner_of_a_dashboard_shares_it_without_authority(api: ApiClient, outsider: User, editor: User) -> None:
    answer = api.post("/api/dashboards", {"id": "ownersBoard", "name": "Mine"}, user="outsider")
    assert answer.status == 201, answer

    answer = api.post(
        "/api/sharing?type=dashboard&id=ownersBoard", dialog("rw------", [(editor.uid, "r-------")]), user="outsider"
    )

    assert answer.status == 200
    found = api.get("/api/dashboards/ownersBoard?fields=sharing[public,users]", user="editor").json["sharing"]
    assert (found["public"], list(found["users"])) == ("--------", [editor.uid])


def test_data_bits_go_where_no_data_is_shared(api: ApiClient, outsider: User) -> None:
    group = user_group("Group")
    row = stored_element()

    save(api, row, dialog("rwrw----", [(outsider.uid, "r-r-----")], [(group.uid, "--rw----")]))

    assert sharing_of(row) == shared(
        "rw------", row.sharing["owner"], users={outsider.uid: "r-------"}, groups={group.uid: "--------"}
    )


def test_data_bits_stay_where_data_is_shared(api: ApiClient, outsider: User) -> None:
    created = create(api, "dataSet")
    row = DataSet.objects.get(uid=created["id"])

    save(api, row, dialog("rwrw----", [(outsider.uid, "r-r-----")]), type_name="dataSet")

    found = sharing_of(row)
    assert (found["public"], found["users"]) == ("rwrw----", grants(**{outsider.uid: "r-r-----"}))


def test_grants_to_nobody_are_dropped(api: ApiClient, editor: User) -> None:
    hidden = user_group("Hidden", sharing=shared())
    row = stored_element(owner=editor.uid)

    body = dialog("r-------", [(NOWHERE, "r-------")], [(NOWHERE, "r-------"), (hidden.uid, "r-------")])
    body["object"]["userAccesses"].append({"access": "rw------"})

    assert save(api, row, body, "editor").status == 200
    assert sharing_of(row) == shared("r-------", editor.uid)


def test_a_grant_without_a_string_grants_nothing(api: ApiClient, outsider: User) -> None:
    row = stored_element()

    save(api, row, {"object": {"userAccesses": [{"id": outsider.uid}]}})

    assert sharing_of(row)["users"] == grants(**{outsider.uid: "--------"})


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (dialog("rw"), "Invalid public access string: rw"),
        (dialog(users=[(NOWHERE, "wr------")]), "Invalid user access string: wr------"),
        (dialog(groups=[(NOWHERE, "rwx-----")]), "Invalid user group access string: rwx-----"),
        (dialog("", [(NOWHERE, "x")], [(NOWHERE, "y")]), "Invalid public access string: "),
        (dialog(None, [(NOWHERE, "x")], [(NOWHERE, "y")]), "Invalid user group access string: y"),
    ],
)
def test_invalid_strings(api: ApiClient, body: dict[str, Any], text: str) -> None:
    row = stored_element()

    assert message(save(api, row, body)) == (409, text, None)
    assert sharing_of(row) == row.sharing


@pytest.mark.parametrize(
    "body",
    [[], "x", {"object": []}, {"object": {"userAccesses": {}}}, {"object": {"userGroupAccesses": ["x"]}}],
    ids=str,
)
def test_bodies_of_another_shape(api: ApiClient, body: Any) -> None:
    assert save(api, stored_element(), body).status == 400


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("name", ["xyz", "organisationUnit", "user", "dataElements", "DataSetElement"])
def test_types_without_sharing(api: ApiClient, method: str, name: str) -> None:
    answer = api.request(method, f"/api/sharing?type={name}&id={NOWHERE}", {} if method != "GET" else None)

    assert message(answer) == (409, f"Type {name} is not supported.", None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_missing_objects(api: ApiClient, method: str) -> None:
    answer = api.request(method, f"/api/sharing?type=userGroup&id={NOWHERE}", {} if method == "POST" else None)

    assert message(answer) == (404, f"Object of type userGroup with ID {NOWHERE} was not found.", None)


@pytest.mark.parametrize("query", ["", "type=dataElement", "id=zzzzzzzzzz1"])
def test_both_parameters_are_required(api: ApiClient, query: str) -> None:
    assert api.get(f"/api/sharing?{query}").status == 400
    assert api.post(f"/api/sharing?{query}", {}).status == 400


@pytest.mark.parametrize("singular", ["category", "categoryCombo", "categoryOption"])
def test_system_defaults_are_not_shared(api: ApiClient, singular: str) -> None:
    schema = next(s for s in all_schemas() if s.singular == singular)
    path = f"/api/sharing?type={singular}&id={schema.wire.default_objects[0]}"
    text = f"Sharing settings of system default metadata object of type {singular} cannot be modified."

    assert message(api.post(path, {})) == (409, text, None)
    assert api.get(path).status == 200


def test_who_may_neither_read_nor_manage(api: ApiClient, outsider: User) -> None:
    hidden, public = stored_element("Hidden"), stored_element("Public", public="rw------")
    refusal = (403, "You do not have manage access to this object.", "E1006")

    assert message(api.get(f"/api/sharing?type=dataElement&id={hidden.uid}", user="outsider")) == refusal
    assert message(save(api, hidden, dialog(), "outsider")) == refusal
    assert message(save(api, public, dialog(), "outsider")) == refusal
    assert api.get(f"/api/sharing?type=dataElement&id={public.uid}", user="outsider").status == 200


def test_refusals_have_their_order(api: ApiClient, outsider: User) -> None:
    """Type, object, system default, right, strings: each hides those after it."""
    default = CategoryCombo.objects.get(name="default")
    bad = dialog("nonsense")

    assert save(api, default, bad, "outsider", "nothing").json["message"] == "Type nothing is not supported."
    assert "system default" in save(api, default, bad, "outsider", "categoryCombo").json["message"]
    assert save(api, stored_element(), bad, "outsider").status == 403


def test_old_names_of_visualizations(api: ApiClient) -> None:
    create(api, "visualization", id="shownByName")

    for name in ("chart", "reportTable", "REPORTTABLE", "Chart"):
        assert api.get(f"/api/sharing?type={name}&id=shownByName").json["object"]["id"] == "shownByName"


def test_external_access_is_stored_for_who_has_the_authority(api: ApiClient) -> None:
    create(api, "map", id="externalMap", sharing={"public": "rw------"})
    persona("mapper", ["F_MAP_PUBLIC_ADD"])
    path = "/api/sharing?type=map&id=externalMap"

    def external(user: str, wanted: bool) -> bool:
        assert api.post(path, dialog("rw------", externalAccess=wanted), user=user).status == 200
        return api.get(path).json["object"]["externalAccess"]

    assert [external("mapper", True), external("admin", True), external("mapper", False), external("admin", False)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_external_access_of_a_type_that_has_none(api: ApiClient) -> None:
    row = stored_element()

    save(api, row, dialog(externalAccess=True))

    assert shown(api, row)["object"]["externalAccess"] is False


def test_an_event_program_shares_its_stage(api: ApiClient, outsider: User) -> None:
    program = create(api, "program", programType="WITHOUT_REGISTRATION")
    stage = create(api, "programStage", program={"id": program["id"]})

    row = Program.objects.get(uid=program["id"])
    assert save(api, row, dialog("r-r-----", [(outsider.uid, "rwrw----")]), type_name="program").status == 200

    found = ProgramStage.objects.get(uid=stage["id"]).sharing
    assert (found["public"], found["users"]) == ("r-r-----", grants(**{outsider.uid: "rwrw----"}))


def test_a_tracker_program_keeps_its_stages_apart(api: ApiClient, outsider: User) -> None:
    program = create(api, "program", programType="WITH_REGISTRATION")
    stage = create(api, "programStage", program={"id": program["id"]})
    before = ProgramStage.objects.get(uid=stage["id"]).sharing

    save(api, Program.objects.get(uid=program["id"]), dialog("r-r-----"), type_name="program")

    assert ProgramStage.objects.get(uid=stage["id"]).sharing == before


def test_a_visualization_shares_its_expressions(api: ApiClient, outsider: User) -> None:
    expression = create(api, "expressionDimensionItem")
    items = [
        {"dataDimensionItemType": "EXPRESSION_DIMENSION_ITEM", "expressionDimensionItem": {"id": expression["id"]}}
    ]
    chart = visualization(dataDimensionItems=items)
    assert put_in(api, visualizations=[chart]).status == 200

    save(api, Visualization.objects.get(uid=chart["id"]), dialog("r-------", [(outsider.uid, "r-------")]),
         type_name="visualization")  # fmt: skip

    found = ExpressionDimensionItem.objects.get(uid=expression["id"]).sharing
    assert (found["public"], found["users"]) == ("--------", grants(**{outsider.uid: "r-------"}))


@pytest.mark.parametrize("singular", [s.singular for s in all_schemas() if s.shareable])
def test_every_shareable_type_has_a_dialog(api: ApiClient, singular: str) -> None:
    text = api.get(f"/api/sharing?type={singular}&id={NOWHERE}").json["message"]

    assert text == f"Object of type {singular} with ID {NOWHERE} was not found."


def test_xml_out_and_in(api: ApiClient, outsider: User) -> None:
    group = user_group("Group")
    row = stored_element(public="r-------", users={outsider.uid: "rw------"}, groups={group.uid: "r-------"})
    path = f"/api/sharing?type=dataElement&id={row.uid}"

    answer = api.get(path, headers={"Accept": "application/xml"})

    root = etree.fromstring(answer.content)
    assert etree.QName(root).localname == "sharing"
    assert root.xpath("//*[local-name()='userGroupAccess']/@access") == ["r-------"]
    assert root.xpath("string(//*[local-name()='publicAccess'])") == "r-------"
    sent = answer.text.replace("rw------", "r-------")
    posted = api.post(path, sent, content_type="application/xml", headers={"Accept": "application/xml"})
    assert (posted.status, b"Access control set" in posted.content) == (200, True)
    assert sharing_of(row) == row.sharing | {"users": grants(**{outsider.uid: "r-------"})}


def test_xml_with_attributes(api: ApiClient, outsider: User) -> None:
    row = stored_element()
    body = f'<x><object publicAccess="r-------"><userAccesses><u id="{outsider.uid}" access="r-------"/></userAccesses>\
</object></x>'

    assert save_xml(api, row, body).status == 200
    assert sharing_of(row) == shared("r-------", row.sharing["owner"], users={outsider.uid: "r-------"})
    assert save_xml(api, row, "<x>").status == 400


def save_xml(api: ApiClient, row: Any, body: str) -> Answer:
    return api.post(f"/api/sharing?type=dataElement&id={row.uid}", body, content_type="application/xml")


def test_the_number_of_queries_is_that_of_one_grant(api: ApiClient) -> None:
    def counts(size: int) -> list[int]:
        people = [persona(f"p{size}x{n}") for n in range(size)]
        groups = [user_group(f"G{size}x{n}") for n in range(size)]
        row = stored_element(f"Size {size}", users={p.uid: "r-------" for p in people})
        body = dialog("r-------", [(p.uid, "r-------") for p in people], [(g.uid, "r-------") for g in groups])
        found = []
        for ask in (lambda: save(api, row, body), lambda: shown(api, row),
                    lambda: api.get(f"/api/sharing/search?key=p{size}x")):  # fmt: skip
            with query_counter() as counter:
                ask()
            found.append(counter.count)
        return found

    api.get("/api/me")  # the first login looks at more
    for few, many in zip(counts(1), counts(12), strict=True):
        assert few == many


def test_a_superuser_helps_with_dashboards_that_his_lists_do_not_show(api: ApiClient, outsider: User) -> None:
    """Lists of dashboards are everybody's own, a superuser's too; by their addresses he reads and shares them all."""
    assert api.post("/api/dashboards", {"id": "ownersBoard", "name": "Mine"}, user="outsider").status == 201

    assert "ownersBoard" not in api.get("/api/dashboards?paging=false").text
    assert "ownersBoard" not in api.get("/api/dashboards/gist").text
    assert api.get("/api/dashboards/ownersBoard").json["name"] == "Mine"
    assert api.post("/api/sharing?type=dashboard&id=ownersBoard", dialog("r-------")).status == 200
    assert "ownersBoard" in api.get("/api/dashboards?paging=false").text


def test_an_export_of_everything_loses_no_dashboard(api: ApiClient, outsider: User) -> None:
    """Who moves a database to another server takes along what people keep for themselves."""
    assert api.post("/api/dashboards", {"id": "ownersBoard", "name": "Mine"}, user="outsider").status == 201

    for path in ("/api/metadata", "/api/metadata?dashboards=true", "/api/dashboards/ownersBoard/metadata"):
        (board,) = api.get(path).json["dashboards"]
        assert (board["name"], board["sharing"]["owner"]) == ("Mine", outsider.uid)
    assert "dashboards" not in api.get("/api/metadata?dashboards=true", user=persona("another").username).json
