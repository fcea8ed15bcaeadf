"""Data value sets as ADX, going out (DHIS2 2.42, data values, ADX export)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from lxml import etree

from dhis2api.demo import identifiers as ids
from metadata.models import Category, CategoryOption, CategoryOptionCombo, DataElement, DataSet
from tests.datavalues.payloads import HARBOUR, SESSIONS, SETS, SUNRISE, send, value
from tests.datavalues.test_adx import ADX, ADX_NAMESPACE, EXAMPLE, VCCT, VCCT_SET, group, send_adx
from tests.harness.client import Answer, ApiClient
from users.models import User

pytestmark = pytest.mark.django_db
JUNE = "&period=201506&orgUnit=OU_559"
PARTNERS = "PARTNER_ACTIVITIES"


@pytest.fixture(autouse=True)
def _nothing_stored(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue")


def exported(api: ApiClient, query: str = f"?dataSet={VCCT_SET}{JUNE}", **options: str) -> Answer:
    answer = api.get(f"{SETS}.adx.xml{query}", **options)
    assert answer.status == 200, answer
    return answer


def groups(answer: Answer) -> list[tuple[dict[str, str], list[dict[str, str]]]]:
    root = etree.fromstring(answer.content)
    assert (root.tag, list(root.attrib)) == (f"{{{ADX_NAMESPACE}}}adx", ["exported"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", root.get("exported"))
    return [(dict(found.attrib), [dict(each.attrib) for each in found]) for found in root]


def test_what_came_in_goes_out(api: ApiClient) -> None:
    api.post(SETS, EXAMPLE, content_type=ADX)
    ((found, values),) = groups(exported(api))
    assert found == {"dataSet": VCCT_SET, "period": "2015-06-01/P1M", "orgUnit": "OU_559"}
    assert len(values) == 20
    assert {
        "dataElement": "VCCT_0", "GENDER": "FMLE", "HIV_AGE": "AGE0-14", "value": "32", "storedBy": "admin",
    } in values  # fmt: skip


@pytest.mark.parametrize(
    ("suffix", "query", "headers"),
    [
        (".adx.xml", "", {}), (".adx+xml", "", {}), ("", "&format=adx%2Bxml", {}), (".json", "&format=adx+xml", {}),
        ("", "", {"Accept": ADX}), ("", "", {"Accept": "application/xml+adx"}),
    ],
)  # fmt: skip
def test_ways_to_ask_for_it(api: ApiClient, suffix: str, query: str, headers: dict[str, str]) -> None:
    answer = api.get(f"{SETS}{suffix}?dataSet={VCCT_SET}{JUNE}{query}", headers=headers)
    assert answer.headers["Content-Type"] == "application/adx+xml; charset=UTF-8"
    assert groups(answer) == []


def test_the_documented_request(api: ApiClient) -> None:
    doubled = api.get("/api/33/dataValueSets?dataValueSets?orgUnit=M_CLINIC&dataSet=MALARIA&period=201501",
                      headers={"Accept": ADX})  # fmt: skip
    assert doubled.status == 409
    assert b'errorCode="E2006"' in doubled.content or "E2006" in doubled.text
    plain = "/api/33/dataValueSets?orgUnit=M_CLINIC&dataSet=MALARIA&period=201501"
    assert api.get(plain, headers={"Accept": ADX}).status == 200


def test_a_file_is_called_xml(api: ApiClient) -> None:
    path = f"{SETS}.adx.xml?dataSet={VCCT_SET}&orgUnit=OU_559&startDate=2024-01-01&endDate=2050-01-30&compression=ZIP"
    assert api.get(path).headers["Content-Disposition"] == (
        "attachment; filename=dataValues_2024-01-01_2050-01-30.xml.zip"
    )


def test_groups_of_attribute_option_combos(api: ApiClient, bo_officer: User) -> None:
    send(
        api, value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period="2014Q1", value="3"),
        value(data_element=SESSIONS, attribute_option_combo=SUNRISE, period="2014Q1", value="4"),
        value(data_element=SESSIONS, period="2014Q1", value="5"),
    )  # fmt: skip
    query = f"?dataSet={PARTNERS}&period=2014Q1&orgUnit={ids.NGELEHUN_CHC}"
    found = groups(exported(api, query))
    assert sorted(attributes["PARTNER"] for attributes, _ in found) == ["HARBOUR", "SUNRISE"]

    one = groups(exported(api, f"{query}&attributeOptionCombo=PARTNER_HARBOUR"))
    assert [attributes["PARTNER"] for attributes, _ in one] == ["HARBOUR"]

    hidden = CategoryOption.objects.get(code="HARBOUR")
    hidden.sharing = hidden.sharing | {"public": "r-------", "users": {}, "userGroups": {}}
    hidden.save()
    seen = groups(exported(api, query, user="bo_officer"))
    assert [attributes["PARTNER"] for attributes, _ in seen] == ["SUNRISE"]


def test_only_values_of_a_data_set_are_written(api: ApiClient) -> None:
    api.post(SETS, EXAMPLE, content_type=ADX)
    assert groups(exported(api, f"?dataElement=VCCT_0{JUNE}")) == []
    ((_, narrowed),) = groups(exported(api, f"?dataSet={VCCT_SET}&dataElement=VCCT_0{JUNE}"))
    assert {each["dataElement"] for each in narrowed} == {"VCCT_0"}
    ((_, limited),) = groups(exported(api, f"?dataSet={VCCT_SET}&limit=3{JUNE}"))
    assert len(limited) == 3


def test_texts_remarks_and_marks(api: ApiClient) -> None:
    DataElement.objects.filter(code="VCCT_0").update(value_type="TEXT")
    text = VCCT.replace('value="32"/>', 'value="0" comment="&lt;&#10;&quot;" followup="true"><annotation>a &amp; b'
                        "</annotation></dataValue>")  # fmt: skip
    assert send_adx(api, group(text)).status == 200
    root = etree.fromstring(exported(api).content)
    (found,) = root.iter(f"{{{ADX_NAMESPACE}}}dataValue")
    assert (found.get("value"), found[0].text) == ("0", "a & b")
    assert (found.get("comment"), found.get("followup")) == ('<\n"', "true")


def test_deleted_values(api: ApiClient) -> None:
    send_adx(api, group(VCCT))
    send_adx(api, group(VCCT.replace("/>", ' deleted="true"/>')))
    assert groups(exported(api)) == []
    ((_, (found,)),) = groups(exported(api, f"?dataSet={VCCT_SET}{JUNE}&includeDeleted=true"))
    assert found["deleted"] == "true"


def test_other_schemes(api: ApiClient) -> None:
    send_adx(api, group(VCCT))
    data_set, element = DataSet.objects.get(code=VCCT_SET), DataElement.objects.get(code="VCCT_0")
    gender = Category.objects.get(code="GENDER")
    query = f"?dataSet={data_set.uid}{JUNE}&idScheme=UID&categoryOptionIdScheme=code"
    ((found, (only,)),) = groups(exported(api, query))
    assert (found["dataSet"], found["orgUnit"]) == (data_set.uid, ids.NGELEHUN_CHC)
    assert (only["dataElement"], only[gender.uid]) == (element.uid, "FMLE")


def test_values_outside_the_categories_of_their_element_name_their_option_combo(api: ApiClient) -> None:
    element = DataElement.objects.get(code="VCCT_0").uid
    sent = {"data_element": element, "period": "201506"}
    send(api, value(**sent), value(**sent, category_option_combo=ids.FIXED_UNDER_1))
    answer = exported(api)
    ((_, values),) = groups(answer)
    code = CategoryOptionCombo.objects.get(uid=ids.FIXED_UNDER_1).code
    assert {each["categoryOptionCombo"] for each in values} == {"default", code}
    again = api.post(SETS, answer.content, content_type=ADX)
    assert (again.status, again.counts["ignored"]) == (200, 2)


@pytest.mark.parametrize(
    ("model", "code", "words"),
    [
        (Category, "GENDER", "Category `Gender` has no identifier"),
        (CategoryOption, "FMLE", "Category option `Female` has no identifier"),
    ],
)
def test_categories_and_options_without_codes_are_named(api: ApiClient, model: type, code: str, words: str) -> None:
    model.objects.filter(code=code).update(code=None)  # type: ignore[attr-defined]
    answer = api.get(f"{SETS}.adx.xml?dataSet={VCCT_SET}{JUNE}", headers={"Accept": "application/json"})
    assert answer.status == 409
    assert words in answer.text


def test_unknown_formats_are_refused(api: ApiClient) -> None:
    assert api.get(f"{SETS}?dataSet={VCCT_SET}{JUNE}&format=adx").status == 400
