"""Bodies that are no data value set: always a 4xx that names the place, and never a row."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree
from pytest_django.fixtures import Settings

from datavalues.importer import import_data_value_set
from datavalues.params import ImportParams
from dhis2api.demo import identifiers as ids
from dhis2api.errors import ApiError
from tests.datavalues.payloads import DXF, OLD_SETS, SETS, as_xml, count_rows, send_xml, value, value_set
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db

GOOD = json.dumps(value())
MEBIBYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def _nothing_is_written(db: None) -> Iterator[None]:
    before = count_rows()
    yield
    assert count_rows() == before


def refused(answer: Answer, *words: str, status: int = 400) -> None:
    """Check that an answer refuses a body, in DHIS2's shape, with these words in its message."""
    assert answer.status == status, answer
    assert all(word in answer.json["message"] for word in words), answer.json["message"]
    if status == 400:
        assert answer.summary["status"] == "ERROR"
        assert answer.counts == {"imported": 0, "updated": 0, "ignored": 0, "deleted": 0}
        assert answer.summary["conflicts"] == []


JSON_BODIES = [
    pytest.param("", ["the body is empty"], id="empty"),
    pytest.param("dataValues", ["line 1, column 1"], id="no-json"),
    pytest.param('{"dataValues": [', ["line 1, column"], id="cut"),
    pytest.param(f'{{"dataValues": [\n{GOOD},\n{GOOD[:-5]}', ["line 3, column"], id="cut-in-a-value"),
    pytest.param('{"dataValues": [],}', ["line 1, column"], id="trailing-comma"),
    pytest.param('{"dataValues": []} {}', ["line 1, column"], id="more-behind-it"),
    pytest.param("[]", ["Expected `object`, got `array`"], id="array"),
    pytest.param('"text"', ["Expected `object`, got `str`"], id="text"),
    pytest.param("null", ["Expected `object`, got `null`"], id="null"),
    pytest.param('{"dataValues": {}}', ["Expected `array | null`, got `object`", "$.dataValues"], id="values-object"),
    pytest.param('{"dataValues": "12"}', ["$.dataValues"], id="values-text"),
    pytest.param('{"dataValues": [5]}', ["Expected `object`, got `int`", "$.dataValues[0]"], id="value-number"),
    pytest.param('{"dataValues": [null]}', ["Expected `object`, got `null`", "$.dataValues[0]"], id="value-null"),
    pytest.param('{"dataValues": [[]]}', ["$.dataValues[0]"], id="value-array"),
    pytest.param(f'{{"dataValues": [{GOOD}, {{"value": [12]}}]}}', ["$.dataValues[1].value"], id="text-list"),
    pytest.param('{"dataValues": [{"dataElement": {"id": "x"}}]}', ["$.dataValues[0].dataElement"], id="text-object"),
    pytest.param('{"dataValues": [{"followup": [true]}]}', ["$.dataValues[0].followup"], id="flag-list"),
    pytest.param('{"dataValues": [{"deleted": {}}]}', ["$.dataValues[0].deleted"], id="flag-object"),
    pytest.param('{"dataSet": ["pBOMPrpg1QX"]}', ["$.dataSet"], id="header-list"),
    pytest.param('{"orgUnit": {"id": "DiszpKrYNg8"}}', ["$.orgUnit"], id="header-object"),
    pytest.param('{"dryRun": []}', ["$.dryRun"], id="header-flag"),
    pytest.param('{"attributeCategoryOptions": "x"}', ["$.attributeCategoryOptions"], id="options-text"),
    pytest.param('{"attributeCategoryOptions": [1]}', ["$.attributeCategoryOptions[0]"], id="options-number"),
    pytest.param('{"dataValues": [{"value": "\\u0000"}]}', ["NUL", "line 1, column 28"], id="nul-escaped"),
    pytest.param('{"dataValues": [{"value": "\x00"}]}', ["line 1, column"], id="nul-raw"),
    pytest.param('{"dataValues":\n [{"value": "\\ud800"}]}', ["surrogate", "line 2, column"], id="lone-surrogate"),
    pytest.param('{"dataSet": "\\udfff"}', ["surrogate", "line 1, column"], id="lone-low-surrogate"),
    pytest.param('{"dataValues": [{"value": "\\x"}]}', ["line 1, column"], id="bad-escape"),
    pytest.param('{"dataValues": [{"value": NaN}]}', ["line 1, column"], id="nan"),
    pytest.param("[" * 100_000, ["Expected `object`, got `array`"], id="deep"),
    pytest.param("[" * 100_000 + "]" * 100_000, ["Expected `object`, got `array`"], id="deep-and-closed"),
    pytest.param('{"a":' * 100_000 + "1" + "}" * 100_000, ["nested deeper than 200 levels"], id="deep-objects"),
    pytest.param('{"x": ' + "[" * 100_000 + "]" * 100_000 + "}", ["nested deeper than 200 levels"], id="deep-unknown"),
    pytest.param(
        '{"dataValues": [{"x": ' + "[" * 100_000 + "]" * 100_000 + "}]}", ["nested deeper than 200 levels"],
        id="deep-in-a-value",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), JSON_BODIES)
