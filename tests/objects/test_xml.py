"""Metadata as XML: written as DHIS2 2.36 does, and read back without loss (DHIS2 2.36, metadata API, XML)."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dhis2api.errors import ApiError
from dhis2api.objects.formats.xml_reading import read_metadata, read_one
from dhis2api.objects.registry import endpoint_schemas, get_schema
from dhis2api.objects.schema import Schema
from dhis2api.objects.xml import document_chunks, object_document
from dhis2api.web.xml import DXF, to_bytes
from tests.harness.client import ApiClient, basic
from tests.harness.queries import query_counter
from tests.objects.imports import data_element, group, unit
from tests.objects.payloads import create, minimal

pytestmark = pytest.mark.django_db
SCHEMAS = [s for s in endpoint_schemas() if not s.wire.read_only and s.wire.metadata]
XML = "application/xml"
# Every character that XML 1.0 has; the others are left out.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def tree(answer: Any) -> etree._Element:
    return etree.fromstring(answer.content)


def stable(shown: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in shown.items() if k not in ("lastUpdated", "lastUpdatedBy", "version")}


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda s: s.plural)
def test_what_was_exported_as_xml_goes_in_unchanged(api: ApiClient, schema: Schema) -> None:
    payload = minimal(api, schema)
    assert api.post(f"/api/{schema.plural}", payload).status == 201
    address = f"/api/{schema.plural}/{payload['id']}?fields=:owner"
    before = api.get(address).json
    export = api.get(f"/api/metadata.xml?{schema.plural}:filter=id:eq:{payload['id']}")

    answer = api.post("/api/metadata", export.content, content_type=XML)

    assert answer.status == 200, answer
    assert answer.summary["stats"]["updated"] == 1
    assert stable(api.get(address).json) == stable(before)


def test_a_whole_export_as_xml_goes_in_again_as_updates(api: ApiClient) -> None:
    before = api.get("/api/metadata").json
    export = api.get("/api/metadata.xml")
    assert export.headers["Content-Type"] == "application/xml; charset=UTF-8"

    answer = api.post("/api/metadata", export.content, content_type=XML)

    assert answer.status == 200, answer
    total = answer.summary["stats"]["total"]
    assert answer.summary["stats"]["updated"] == total > 100
    after = api.get("/api/metadata").json
    for plural in before.keys() - {"system"}:
        assert [stable(o) for o in after[plural]] == [stable(o) for o in before[plural]], plural


def test_members_are_attributes_elements_and_wrappers(api: ApiClient) -> None:
    element = create(api, "dataElement", name="ANC", shortName="ANC", code="DE-1", style={"color": "#fff"})
    create(api, "dataElementGroup", name="Group", dataElements=[{"id": element["id"]}])

    root = tree(api.get("/api/metadata.xml?dataElementGroups:filter=name:eq:Group&dataElements:filter=name:eq:ANC"))

    space = {"d": DXF}
    assert root.tag == f"{{{DXF}}}metadata"
    assert root.findtext("d:system/d:version", namespaces=space)
    shown = root.find("d:dataElements/d:dataElement", space)
    assert {n: shown.get(n) for n in ("id", "name", "shortName", "code")} == {
        "id": element["id"], "name": "ANC", "shortName": "ANC", "code": "DE-1",
    }  # fmt: skip
    assert shown.get("created") and shown.get("lastUpdated")
    assert shown.findtext("d:valueType", namespaces=space) == element["valueType"]
    assert shown.find("d:zeroIsSignificant", space).attrib == {}
    assert shown.find("d:categoryCombo", space).attrib == {"id": "bjDvmb4bfuf"}
    assert shown.findtext("d:style/d:color", namespaces=space) == "#fff"
    member = root.find("d:dataElementGroups/d:dataElementGroup/d:dataElements/d:dataElement", space)
    assert member.attrib == {"id": element["id"]}


def test_the_schema_says_which_members_are_attributes(api: ApiClient) -> None:
    shown = api.get("/api/schemas/organisationUnit").json["properties"]

    assert {"id", "code", "name", "shortName", "created", "lastUpdated", "level", "leaf", "path", "href"} <= {
        p["fieldName"] for p in shown if p["attribute"]
    }


@pytest.mark.parametrize("content_type", ["application/xml", "text/xml", "application/xml; charset=UTF-8"])
def test_objects_and_their_references_in_one_document(api: ApiClient, content_type: str) -> None:
    body = """<metadata xmlns="http://dhis2.org/schema/dxf/2.0">
      <dataElementGroups><dataElementGroup id="grp00000001" name="G of XML" shortName="G of XML">
        <dataElements><dataElement id="dex00000001"/></dataElements></dataElementGroup></dataElementGroups>
      <dataElements><dataElement id="dex00000001" name="Of XML" shortName="Of XML"><valueType>NUMBER</valueType>
        <domainType>AGGREGATE</domainType><aggregationType>SUM</aggregationType></dataElement></dataElements>
      <unknownThings><unknownThing id="x"/></unknownThings>
    </metadata>"""

    answer = api.post("/api/metadata", body, content_type=content_type)

    assert (answer.status, answer.summary["stats"]["created"]) == (200, 2), answer
    assert api.get("/api/dataElementGroups/grp00000001").json["dataElements"] == [{"id": "dex00000001"}]


def test_the_report_comes_as_xml_if_asked_for(api: ApiClient) -> None:
    body = b"<metadata><dataElements><dataElement id='dex00000001' name='Incomplete'/></dataElements></metadata>"

    answer = api.post("/api/metadata", body, content_type=XML, headers={"Accept": XML})

    root = tree(answer)
    assert (answer.status, etree.QName(root).localname, root.get("status")) == (409, "webMessage", "WARNING")
    assert {e.get("errorCode") or e.findtext("{*}errorCode") for e in root.iter("{*}errorReport")} == {"E4000"}


def test_a_single_object_comes_and_goes_as_xml(api: ApiClient) -> None:
    body = """<dataElement name="Single" shortName="Single" id="dex00000001"><valueType>NUMBER</valueType>
      <domainType>AGGREGATE</domainType><aggregationType>SUM</aggregationType><style><color>#abc</color></style>
      </dataElement>"""

    created = api.post("/api/dataElements", body, content_type=XML, headers={"Accept": XML})
    assert (created.status, etree.QName(tree(created)).localname) == (201, "webMessage")
    shown = api.get("/api/dataElements/dex00000001.xml?fields=:owner")
    replaced = api.put(
        "/api/dataElements/dex00000001", shown.text.replace("Single", "Changed"), content_type="text/xml"
    )

    assert replaced.status == 200, replaced
    stored = api.get("/api/dataElements/dex00000001").json
    assert (stored["name"], stored["shortName"], stored["style"]) == ("Changed", "Changed", {"color": "#abc"})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<metadata>\n<dataElements></metadata>", "line 2"),
        ("", "line 1, column 1"),
        ('<!DOCTYPE m [<!ENTITY x "y">]><metadata>&x;</metadata>', "DOCTYPE"),
        ("<metadata>" + "<a>" * 230 + "</a>" * 230 + "</metadata>", "nested deeper than 200 levels, at line 1"),
        ("<dataElement/>", "the root is `dataElement`, expected `metadata`, at line 1"),
        ("<metadata><dataElements><dataElement id='a'></dataElements></metadata>", "line 1"),
    ],
)
def test_malformed_xml_is_refused_with_its_place(api: ApiClient, body: str, reason: str) -> None:
    answer = api.post("/api/metadata", body.encode(), content_type=XML)

    assert answer.status == 400, answer
    assert reason in answer.json["message"]


def test_the_root_of_a_single_object_is_its_type(api: ApiClient) -> None:
    answer = api.post("/api/dataElements", "<indicator/>", content_type=XML)

    assert answer.status == 400
    assert answer.json["message"] == (
        "XML parse error: the root is `indicator`, expected `dataElement`, at line 1, column 1"
    )


def test_a_bad_value_names_its_place(api: ApiClient) -> None:
    body = "<dataElements><dataElement name='a'><valueType>NUMBR</valueType></dataElement></dataElements>"

    answer = api.post("/api/metadata", f"<metadata>{body}</metadata>", content_type=XML)

    assert (answer.status, "dataElements[0].valueType" in answer.json["message"]) == (400, True)


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_compressed_bodies_are_recognised(api: ApiClient, form: str, packing: str) -> None:
    plain = api.get(f"/api/metadata.{form}?constants=true&organisationUnits=true").content
    packed = io.BytesIO()
    if packing == "gzip":
        packed.write(gzip.compress(plain))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"metadata.{form}", plain)

    answer = api.post("/api/metadata", packed.getvalue(), content_type=f"application/{form}")

    assert answer.status == 200, answer
    assert answer.summary["stats"]["updated"] > 0


@pytest.mark.parametrize(("suffix", "packing"), [("gz", "gzip"), ("zip", "zip")])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_compressed_exports_are_files(api: ApiClient, form: str, suffix: str, packing: str) -> None:
    plain = api.get(f"/api/metadata.{form}?organisationUnitLevels=true").content
    answer = api.get(f"/api/metadata.{form}.{suffix}?organisationUnitLevels=true")

    assert answer.headers["Content-Disposition"] == f"attachment; filename=metadata.{form}.{suffix}"
    assert answer.headers["Content-Type"] == f"application/{form}+{packing}"
    if packing == "gzip":
        unpacked = gzip.decompress(answer.content)
    else:
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.namelist() == [f"metadata.{form}"]
        unpacked = archive.read(f"metadata.{form}")
    assert len(unpacked) == len(plain)


@pytest.mark.parametrize("suffix", ["json", "json.gz", "json.zip", "xml", "xml.gz", "xml.zip"])
def test_an_export_goes_out_while_it_is_read(db: None, suffix: str) -> None:
    response = Client().get(f"/api/metadata.{suffix}", headers={"Authorization": basic("admin", "district")})

    pieces = list(response.streaming_content)
    assert len(pieces) > 5
    assert max(map(len, pieces)) < sum(map(len, pieces)) * 0.6


def test_queries_of_an_export_do_not_grow(api: ApiClient) -> None:
    path = "/api/metadata.xml?organisationUnits:filter=level:le:"
    with query_counter() as few:
        api.get(f"{path}2")
    with query_counter() as many:
        api.get(f"{path}3")

    assert few.count == many.count


@pytest.mark.parametrize("form", ["json", "xml"])
def test_download_makes_a_plain_export_a_file(api: ApiClient, form: str) -> None:
    path = f"/api/metadata.{form}?constants=true"

    assert "Content-Disposition" not in api.get(path).headers
    assert api.get(f"{path}&download=true").headers["Content-Disposition"] == f"attachment; filename=metadata.{form}"


def test_a_member_of_any_name_can_be_shown(api: ApiClient) -> None:
    """What a request renames a member to need not be a name in XML."""
    root = tree(api.get("/api/organisationUnitLevels.xml?fields=id,name~rename(1 a/b),level~rename(id)&pageSize=1"))

    shown = root.find("{*}organisationUnitLevels/{*}organisationUnitLevel")
    assert shown.find("{*}entry").get("key") == "1 a/b"


def test_geometry_is_geojson_as_text(api: ApiClient) -> None:
    place = {"type": "Polygon", "coordinates": [[[1.5, 2], [3, 4], [5, 6], [1.5, 2]]]}
    payload = unit(geometry=place)
    api.post("/api/organisationUnits", payload)
    address = f"/api/organisationUnits/{payload['id']}"

    shown = api.get(f"{address}.xml?fields=:owner")

    assert orjson.loads(tree(shown).findtext("{*}geometry")) == place
    assert api.put(address, shown.text, content_type=XML).status == 200
    assert api.get(address).json["geometry"] == place


@given(name=TEXTS, description=TEXTS, code=TEXTS)
def test_texts_come_back_as_they_were(name: str, description: str, code: str) -> None:
    schema = get_schema("dataElement")
    shown = {"id": "dex00000001", "name": name, "code": code, "description": description}

    assert read_one(schema, io.BytesIO(to_bytes(object_document(schema, shown)))) == shown


@given(style=st.dictionaries(TEXTS, JSON), levels=st.lists(st.integers(0, 9)), translation=TEXTS)
def test_values_of_free_form_come_back_as_they_were(style: Any, levels: list[int], translation: str) -> None:
    schema = get_schema("dataElement")
    shown = {
        "style": style, "aggregationLevels": levels, "zeroIsSignificant": True, "optionSet": {"id": "x"},
        "translations": [{"locale": "fr", "property": "NAME", "value": translation}],
        "attributeValues": [{"attribute": {"id": "y"}, "value": translation}],
    }  # fmt: skip

    document = b"".join(document_chunks({}, [(schema, [shown])]))

    assert read_metadata(io.BytesIO(document)) == {"dataElements": [shown]}


@given(st.binary(max_size=300) | TEXTS.map(lambda text: f"<metadata><dataElements>{text}</dataElements>".encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(read_metadata(io.BytesIO(body)), dict)
    except ApiError as error:
        assert (error.status, "line" in error.message) == (400, True)


def test_a_list_of_many_pieces_is_one_document() -> None:
    schema = get_schema("dataElement")
    objects = [{"id": f"de{n:09}", "name": "<&>"} for n in range(450)]

    whole = b"".join(document_chunks({"pager": {"page": 1}}, [(schema, objects), (get_schema("indicator"), [])]))

    root = etree.fromstring(whole)
    assert [e.get("id") for e in root.iter("{*}dataElement")] == [o["id"] for o in objects]
    assert whole == etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    assert root.findtext("{*}pager/{*}page") == "1"


def test_a_group_of_many(api: ApiClient) -> None:
    """A repeated item of a wrapper is never taken for one."""
    elements = [data_element() for _ in range(3)]
    members = group(*(e["id"] for e in elements))
    assert api.post("/api/metadata", {"dataElements": elements, "dataElementGroups": [members]}).status == 200
    address = f"/api/dataElementGroups/{members['id']}"

    for left in (3, 1, 0):
        kept = {"dataElements": [{"id": e["id"]} for e in elements[:left]]}
        assert api.put(address, members | kept).status == 200
        assert api.put(address, api.get(f"{address}.xml?fields=:owner").text, content_type=XML).status == 200
        assert len(api.get(address).json["dataElements"]) == left
