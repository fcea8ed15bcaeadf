"""Builders of data value sets, ways to send them, and a look into the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from lxml import etree

from dhis2api.demo import identifiers as ids
from dhis2api.demo.disaggregations import PARTNERS
from dhis2api.demo.identifiers import demo_uid
from tests.harness.client import Answer, ApiClient

SETS = "/api/dataValueSets"
OLD_SETS = "/api/33/dataValueSets"
DXF = "http://dhis2.org/schema/dxf/2.0"
PERIOD = "201401"  # the demo has no values in it
NOBODY = "Jkhdsf8sdf4"  # the documentation's org unit that does not exist

SESSIONS = demo_uid("dataElement", "PART_SESSIONS")  # of the data set with partners as attribute
PARTNER_SET = demo_uid("dataSet", "PARTNER_ACTIVITIES")
HARBOUR, RURAL_CARE, SUNRISE = PARTNERS.option_combo_uids()
HARBOUR_OPTION = PARTNERS.categories[0].options[0].uid
POWER = demo_uid("dataElement", "INV_POWER")
WATER = demo_uid("dataElement", "INV_WATER")
LASSA = demo_uid("dataElement", "IDSR_LASSA")  # its zeros count
POSTS = demo_uid("dataElement", "INV_POSTS")  # averaged
AUDIT_SET = demo_uid("dataSet", "DEATH_AUDIT")
AUDIT_DEATHS = demo_uid("dataElement", "AUDIT_DEATHS")


def value(**members: Any) -> dict[str, Any]:
    """One value in JSON's names: twelve measles deaths in Ngelehun, unless `members` say otherwise; None is absent."""
    wanted = {"data_element": ids.MEASLES, "period": PERIOD, "org_unit": ids.NGELEHUN_CHC, "value": "12"} | members
    return {camel(name): content for name, content in wanted.items() if content is not None}


def value_set(*values: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A set of values with header members in snake case."""
    return {camel(name): content for name, content in members.items()} | {"dataValues": list(values)}


def as_xml(payload: Mapping[str, Any]) -> bytes:
    """The same set as DXF 2 XML."""
    root = etree.Element(f"{{{DXF}}}dataValueSet", nsmap={None: DXF})
    _fill(root, {name: content for name, content in payload.items() if name != "dataValues"})
    for item in payload["dataValues"]:
        _fill(etree.SubElement(root, f"{{{DXF}}}dataValue"), item)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def send(api: ApiClient, *values: Mapping[str, Any], query: str = "", user: str = "admin", **members: Any) -> Answer:
    """Post a set as JSON to the unversioned address."""
    return api.post(SETS + query, value_set(*values, **members), user=user)


def send_xml(api: ApiClient, payload: Mapping[str, Any] | bytes | str, path: str = SETS, **options: Any) -> Answer:
    """Post a set as XML."""
    body = payload if isinstance(payload, bytes | str) else as_xml(payload)
    return api.post(path, body, content_type="application/xml", **options)


def read(api: ApiClient, user: str = "admin", **params: Any) -> list[dict[str, Any]]:
    """The values of an export: of the mortality set in Ngelehun's January 2014, unless `params` say otherwise."""
    answer = api.get(SETS + query(**params), user=user)
    assert answer.status == 200, answer
    return answer.json["dataValues"]


def query(**params: Any) -> str:
    """A query string; None leaves a default out, lists repeat."""
    wanted = {"data_set": ids.MORTALITY, "period": PERIOD, "org_unit": ids.NGELEHUN_CHC} | params
    parts = []
    for name, content in wanted.items():
        for one in content if isinstance(content, list) else [content]:
            if one is not None:
                parts.append(f"{camel(name)}={one}")
    return "?" + "&".join(parts)


def stored(data_element: str = ids.MEASLES, period: str = PERIOD, org_unit: str = ids.NGELEHUN_CHC) -> dict[str, Any]:
    """The only row of a key without categories; an empty mapping if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, comment, followup, deleted, stored_by, created, last_updated FROM datavalue"
            " WHERE data_element_id = (SELECT id FROM metadata_dataelement WHERE uid = %s)"
            " AND period_id = (SELECT id FROM metadata_period WHERE iso = %s)"
            " AND organisation_unit_id = (SELECT id FROM metadata_organisationunit WHERE uid = %s)",
            [data_element, period, org_unit],
        )
        rows = cursor.fetchall()
        assert len(rows) < 2
        return dict(zip([column[0] for column in cursor.description], rows[0], strict=True)) if rows else {}


def count_rows() -> int:
    """How many rows the value table has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM datavalue")
        return cursor.fetchone()[0]


def age(seconds: int = 3600) -> None:
    """Make every stored value older, as a whole test is one transaction of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE datavalue SET created = created - %(age)s * interval '1 second',"
            " last_updated = last_updated - %(age)s * interval '1 second'"
            " WHERE period_id IN (SELECT id FROM metadata_period WHERE start_date < '2014-12-31')",
            {"age": seconds},
        )


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


def _fill(element: etree._Element, members: Mapping[str, Any]) -> None:
    for name, content in members.items():
        element.set(name, str(content).lower() if isinstance(content, bool) else str(content))