def test_json_is_refused_with_its_place(api: ApiClient, body: str, words: list[str]) -> None:
    refused(api.post(SETS, body), *words)


def test_bytes_that_are_no_utf_8(api: ApiClient) -> None:
    refused(api.post(SETS, b'{"dataSet":\n "\xff"}'), "not UTF-8", "line 2, column 3")


XML_BODIES = [
    pytest.param("", ["line 1, column 1"], id="empty"),
    pytest.param("{}", ["line 1, column 1"], id="no-xml"),
    pytest.param("<dataValueSet>", ["line 1, column"], id="cut"),
    pytest.param("<dataValueSet>\n<dataValue></dataValueSet>", ["line 2, column"], id="not-nested"),
    pytest.param('<dataValueSet a="1" a="2"/>', ["line 1, column"], id="attribute-twice"),
    pytest.param('<dataValueSet period="&nbsp;"/>', ["line 1, column"], id="unknown-entity"),
    pytest.param('<dataValueSet period="&#0;"/>', ["line 1, column"], id="nul-reference"),
    pytest.param('<dataValueSet period="&#xD800;"/>', ["line 1, column"], id="lone-surrogate"),
    pytest.param('<dataValueSet period="\x00"/>', ["line 1, column"], id="nul"),
    pytest.param('<dataValueSet period="\x01"/>', ["line 1, column"], id="control-character"),
    pytest.param("<dataValues/>", ["The root must be `dataValueSet`", "line 1"], id="other-root"),
    pytest.param('\n<dataValueSet xmlns="urn:other"/>', ["must be `dataValueSet` of", "line 2"], id="other-namespace"),
    pytest.param("<a>" * 100_000, ["was `a`, at line 1"], id="other-root-deep"),
    pytest.param("<dataValueSet>" + "<a>" * 100_000, ["line 1, column"], id="deep-in-the-set"),
    pytest.param('<dataValueSet period="' + "x" * 11_000_000 + '"/>', ["line 1, column"], id="long-attribute"),
]


@pytest.mark.parametrize(("body", "words"), XML_BODIES)
def test_xml_is_refused_with_its_place(api: ApiClient, body: str, words: list[str]) -> None:
    refused(send_xml(api, body), *words)


@pytest.mark.parametrize(
    "subset",
    [
        "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20)) + '<!ENTITY a0 "lol">',
        '<!ENTITY a19 SYSTEM "file:///etc/hostname">',
        '<!ENTITY a19 "harmless">',
    ],
    ids=["billion-laughs", "external", "harmless"],
)  # fmt: skip
def test_xml_with_entities_is_refused(api: ApiClient, subset: str) -> None:
    body = f'<!DOCTYPE d [{subset}]><dataValueSet period="x">&a19;</dataValueSet>'

    answer = send_xml(api, body)

    assert answer.status == 400
    assert "line 1" in answer.json["message"]
    assert "lol" not in answer.text


@pytest.mark.parametrize("form", ["json", "xml"])
def test_fault_behind_a_thousand_good_values_stores_none_of_them(api: ApiClient, form: str) -> None:
    units = [ids.NGELEHUN_CHC, ids.BADJIA, ids.BAOMA, ids.BO]
    months = [f"{year}{month:02}" for year in range(1990, 2011) for month in range(1, 13)]
    payload = value_set(*(value(org_unit=unit, period=month) for unit in units for month in months))
    payload |= {"dataSet": ids.MORTALITY, "completeDate": "2014-02-03"}
    assert len(payload["dataValues"]) > 1_000

    if form == "json":
        answer = api.post(SETS, json.dumps(payload | {"dataValues": [*payload["dataValues"], {"value": {}}]}))
        refused(answer, "$.dataValues[1008].value")
    else:
        answer = send_xml(api, as_xml(payload).replace(b"</dataValueSet>", b"<dataValue>"))
        refused(answer, "line")


