"""What holds for every type that is declared, today's and tomorrow's."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import metadata_schemas
from dhis2api.objects.schema import Schema
from tests.harness.client import ApiClient
from tests.objects.payloads import minimal
from users.models import User

pytestmark = pytest.mark.django_db
SCHEMAS = [s for s in metadata_schemas() if not s.wire.read_only]
every_type = pytest.mark.parametrize("schema", SCHEMAS, ids=[s.plural for s in SCHEMAS])


def path(schema: Schema, uid: str = "", query: str = "") -> str:
    return f"/api/{schema.plural}" + (f"/{uid}" if uid else "") + (f"?{query}" if query else "")


def owned(api: ApiClient, schema: Schema, uid: str) -> dict[str, Any]:
    answer = api.get(path(schema, uid, "fields=:owner"))
    assert answer.status == 200, answer
    return answer.json


def without_stamp(shown: dict[str, Any]) -> dict[str, Any]:
    """A set's version counts its updates; who changed it last, and when, changes too."""
    return {k: v for k, v in shown.items() if k not in ("lastUpdated", "lastUpdatedBy", "version", "password")}


@every_type
def test_an_object_lives_from_post_to_delete(api: ApiClient, schema: Schema) -> None:
    payload = minimal(api, schema)
    uid = payload["id"]

    created = api.post(path(schema), payload)
    assert (created.status, created.headers["Location"]) == (201, f"http://testserver/api/{schema.plural}/{uid}")
    assert created.json["response"] == {
        "responseType": "ObjectReport", "klass": schema.klass, "uid": uid, "errorReports": [],
    }  # fmt: skip

    shown = owned(api, schema, uid)
    assert {name: shown.get(name) for name in payload} == payload

    replaced = api.put(path(schema, uid), shown)
    assert replaced.status == 200, replaced
    assert without_stamp(owned(api, schema, uid)) == without_stamp(shown)

    listed = api.get(path(schema, query=f"filter=id:eq:{uid}")).json
    assert ([o["id"] for o in listed[schema.plural]], listed["pager"]["total"]) == ([uid], 1)

    if schema.has("code"):
        patched = api.patch(path(schema, uid), [{"op": "replace", "path": "/code", "value": f"C-{uid}"}])
        assert patched.status == 200, patched
        assert owned(api, schema, uid)["code"] == f"C-{uid}"

    assert api.delete(path(schema, uid)).status == 200
    assert api.get(path(schema, uid)).json["errorCode"] == "E1005"
    assert api.delete(path(schema, uid)).status == 404


@pytest.mark.parametrize(
    "schema", [s for s in SCHEMAS if s.rules.any_create and not s.rules.implicit_private], ids=lambda s: s.plural
)
def test_without_the_types_authorities_nothing_is_written(api: ApiClient, schema: Schema, outsider: User) -> None:
    payload = minimal(api, schema)

    refused = api.post(path(schema), payload, user="outsider")

    assert (refused.status, refused.json["errorCode"]) == (403, "E1006")
    assert api.post(path(schema), payload).status == 201
    for answer in (
        api.put(path(schema, payload["id"]), payload, user="outsider"),
        api.patch(path(schema, payload["id"]), [], user="outsider"),
        api.delete(path(schema, payload["id"]), user="outsider"),
    ):
        assert (answer.status, answer.json["errorCode"]) == (403, "E1006")
    assert api.get(path(schema, payload["id"])).status == 200


@pytest.mark.parametrize("schema", [s for s in SCHEMAS if s.shareable], ids=lambda s: s.plural)
def test_what_is_not_shared_does_not_exist(api: ApiClient, schema: Schema, editor: User) -> None:
    payload = minimal(api, schema) | {"sharing": {"public": "--------"}}
    uid = payload["id"]
    assert api.post(path(schema), payload).status == 201

    for answer in (
        api.get(path(schema, uid), user="editor"),
        api.put(path(schema, uid), payload, user="editor"),
        api.patch(path(schema, uid), [], user="editor"),
        api.delete(path(schema, uid), user="editor"),
    ):
        assert (answer.status, answer.json["message"]) == (
            404, f"{schema.simple_klass} with id {uid} could not be found.",
        )  # fmt: skip
    assert api.get(path(schema, query=f"filter=id:eq:{uid}"), user="editor").json["pager"]["total"] == 0
    export = api.get(f"/api/metadata?{schema.plural}:filter=id:eq:{uid}", user="editor")
    assert schema.plural not in export.json


@every_type
def test_all_members_of_a_list_are_shown(api: ApiClient, schema: Schema) -> None:
    """The e2e suite of DHIS2 walks all schemas like this."""
    assert api.post(path(schema), minimal(api, schema)).status == 201

    listed = api.get(path(schema, query="fields=*&pageSize=3"))

    assert listed.status == 200, listed
    first = listed.json[schema.plural][0]
    assert first["href"] == f"http://testserver/api/{schema.plural}/{first['id']}"
    assert first["access"]["update"] is True
    assert api.post(f"/api/schemas/{schema.singular}", first).json["response"]["errorReports"] == []


@every_type
def test_an_object_as_it_is_shown_can_be_put_back(api: ApiClient, schema: Schema) -> None:
    """Derived and foreign members are tolerated; nothing is lost."""
    payload = minimal(api, schema)
    uid = payload["id"]
    assert api.post(path(schema), payload).status == 201
    before = owned(api, schema, uid)

    answer = api.put(path(schema, uid), api.get(path(schema, uid)).json)

    assert answer.status == 200, answer
    assert without_stamp(owned(api, schema, uid)) == without_stamp(before)


@every_type
def test_the_schema_is_described(api: ApiClient, schema: Schema) -> None:
    shown = api.get(f"/api/schemas/{schema.singular}").json

    assert (shown["singular"], shown["plural"], shown["klass"]) == (schema.singular, schema.plural, schema.klass)
    assert shown["relativeApiEndpoint"] == f"/{schema.plural}"
    assert {"id", "created", "lastUpdated", "access", "href"} <= {p["fieldName"] for p in shown["properties"]}


@every_type
def test_an_object_renders_as_xml_and_as_a_page(api: ApiClient, schema: Schema) -> None:
    payload = minimal(api, schema)
    api.post(path(schema), payload)

    document = api.get(f"/api/{schema.plural}/{payload['id']}.xml")
    page = api.get(path(schema, payload["id"]), headers={"Accept": "text/html"})

    assert document.headers["Content-Type"].startswith("application/xml")
    assert f"<{schema.singular} " in document.text
    assert page.headers["Content-Type"].startswith("text/html")
    assert payload["id"] in page.text


def test_a_whole_export_goes_in_again_as_updates(api: ApiClient) -> None:
    """CREATE_AND_UPDATE updates everything; CREATE ignores everything, with 409."""
    export = api.get("/api/metadata").json

    again = api.post("/api/metadata", export)
    assert again.status == 200, again
    total = again.summary["stats"]["total"]
    assert again.summary["stats"] == {"created": 0, "updated": total, "deleted": 0, "ignored": 0, "total": total}

    refused = api.post("/api/metadata?importStrategy=CREATE", export)
    assert (refused.status, refused.summary["status"]) == (409, "ERROR")
    assert refused.summary["stats"] == {"created": 0, "updated": 0, "deleted": 0, "ignored": total, "total": total}


def test_all_schemas_are_listed(api: ApiClient) -> None:
    shown = api.get("/api/schemas?fields=plural,metadata").json["schemas"]

    assert {s.plural for s in metadata_schemas()} <= {s["plural"] for s in shown if s["metadata"]}
