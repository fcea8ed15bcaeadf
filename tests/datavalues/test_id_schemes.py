"""By what a payload names its objects, and which of several statements about that wins."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection

from dhis2api.demo import identifiers as ids
from metadata.models import Attribute, CategoryOption, CategoryOptionCombo, DataElement, DataSet, OrganisationUnit
from tests.datavalues.payloads import (
    HARBOUR,
    HARBOUR_OPTION,
    PARTNER_SET,
    SESSIONS,
    SETS,
    as_xml,
    send,
    send_xml,
    stored,
    value,
    value_set,
)
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db

REGISTRY = f"attribute:{ids.REGISTRY_NUMBER}"


def named(scheme: str) -> dict[str, Any]:
    """One value of BCG doses, Fixed <1y, in Ngelehun, with every object named by `scheme`."""
    objects = {
        "data_element": DataElement.objects.get(uid=ids.BCG),
        "org_unit": OrganisationUnit.objects.get(uid=ids.NGELEHUN_CHC),
        "category_option_combo": CategoryOptionCombo.objects.get(uid=ids.FIXED_UNDER_1),
    }
    return value(**{member: identifier(item, scheme) for member, item in objects.items()})


def identifier(item: Any, scheme: str) -> str:
    if scheme.startswith("attribute"):
        return item.attribute_values[ids.REGISTRY_NUMBER]
    return item.uid if scheme == "id" else getattr(item, scheme)


@pytest.mark.parametrize("spelling", [str, str.upper, str.title], ids=["lower", "upper", "title"])
@pytest.mark.parametrize("scheme", ["uid", "id", "code", "name"])
def test_schemes_by_name_in_any_case(api: ApiClient, scheme: str, spelling: Any) -> None:
    answer = send(api, named(scheme), query=f"?idScheme={spelling(scheme)}")

    assert answer.counts["imported"] == 1
    assert stored(ids.BCG)["value"] == "12"


@pytest.mark.parametrize("prefix", ["attribute:", "ATTRIBUTE:"])
def test_scheme_of_a_unique_attribute(api: ApiClient, prefix: str) -> None:
    answer = send(api, named(REGISTRY), query=f"?idScheme={prefix}{ids.REGISTRY_NUMBER}")

    assert answer.counts["imported"] == 1
    assert answer.summary["importOptions"]["idSchemes"]["dataElementIdScheme"] == {
        "type": "ATTRIBUTE", "attribute": ids.REGISTRY_NUMBER,
    }  # fmt: skip
    assert stored(ids.BCG)["value"] == "12"


def test_scheme_of_an_attribute_that_is_not_unique_finds_nothing(api: ApiClient) -> None:
    Attribute.objects.filter(uid=ids.REGISTRY_NUMBER).update(unique=False)

    answer = send(api, named(REGISTRY), query=f"?idScheme={REGISTRY}")

    assert answer.conflicts == [("E7610", "dataElement", [0])]


@pytest.mark.parametrize("place", ["query", "payload"])
def test_scheme_of_an_unknown_attribute_fails_the_import(api: ApiClient, place: str) -> None:
    scheme = "attribute:abcdefghijk"

    answer = send(api, value(), **({"id_scheme": scheme} if place == "payload" else {"query": f"?idScheme={scheme}"}))

    assert answer.status == 409
    assert answer.summary["status"] == "ERROR"
    assert "`abcdefghijk`" in answer.summary["description"]
    assert stored() == {}


@pytest.mark.parametrize("scheme", ["uuid", "attribute", "attribute:short", "code:x", "'; --"])
def test_unknown_scheme_is_400_in_the_query_and_fails_the_import_in_the_payload(api: ApiClient, scheme: str) -> None:
    in_query = send(api, value(), query=f"?orgUnitIdScheme={scheme}")
    in_payload = send(api, value(), org_unit_id_scheme=scheme)

    assert in_query.status == 400
    assert f"`{scheme}` is not an identifier scheme" in in_query.json["message"]
    assert in_payload.status == 409
    assert in_payload.summary["description"].startswith("The import process failed: ")
    assert stored() == {}


# statements about data elements, weakest first; each wins over all before it
STATEMENTS = [
    ("query", "idScheme"),
    ("query", "dataElementIdScheme"),
    ("payload", "idScheme"),
    ("payload", "dataElementIdScheme"),
]


@pytest.mark.parametrize("strongest", range(4), ids=[" ".join(statement) for statement in STATEMENTS])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_precedence(api: ApiClient, strongest: int, form: str) -> None:
    """Every weaker statement says `name`, the strongest `code`; org units are named as the general one has it."""
    said: dict[str, dict[str, str]] = {"query": {"orgUnitIdScheme": "uid"}, "payload": {"orgUnitIdScheme": "uid"}}
    for position, (place, name) in enumerate(STATEMENTS[: strongest + 1]):
        said[place][name] = "code" if position == strongest else "name"
    query = "?" + "&".join(f"{name}={scheme}" for name, scheme in said["query"].items())
    payload = value_set(value(data_element="MORT_MEASLES")) | said["payload"]

    answer = api.post(SETS + query, payload) if form == "json" else send_xml(api, payload, SETS + query)

    assert answer.counts["imported"] == 1, answer
    assert stored()["value"] == "12"


def test_each_type_has_a_scheme_of_its_own(api: ApiClient) -> None:
    sent = value(
        data_element="EPI_BCG", org_unit="Ngelehun CHC", category_option_combo="Fixed, <1y",
        attribute_option_combo="default",
    )  # fmt: skip

    answer = send(
        api, sent, data_set="CHILD_HEALTH",
        query="?dataElementIdScheme=code&orgUnitIdScheme=name&categoryOptionComboIdScheme=name&dataSetIdScheme=code",
    )  # fmt: skip

    assert answer.counts["imported"] == 1
    assert answer.summary["importOptions"]["idSchemes"] == {
        "dataElementIdScheme": {"type": "CODE"}, "orgUnitIdScheme": {"type": "NAME"},
        "categoryOptionComboIdScheme": {"type": "NAME"}, "attributeOptionComboIdScheme": {"type": "NAME"},
        "dataSetIdScheme": {"type": "CODE"},
    }  # fmt: skip


def test_attribute_option_combo_is_named_as_the_category_option_combo(api: ApiClient) -> None:
    partner = CategoryOptionCombo.objects.get(uid=HARBOUR)

    answer = send(
        api, value(data_element=SESSIONS, attribute_option_combo=partner.code),
        query="?categoryOptionComboIdScheme=code&attributeOptionComboIdScheme=uid",
    )  # fmt: skip

    assert answer.counts["imported"] == 1


def test_name_of_two_objects_names_none(api: ApiClient) -> None:
    OrganisationUnit.objects.filter(uid=ids.FADUGU_CHP).update(name="Ngelehun CHC")

    answer = send(api, value(org_unit="Ngelehun CHC"), query="?orgUnitIdScheme=name")

    assert answer.conflicts == [("E7612", "orgUnit", [0])]


def test_name_of_two_data_sets_names_none(api: ApiClient) -> None:
    DataSet.objects.filter(uid=ids.CHILD_HEALTH).update(name="Mortality < 5 years")

    answer = send(api, data_set="Mortality < 5 years", query="?dataSetIdScheme=name")

    assert answer.conflicts == [("E7600", "dataSet", [])]


def test_members_of_the_set_override_those_of_its_values(api: ApiClient) -> None:
    sent = value(data_element=SESSIONS, period="201402", org_unit=ids.BAOMA, attribute_option_combo="unknown")

    answer = send(api, sent, period="2014Q1", org_unit=ids.NGELEHUN_CHC, attribute_option_combo=HARBOUR)

    assert answer.counts["imported"] == 1
    assert stored(SESSIONS, "2014Q1")["value"] == "12"
    assert read_combo(SESSIONS) == HARBOUR


def test_period_of_the_set_that_is_no_period_overrides_nothing(api: ApiClient) -> None:
    assert send(api, value(), period="January").counts["imported"] == 1


@pytest.mark.parametrize(
    ("query", "option"), [("", HARBOUR_OPTION), ("?idScheme=uid&categoryOptionIdScheme=code", "HARBOUR")]
)
def test_options_name_the_attribute_option_combo(api: ApiClient, query: str, option: str) -> None:
    answer = send(
        api, value(data_element=SESSIONS, period="2014Q1"), data_set=PARTNER_SET,
        attribute_category_options=[option], query=query,
    )  # fmt: skip

    assert answer.counts["imported"] == 1
    assert read_combo(SESSIONS) == HARBOUR


def test_options_yield_to_an_attribute_option_combo(api: ApiClient) -> None:
    send(
        api, value(data_element=SESSIONS, period="2014Q1"), data_set=PARTNER_SET,
        attribute_category_options=["unknown"], attribute_option_combo=HARBOUR,
    )  # fmt: skip

    assert read_combo(SESSIONS) == HARBOUR


@pytest.mark.parametrize("options", [["unknown"], [ids.FIXED], [HARBOUR_OPTION, ids.FIXED]])
def test_options_that_make_no_combo_of_the_data_set_are_e7604(api: ApiClient, options: list[str]) -> None:
    answer = send(api, value(data_element=SESSIONS), data_set=PARTNER_SET, attribute_category_options=options)

    assert answer.conflicts == [("E7604", "attributeOptionCombo", [])]


def test_ambiguous_option_name_makes_no_combo(api: ApiClient) -> None:
    CategoryOption.objects.filter(uid=ids.FIXED).update(code="SHARED", name="one")

    answer = send(
        api, data_set=PARTNER_SET, attribute_category_options=["SHARED"], query="?categoryOptionIdScheme=code"
    )

    assert answer.conflicts == [("E7604", "attributeOptionCombo", [])]


@pytest.mark.parametrize(
    ("sent", "text"), [(12, "12"), (0.5, "0.5"), (True, "true"), (False, "false"), (-7, "-7"), (2**60, str(2**60))]
)
def test_numbers_and_booleans_are_read_as_their_text(api: ApiClient, sent: object, text: str) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TEXT")

    assert send(api, value(value=sent)).counts["imported"] == 1
    assert stored()["value"] == text


def test_numbers_are_read_as_identifiers_too(api: ApiClient) -> None:
    assert send(api, value(period=201401, comment=5)).counts["imported"] == 1
    assert stored()["comment"] == "5"


@pytest.mark.parametrize("member", ["followup", "followUp"])
@pytest.mark.parametrize("sent", [True, "true"])
def test_follow_up_has_two_spellings(api: ApiClient, member: str, sent: object) -> None:
    assert send(api, value() | {member: sent}).counts["imported"] == 1
    assert stored()["followup"] is True


@pytest.mark.parametrize("member", ["followup", "followUp"])
def test_follow_up_has_two_spellings_in_xml(api: ApiClient, member: str) -> None:
    assert send_xml(api, value_set(value() | {member: "true"})).counts["imported"] == 1
    assert stored()["followup"] is True


def test_unknown_members_are_ignored(api: ApiClient) -> None:
    extra = {"nested": {"a": [1, {"b": None}]}, "categoryCombo": 5}

    assert api.post(SETS, value_set(value() | extra) | extra).counts["imported"] == 1
    body = as_xml(value_set(value())).replace(b"<dataValue ", b'<dataValue extra="1" ')
    assert (
        send_xml(api, body.replace(b"/></dataValueSet>", b"><note>x</note></dataValue></dataValueSet>")).status == 200
    )


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_body_may_be_packed_without_saying_so(api: ApiClient, form: str, packing: str) -> None:
    payload = value_set(value())
    body = json.dumps(payload).encode() if form == "json" else as_xml(payload)

    answer = api.post(SETS, packed(body, packing), content_type=f"application/{form}")

    assert answer.counts["imported"] == 1
    assert stored()["value"] == "12"


def packed(body: bytes, packing: str) -> bytes:
    if packing == "gzip":
        return gzip.compress(body)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("set", body)
    return buffer.getvalue()


def read_combo(data_element: str) -> str:
    """The attribute option combo of the only new value of a data element."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT combo.uid FROM datavalue JOIN metadata_categoryoptioncombo combo"
            " ON combo.id = attribute_option_combo_id JOIN metadata_dataelement element ON element.id = data_element_id"
            " JOIN metadata_period period ON period.id = period_id"
            " WHERE element.uid = %s AND period.start_date BETWEEN '2014-01-01' AND '2014-12-31'",
            [data_element],
        )
        ((uid,),) = cursor.fetchall()
    return uid
