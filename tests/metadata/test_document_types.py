"""Rules of single types that are documents: SQL views, secrets of exchanges, event visualizations by old names."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.ciphers import decrypt_text
from dhis2api.objects.uids import generate_uid
from metadata.models import AggregateDataExchange
from tests.harness.client import ApiClient
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create
from users.models import User

pytestmark = pytest.mark.django_db


def sql_view(query: str, **members: Any) -> dict[str, Any]:
    return {"id": generate_uid(), "name": f"View {generate_uid()}", "sqlQuery": query} | members


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select name from dataelement", []),
        ("WITH x AS (SELECT 1) select * from x;", []),
        ("", ["E4000", "E4300"]),
        ("explain select 1", ["E4301"]),
        ("select 1; select 2", ["E4302"]),
        ("select * from userinfo", ["E4310"]),
        ("with x as (select 1) delete from dataelement", ["E4311"]),
    ],
)
def test_a_view_only_reads(api: ApiClient, query: str, expected: list[str]) -> None:
    answer = api.post("/api/sqlViews", sql_view(query))

    assert (answer.status == 201) == (not expected)
    assert codes(answer) == expected


def test_a_view_has_defaults(api: ApiClient) -> None:
    view = sql_view("select 1")
    assert put_in(api, sqlViews=[view]).status == 200

    shown = api.get(f"/api/sqlViews/{view['id']}?fields=type,cacheStrategy").json

    assert shown == {"type": "VIEW", "cacheStrategy": "RESPECT_SYSTEM_SETTING"}


def exchange(**api_members: Any) -> dict[str, Any]:
    target = {"type": "EXTERNAL", "api": {"url": "https://play.example.org", "username": "admin"} | api_members}
    return {"id": generate_uid(), "name": f"Exchange {generate_uid()}", "source": {"requests": []}, "target": target}


def test_secrets_are_written_and_never_shown(api: ApiClient) -> None:
    sent = exchange(password="Geheim-1")
    assert put_in(api, aggregateDataExchanges=[sent]).status == 200
    path = f"/api/aggregateDataExchanges/{sent['id']}"

    for fields in ("*", ":owner", "target[api[password]]", "target[api[*]]"):
        assert "Geheim-1" not in api.get(f"{path}?fields={fields}").text
    assert "Geheim-1" not in api.get("/api/metadata?aggregateDataExchanges=true").text
    answer = api.get("/api/aggregateDataExchanges?filter=target.api.password:like:Geheim")
    assert (answer.status, answer.json["errorCode"]) == (400, "E1003")


@pytest.mark.parametrize(("url", "kept"), [("https://play.example.org", True), ("https://thief.example.org", False)])
def test_a_secret_stays_with_its_address(api: ApiClient, url: str, kept: bool) -> None:
    sent = exchange(password="Geheim-1")
    assert put_in(api, aggregateDataExchanges=[sent]).status == 200
    path = f"/api/aggregateDataExchanges/{sent['id']}"
    body = api.get(path).json
    body["name"], body["target"]["api"]["url"] = "Renamed", url

    assert api.put(path, body).status == 200

    stored = AggregateDataExchange.objects.get(uid=sent["id"])
    assert ("password" in stored.content["target"]["api"]) is kept


def test_a_secret_lies_encrypted(api: ApiClient) -> None:
    """Also in a dump of the database; sent again as it is, it stays as it was."""
    sent = exchange(password="Geheim-1")
    found = []
    for password in ("Geheim-1", "Geheim-1", "Geheim-2"):
        sent["target"]["api"]["password"] = password
        assert put_in(api, aggregateDataExchanges=[sent]).status == 200
        stored = AggregateDataExchange.objects.get(uid=sent["id"]).content
        found.append(stored["target"]["api"]["password"])
        assert "Geheim" not in str(stored)
        assert decrypt_text(found[-1]) == password
    assert found[0] == found[1] != found[2]


def test_event_reports_and_charts_are_views_of_event_visualizations(api: ApiClient) -> None:
    report, chart = create(api, "eventReport"), create(api, "eventChart")

    assert api.get(f"/api/eventVisualizations/{report['id']}").status == 200
    assert api.get(f"/api/eventVisualizations/{chart['id']}").status == 200
    assert api.get(f"/api/eventCharts/{report['id']}").status == 404
    assert api.get(f"/api/eventReports/{chart['id']}").status == 404


def test_old_event_reports_have_no_type(api: ApiClient) -> None:
    table = {"id": generate_uid(), "name": "Table", "dataType": "AGGREGATED_VALUES"}
    listed = {"id": generate_uid(), "name": "List", "dataType": "EVENTS"}
    assert put_in(api, eventReports=[table, listed]).status == 200

    shown = {o["id"]: o["type"] for o in api.get("/api/eventReports?fields=id,type").json["eventReports"]}

    assert shown == {table["id"]: "PIVOT_TABLE", listed["id"]: "LINE_LIST"}


def test_an_unselected_export_has_event_visualizations_once(api: ApiClient) -> None:
    report = create(api, "eventReport")

    export = api.get("/api/metadata").json

    assert not {"eventReports", "eventCharts"} & export.keys()
    assert [o["id"] for o in export["eventVisualizations"]] == [report["id"]]
    assert api.get("/api/metadata?eventReports=true").json["eventReports"][0]["id"] == report["id"]


def test_a_command_protects_the_data_elements_of_its_codes(api: ApiClient) -> None:
    element = create(api, "dataElement")
    command = {"id": generate_uid(), "name": "births", "smsCodes": [{"code": "a", "dataElement": element}]}
    command["smsCodes"][0]["dataElement"] = {"id": element["id"]}
    assert put_in(api, smsCommands=[command]).status == 200

    answer = api.delete(f"/api/dataElements/{element['id']}")

    assert codes(answer) == ["E4030"]
    assert "SMSCommand (births)" in answer.text


def test_commands_are_read_with_the_authority_alone(api: ApiClient, outsider: User) -> None:
    assert api.get("/api/smsCommands", user="outsider").status == 403
