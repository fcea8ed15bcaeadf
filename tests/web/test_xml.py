"""XML bodies are read piece by piece; entities, DOCTYPEs and broken documents are refused with their place."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from dhis2api.errors import ApiError
from dhis2api.web.xml import generic_document, iter_elements, local_name, namespace, read_tree

XML = "application/xml"
LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (level, (b"&lol%d;" % (level - 1) if level > 1 else b"&lol;") * 10)
        for level in range(1, 10)
    )
    + b"]>"
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(LAUGHS + b"<a>&lol9;</a>", id="billion laughs in text"),
        pytest.param(LAUGHS + b'<a b="&lol9;"/>', id="billion laughs in an attribute"),
        pytest.param(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', id="external entity"),
        pytest.param(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', id="external DTD"),
        pytest.param(b"<!DOCTYPE a><a/>", id="bare doctype"),
        pytest.param('<?xml version="1.0"?><!DOCTYPE a []><a/>'.encode("utf-16"), id="UTF-16 doctype"),
        pytest.param(b"<a>&unknown;</a>", id="unknown entity"),
        pytest.param(b"<a><b></a>", id="mismatch"),
        pytest.param(b"<a>", id="cut"),
        pytest.param(b"", id="empty"),
        pytest.param(b"<a>\x00</a>", id="NUL"),
        pytest.param(b"<a>&#0;</a>", id="escaped NUL"),
        pytest.param(b"<a>&#xD800;</a>", id="lone surrogate"),
        pytest.param(b"<a>" * 100_000, id="100,000 deep"),
        pytest.param(b'{"dataValues": []}', id="JSON"),
    ],
)
def test_unreadable_xml_is_a_400_with_its_place(web: Client, body: bytes) -> None:
    answer = web.post("/api/test/elements", body, content_type=XML)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("XML parse error: ")
    assert "line" in answer.json()["message"]
    assert "column" in answer.json()["message"]
    assert "root:" not in answer.json()["message"]


def test_the_place_of_a_fault_is_exact() -> None:
    with pytest.raises(ApiError) as refusal:
        list(iter_elements(io.BytesIO(b"<a>\n  <b></c>\n</a>")))

    assert refusal.value.message.endswith("b line 2 and c, at line 2, column 10")


def test_100_mb_of_garbage_is_refused_at_once(web: Client) -> None:
    assert web.post("/api/test/elements", b"garbage " * 12_500_000, content_type=XML).status_code == 400


def test_the_example_of_the_documentation_is_read(web: Client) -> None:
    body = b'<dataValueSet xmlns="http://dhis2.org/schema/dxf/2.0"><dataValue value="10"/></dataValueSet>'

    answer = web.post("/api/test/elements", body, content_type="text/xml")

    assert answer.json()["elements"] == ["dataValueSet", "dataValue"]


def test_reading_forgets_what_it_handed_out() -> None:
    stream = io.BytesIO(b"<a><g>" + b"<v>text</v>" * 1000 + b"</g><g/></a>")

    ends = [(element.text, len(element)) for event, element in iter_elements(stream) if event == "end"]

    assert ends[:1000] == [("text", 0)] * 1000
    assert max(children for _, children in ends) <= 1  # only the last child may still hang on its parent


def test_a_tree_keeps_everything() -> None:
    root = read_tree(io.BytesIO(b'<m xmlns="urn:x"><c><d id="1">t</d></c></m>'))

    assert (local_name(root), namespace(root), root[0][0].get("id"), root[0][0].text) == ("m", "urn:x", "1", "t")


def test_any_value_has_a_generic_form() -> None:
    data = {"name": "a\x00<b", "categories": [{"id": "x", "on": True}], "users": {"1a": {"access": "r"}}, "none": None}

    document = generic_document("metadata", data).decode()

    assert document.endswith(
        '<metadata xmlns="http://dhis2.org/schema/dxf/2.0"><name>a&lt;b</name>'
        '<categories><category id="x" on="true"/></categories>'
        '<users><entry key="1a"><value access="r"/></entry></users></metadata>'
    )
