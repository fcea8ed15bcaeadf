"""What one server exports is what the next one exports after importing it: nothing added, lost or changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from dhis2api.objects.registry import find_by_plural, metadata_schemas
from dhis2api.objects.schema import Shape
from tests.harness.client import ApiClient
from tests.harness.databases import OwnDatabase
from tests.metadata.emptying import empty
from tests.objects.payloads import create

# A set's version counts its updates; who imported last, and when, is the importer.
STAMPS = frozenset({"lastUpdated", "lastUpdatedBy", "createdBy", "user"})
# What both servers have before anything is imported.
KEPT = frozenset({"users", "userRoles", "userGroups"})


def export(api: ApiClient, query: str = "", form: str = "json") -> bytes:
    answer = api.get(f"/api/metadata.{form}?{query}")
    assert answer.status == 200, answer.text[:500]
    return answer.content


def comparable(document: bytes) -> dict[str, Any]:
    """Without the header and the stamps of the last import. Objects and what is a list keep their order; what DHIS2
    calls a set has none."""
    found = orjson.loads(document)
    return {
        plural: [_unordered(plural, _bare(one)) for one in objects]
        for plural, objects in found.items() if plural != "system" and plural not in KEPT
    }  # fmt: skip


def _unordered(plural: str, shown: dict[str, Any]) -> dict[str, Any]:
    for prop in find_by_plural(plural).properties.values():
        if prop.shape is Shape.MEMBERS and not prop.ordered and prop.name in shown:
            shown[prop.name].sort(key=lambda member: member["id"])
    return shown


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if name not in STAMPS}
    return value


def restore(api: ApiClient, document: bytes, query: str = "", content_type: str = "application/json") -> None:
    """Import into what is emptied before."""
    empty()
    assert api.get("/api/dataElements?pageSize=1").json["pager"]["total"] == 0
    answer = api.post(f"/api/metadata?{query}", document, content_type=content_type)
    assert answer.status == 200, answer.text[:2_000]


def assert_equal(found: dict[str, Any], expected: dict[str, Any]) -> None:
    """Type by type, so that a difference is shown where it is."""
    assert found.keys() == expected.keys()
    for plural, objects in expected.items():
        assert [o["id"] for o in found[plural]] == [o["id"] for o in objects], plural
        for one, other in zip(found[plural], objects, strict=True):
            assert one == other, plural


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_demo_goes_into_an_empty_database_and_comes_out_equal(
    own_database: OwnDatabase, api: ApiClient, form: str
) -> None:
    expected, document = comparable(export(api)), export(api, form=form)
    assert sum(len(objects) for objects in expected.values()) > 1_400

    restore(api, document, content_type=f"application/{form}")

    assert_equal(comparable(export(api)), expected)


@pytest.fixture
def every_type(own_database: OwnDatabase, api: ApiClient) -> Iterator[dict[str, Any]]:
    """One object at least of every type that `/api/metadata` carries; the export."""
    for schema in metadata_schemas():
        if not schema.wire.read_only:
            create(api, schema.singular)
    query = "&".join(f"{schema.plural}=true" for schema in metadata_schemas())
    yield {"query": query, "json": export(api, query), "xml": export(api, query, "xml")}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_objects_of_every_type_go_into_an_empty_database_and_come_out_equal(
    every_type: dict[str, Any], api: ApiClient, form: str
) -> None:
    expected = comparable(every_type["json"])
    assert expected.keys() | KEPT >= {s.plural for s in metadata_schemas() if not s.wire.read_only}

    restore(api, every_type[form], content_type=f"application/{form}")

    assert_equal(comparable(export(api, every_type["query"])), expected)


def test_every_type_is_updated_by_its_own_export(every_type: dict[str, Any], api: ApiClient) -> None:
    again = api.post("/api/metadata", every_type["json"])
    assert again.status == 200, again.text[:2_000]
    shown = again.summary["stats"]
    assert (shown["updated"], shown["ignored"]) == (shown["total"], 0)

    refused = api.post("/api/metadata?importStrategy=CREATE", every_type["json"])
    assert (refused.status, refused.summary["status"]) == (409, "ERROR")
    assert refused.summary["stats"]["ignored"] == refused.summary["stats"]["total"] == shown["total"]


def test_an_object_under_its_old_and_its_new_name_is_one(api: ApiClient, db: None) -> None:
    chart = {"id": "bothNamesE1", "name": "Under both names", "type": "PIVOT_TABLE"}

    answer = api.post("/api/metadata", {"eventReports": [chart], "eventVisualizations": [chart]})

    assert answer.status == 200, answer
    assert api.get("/api/eventVisualizations?filter=name:eq:Under both names").json["pager"]["total"] == 1


def coded(document: dict[str, Any]) -> dict[str, Any]:
    """Every reference to an object of the document by its code alone; attributes of values are named by their ids."""
    codes = {o["id"]: o["code"] for objects in document.values() for o in objects}

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"id"} and value["id"] in codes:
            return {"code": codes[value["id"]]}
        return {name: one if name in ("attribute", "sharing") else walk(one) for name, one in value.items()}

    return {plural: [walk(o) for o in objects] for plural, objects in document.items()}


def give_codes() -> None:
    """Each object of the metadata that has none is coded by its uid."""
    for schema in metadata_schemas():
        if schema.has("code") and schema.model._meta.app_label == "metadata":
            schema.model._base_manager.filter(code=None).update(code=Concat(Value("C_"), F("uid")))


def test_the_demo_goes_into_an_empty_database_by_codes(own_database: OwnDatabase, api: ApiClient) -> None:
    give_codes()
    document = {p: o for p, o in orjson.loads(export(api)).items() if p != "system" and p not in KEPT}
    expected = comparable(export(api))

    restore(api, orjson.dumps(coded(document)), "identifier=CODE")

    assert_equal(comparable(export(api)), expected)