def test_fault_in_a_later_chunk_stores_nothing_and_names_its_value(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datavalues.formats.json.CHUNK", 2)
    monkeypatch.setattr("datavalues.formats.xml.CHUNK", 2)
    good = [value(period=f"20140{month}") for month in range(1, 6)]

    in_json = api.post(SETS, json.dumps(value_set(*good))[:-2] + ', {"value": {}}]}')
    in_xml = send_xml(api, as_xml(value_set(*good)).replace(b"</dataValueSet>", b"<x>"))

    refused(in_json, "$.dataValues[5].value")
    refused(in_xml, "line")


@pytest.mark.parametrize(("form", "accept"), [("json", "application/json"), ("xml", "application/xml")])
def test_shape_of_the_answer(api: ApiClient, form: str, accept: str) -> None:
    new = api.post(SETS, "<", content_type=f"application/{form}", headers={"Accept": accept})
    old = api.post(OLD_SETS, "<", content_type=f"application/{form}")

    assert new.status == old.status == 400
    if form == "json":
        assert list(new.json) == ["httpStatus", "httpStatusCode", "status", "message", "response"]
        assert new.json["status"] == "ERROR"
        assert new.summary["description"] == f"The import process failed: {new.json['message']}"
        assert old.json["responseType"] == "ImportSummary"
        assert old.json["importOptions"]["importStrategy"] == "CREATE_AND_UPDATE"
    else:
        root, bare = etree.fromstring(new.content), etree.fromstring(old.content)
        assert (root.tag, root.get("httpStatusCode")) == (f"{{{DXF}}}webMessage", "400")
        assert root.find("d:response/d:importCount", {"d": DXF}).get("imported") == "0"
        assert bare.tag == f"{{{DXF}}}importSummary"
        assert bare.findtext("d:status", namespaces={"d": DXF}) == "ERROR"


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08rubbish", b"PK\x03\x04rubbish", gzip.compress(b"{}", mtime=0)[:-6]])
def test_broken_archives_are_refused(api: ApiClient, content: bytes) -> None:
    refused(api.post(SETS, content), "The request body cannot be read")


def test_zip_of_two_files_is_refused(api: ApiClient) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "{}")
        archive.writestr("b", "{}")

    refused(api.post(SETS, buffer.getvalue()), "the zip holds 2 files")


@pytest.mark.parametrize("form", ["json", "xml"])
def test_gzip_bomb_stops_at_the_limit(api: ApiClient, settings: Settings, form: str) -> None:
    settings.MAX_BODY = 4 * MEBIBYTE
    start = b'{"dataValues": [' if form == "json" else b"<dataValueSet>"
    bomb = gzip.compress(start + b" " * (64 * MEBIBYTE))
    assert len(bomb) < MEBIBYTE

    refused(api.post(SETS, bomb, content_type=f"application/{form}"), "exceeds the limit of 4194304 bytes", status=413)


class Counted(io.RawIOBase):
    """A hundred megabytes that start like this; `taken` is how many of them somebody read."""

    def __init__(self, start: bytes, filling: bytes) -> None:
        self.start = start
        self.filling = filling * MEBIBYTE
        self.taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.taken >= 100 * MEBIBYTE:
            return b""
        wanted = size if 0 <= size <= MEBIBYTE else MEBIBYTE
        piece = (self.start + self.filling if self.taken == 0 else self.filling)[:wanted]
        self.taken += len(piece)
        return piece


@pytest.mark.parametrize(
    ("form", "start", "filling"),
    [
        ("json", b"", b"garbage "), ("json", b"", b"\xff\xfe"), ("json", b"", b"["),
        ("json", b'{"dataValues": [x', b" "),
        ("json", b"<dataValueSet>", b"<"), ("xml", b"", b"garbage "), ("xml", b"", b"\xff"),
        ("xml", b"<dataValueSet>", b"<<"), ("xml", b'<dataValueSet period="', b"x"),
    ],
)  # fmt: skip
def test_a_hundred_megabytes_of_garbage_fail_early(admin: User, form: str, start: bytes, filling: bytes) -> None:
    body: Any = Counted(start, filling)

    with pytest.raises(ApiError) as caught:
        import_data_value_set(body, params=ImportParams(), user=admin, format=form)

    assert caught.value.status == 400
    assert body.taken <= 12 * MEBIBYTE


@pytest.mark.parametrize(
    "text", ["\u202e", "\ufffe", "'; DROP TABLE datavalue; --", "%s", "\\N", "${x}", "x" * 100_000]
)
@pytest.mark.parametrize("name", ["data_element", "period", "org_unit", "category_option_combo"])
@pytest.mark.parametrize("scheme", ["uid", "name", f"attribute:{ids.REGISTRY_NUMBER}"])
def test_strange_identifiers_are_conflicts(api: ApiClient, name: str, text: str, scheme: str) -> None:
    identifiers = {"uid": ids.MEASLES, "name": "Measles"}
    sent = value(**{"data_element": identifiers.get(scheme, ids.MEASLES), name: text})

    answer = api.post(f"{SETS}?idScheme={scheme}", value_set(sent))

    assert answer.status == 409
    assert answer.counts["ignored"] == 1
