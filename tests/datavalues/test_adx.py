"""Data value sets as ADX, coming in (DHIS2 2.42 and the documentation, ADX data format)."""

from __future__ import annotations

import gzip

import pytest
from django.db import connection

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from dhis2api.demo.identifiers import demo_uid
from metadata.models import Category, CategoryCombo, DataElement, DataSet, DataSetElement, OrganisationUnit
from tests.datavalues.payloads import SETS, read
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
ADX = "application/adx+xml"
ADX_NAMESPACE = "urn:ihe:qrph:adx:2015"
VCCT_SET = "(TB/HIV)VCCT"

# The documentation's example, word for word.
VALUES = "".join(
    f'    <dataValue dataElement="{element}" GENDER="{gender}" HIV_AGE="{age}" value="{number}"/>\n'
    for gender, age in (("FMLE", "AGE0-14"), ("MLE", "AGE0-14"), ("FMLE", "AGE15-24"), ("MLE", "AGE15-24"))
    for element, number in (("VCCT_0", 32), ("VCCT_1", 20), ("VCCT_2", 10), ("PLHIV_TB_0", 10), ("PLHIV_TB_1", 10))
)
EXAMPLE = f"""<adx xmlns="urn:ihe:qrph:adx:2015" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="urn:ihe:qrph:adx:2015 ../schema/adx_loose.xsd"
  exported="2015-02-08T19:30:00Z">
  <group orgUnit="OU_559" period="2015-06-01/P1M"
    completeDate="2015-07-01" dataSet="(TB/HIV)VCCT">
{VALUES}  </group>
</adx>
"""
VCCT = '<dataValue dataElement="VCCT_0" GENDER="FMLE" HIV_AGE="AGE0-14" value="32"/>'
TALK = '<dataValue dataElement="PART_SESSIONS" value="7"/>'


def group(
    *values: str,
    data_set: str | None = VCCT_SET,
    period: str = "2015-06-01/P1M",
    org_unit: str = "OU_559",
    more: str = "",
) -> str:
    named = f' dataSet="{data_set}"' if data_set else ""
    return f'<group{named} period="{period}" orgUnit="{org_unit}" {more}>{"".join(values)}</group>'


def send_adx(api: ApiClient, *groups: str, query: str = "", root: str = "", user: str = "admin") -> Answer:
    body = f'<adx xmlns="{ADX_NAMESPACE}" exported="2026-01-01T00:00:00Z" {root}>{"".join(groups)}</adx>'
    return api.post(SETS + query, body, content_type=ADX, user=user)


def faults(answer: Answer) -> list[tuple[str, list[int]]]:
    assert answer.status == 409, answer
    return [(code, indexes) for code, _, indexes in answer.conflicts]


def rows() -> list[tuple[str, str, str, str | None]]:
    """Element, category option combo, attribute option combo and value of everything stored for June 2015."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT element.code, combo.name, attribute.name, value FROM datavalue"
            " JOIN metadata_dataelement element ON element.id = data_element_id"
            " JOIN metadata_categoryoptioncombo combo ON combo.id = category_option_combo_id"
            " JOIN metadata_categoryoptioncombo attribute ON attribute.id = attribute_option_combo_id"
            " JOIN metadata_period period ON period.id = period_id"
            " WHERE start_date BETWEEN '2015-04-01' AND '2015-06-30'"
            " AND organisation_unit_id = (SELECT id FROM metadata_organisationunit WHERE code = 'OU_559') ORDER BY 1, 2"
        )
        return cursor.fetchall()


@pytest.fixture(autouse=True)
def _nothing_stored(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE datavalue")


@pytest.mark.parametrize("content_type", [ADX, "application/xml+adx", "application/adx+xml; charset=UTF-8"])
def test_the_documented_example(api: ApiClient, content_type: str) -> None:
    path = "/api/33/dataValueSets?dataElementIdScheme=code&orgUnitIdScheme=code"
    answer = api.post(path, EXAMPLE, content_type=content_type, headers={"Accept": "application/json"})

    assert answer.status == 200, answer
    assert 'imported="20"' in answer.text
    assert "<dataSetComplete>2015-07-01</dataSetComplete>" in answer.text
    assert ("VCCT_0", "Female, 0-14 years", "default", "32") in [tuple(map(str, row)) for row in rows()]
    assert len(rows()) == 20
    registered = CompleteDataSetRegistration.objects.get(period__iso="201506", data_set__code=VCCT_SET)
    assert str(registered.date) == "2015-07-01"
    assert registered.organisation_unit.code == "OU_559"


def test_the_same_again_changes_nothing(api: ApiClient) -> None:
    assert api.post(SETS, gzip.compress(EXAMPLE.encode()), content_type=ADX).counts["imported"] == 20
    again = api.post(SETS, EXAMPLE, content_type=ADX)
    assert (again.status, again.counts) == (200, {"imported": 0, "updated": 0, "ignored": 20, "deleted": 0})


@pytest.mark.parametrize(
    "body", ["<adx/>", f'<adx xmlns="{ADX_NAMESPACE}"/>', f'<adx xmlns="{ADX_NAMESPACE}"><group/></adx>']
)
def test_nothing_in_it_is_nothing_wrong(api: ApiClient, body: str) -> None:
    answer = api.post(SETS, body, content_type=ADX)
    assert (answer.status, sum(answer.counts.values())) == (200, 0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<adx>\n<group></adx>", "line 2, column"),
        ('<adx xmlns="urn:other"/>', "The root must be `adx`"),
        ("<dataValueSet/>", "The root must be `adx`"),
        ("<adx>\n<group/><dataValue/></adx>", "A dataValue must stand in a group, at line 2"),
        ("<!DOCTYPE adx><adx/>", "DOCTYPE"),
    ],
)
def test_what_is_no_adx_is_refused_with_its_place(api: ApiClient, body: str, words: str) -> None:
    answer = api.post(SETS, body, content_type=ADX)
    assert answer.status == 400
    assert words in answer.json["message"]


def test_option_combos_may_be_named_instead_of_spelt(api: ApiClient) -> None:
    named = f'<dataValue dataElement="{ids.BCG}" categoryOptionCombo="{ids.FIXED_UNDER_1}" value="5"/>'
    answer = send_adx(api, group(named, data_set=ids.CHILD_HEALTH, org_unit=ids.NGELEHUN_CHC), query="?idScheme=UID")
    assert answer.status == 200, answer
    ((_, combo, _, _),) = rows()
    assert combo == "Fixed, <1y"


def test_attribute_categories_are_spelt_on_the_group(api: ApiClient) -> None:
    quarter = {"data_set": "PARTNER_ACTIVITIES", "period": "2015-04-01/P3M"}
    answer = send_adx(api, group(TALK, more='PARTNER="HARBOUR"', **quarter))
    assert answer.status == 200, answer
    assert [row[2:] for row in rows()] == [("Harbour Health", "7")]

    named = send_adx(api, group(TALK.replace("7", "8"), more='attributeOptionCombo="PARTNER_HARBOUR"', **quarter))
    assert named.counts["updated"] == 1

    assert faults(send_adx(api, group(TALK, **quarter), group(TALK, more='PARTNER="NOBODY"', **quarter))) == [
        ("E7615", [0]), ("E7615", [1]),
    ]  # fmt: skip


def test_a_fault_of_a_category_names_it(api: ApiClient) -> None:
    answer = send_adx(
        api,
        group(
            VCCT.replace('GENDER="FMLE"', ""), VCCT.replace("FMLE", "OTHER"), VCCT,
            VCCT.replace("VCCT_0", "VCCT_9"),
        ),
    )  # fmt: skip
    assert faults(answer) == [("E7613", [0]), ("E7613", [1]), ("E7610", [3])]
    missing, unknown, _ = (conflict["value"] for conflict in answer.summary["conflicts"])
    assert "category GENDER is missing" in missing
    assert "category GENDER has no option OTHER" in unknown
    assert answer.counts["imported"] == 1


@pytest.mark.parametrize("code", [None, "GENDER GROUP", "2GENDER", "value"])
def test_a_category_without_a_usable_code_is_named(api: ApiClient, code: str | None) -> None:
    Category.objects.filter(code="GENDER").update(code=code)
    answer = send_adx(api, group(VCCT))
    assert faults(answer) == [("E7613", [0])]
    assert (
        "category Gender has no identifier that can be an attribute's name" in answer.summary["conflicts"][0]["value"]
    )


def test_categories_by_another_scheme(api: ApiClient) -> None:
    gender, male = demo_uid("category", "GENDER"), demo_uid("categoryOption", "MLE")
    age, young = demo_uid("category", "HIV_AGE"), demo_uid("categoryOption", "AGE0-14")
    sent = f'<dataValue dataElement="VCCT_0" {gender}="{male}" {age}="{young}" value="3"/>'
    assert send_adx(api, group(sent), query="?categoryIdScheme=UID&categoryOptionIdScheme=uid").status == 200
    again = send_adx(
        api, group(sent), root='categoryIdScheme="uid" categoryOptionIdScheme="uid"', query="?categoryIdScheme=name"
    )
    assert (again.status, again.counts["ignored"]) == (200, 1)
    assert send_adx(api, query="?categoryIdScheme=nonsense").status == 400


def test_a_faulty_group_is_a_conflict_of_each_of_its_values_and_the_others_go_in(api: ApiClient) -> None:
    answer = send_adx(
        api, group(VCCT, VCCT, data_set="NOBODY"), group(VCCT), group(VCCT, period="2015-06-01/P1W"),
        group(VCCT, org_unit="NOBODY"), f"<group dataSet='{VCCT_SET}' orgUnit='OU_559'>{VCCT}</group>",
    )  # fmt: skip
    assert faults(answer) == [("E7600", [0, 1]), ("E7611", [3]), ("E7612", [4]), ("E7611", [5])]
    assert answer.counts["imported"] == 1
    assert "P1W is not a supported duration type" in answer.summary["conflicts"][1]["value"]


def test_a_data_set_that_is_not_the_user_s_to_write(api: ApiClient, bo_officer: User) -> None:
    closed = DataSet.objects.get(code=VCCT_SET)
    closed.sharing = closed.sharing | {"public": "r-------", "users": {}, "userGroups": {}}
    closed.save()
    loose = '<dataValue dataElement="VCCT_1" GENDER="MLE" HIV_AGE="AGE0-14" value="2"/>'
    answer = send_adx(
        api, group(VCCT, VCCT, more='completeDate="2015-07-01"'), group(loose, data_set=None), user="bo_officer"
    )
    assert faults(answer) == [("E7601", [0, 1])]
    assert answer.counts["imported"] == 1
    assert not CompleteDataSetRegistration.objects.filter(data_set=closed, period__iso="201506").exists()


def test_ragged_data_sets_and_their_own_choice_of_categories(api: ApiClient) -> None:
    data_set, element = DataSet.objects.get(code=VCCT_SET), DataElement.objects.get(code="VCCT_1")
    location = CategoryCombo.objects.get(uid=demo_uid("categoryCombo", "LOCATION_ONLY"))
    plain = DataElement.objects.get(uid=ids.MEASLES)
    DataSetElement.objects.filter(data_set=data_set, data_element=element).update(category_combo=location)
    by_location = '<dataValue dataElement="VCCT_1" LOCATION="FIXED" value="1"/>'
    by_its_own = VCCT.replace("VCCT_0", "VCCT_1")
    undivided = f'<dataValue dataElement="{plain.code}" value="3"/>'

    assert send_adx(api, group(VCCT, by_location, by_its_own, undivided)).counts["imported"] == 4
    assert {(row[0], row[1]) for row in rows()} == {
        ("VCCT_0", "Female, 0-14 years"), ("VCCT_1", "Fixed"), ("VCCT_1", "Female, 0-14 years"),
        (plain.code, "default"),
    }  # fmt: skip


def test_texts_stand_in_annotations(api: ApiClient) -> None:
    DataElement.objects.filter(code="VCCT_0").update(value_type="TEXT")
    texts = VCCT.replace('value="32"/>', 'value="0"><annotation>so &amp; so\nagain</annotation></dataValue>')
    answer = send_adx(api, group(texts, VCCT))
    assert faults(answer) == [("E7619", [1])]
    assert answer.summary["conflicts"][0]["objects"]["value"] == "value_lacks_annotation"
    assert [row[3] for row in rows()] == ["so & so\nagain"]

    emptied = send_adx(api, group(texts.replace("so &amp; so\nagain", "")))
    assert emptied.counts["deleted"] == 1


def test_remarks_marks_and_deletions(api: ApiClient) -> None:
    marked = VCCT.replace("/>", ' comment="a &lt;b&gt;" storedBy="ann" followup="true"/>')
    assert send_adx(api, group(marked)).status == 200
    data_set = DataSet.objects.get(code=VCCT_SET).uid
    (found,) = read(api, data_set=data_set, period="201506", org_unit=ids.NGELEHUN_CHC)
    assert (found["comment"], found["storedBy"], found["followup"]) == ("a <b>", "ann", True)

    assert send_adx(api, group(VCCT.replace("/>", ' deleted="true"/>'))).counts["deleted"] == 1


@pytest.mark.parametrize(
    ("interval", "iso"),
    [
        ("2017-10-01/P1D", "20171001"), ("2017-10-01/P7D", "2017SunW40"), ("2017-10-01/P1M", "201710"),
        ("2017-10-15T12:30:00Z/P1M", "201710"), ("2017-11-01/P2M", "201706B"), ("2017-09-01/P3M", "2017Q3"),
        ("2017-01-01/P6M", "2017S1"), ("2017-01-01/P1Y", "2017"), ("2017-10-01/P1Y", "2017Oct"),
        ("2017-04-01/P1Y", "2017April"), ("2017-07-01/P1Y", "2017July"), ("2024-01-15/P14D", "2024BiW2"),
        ("2024-11-01/P6M", "2025NovS1"),
    ],
)  # fmt: skip
def test_durations(api: ApiClient, interval: str, iso: str) -> None:
    assert send_adx(api, group(VCCT, period=interval)).counts["imported"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT iso FROM datavalue JOIN metadata_period period ON period.id = period_id")
        assert cursor.fetchall() == [(iso,)]


def test_completion_of_each_group(api: ApiClient) -> None:
    def done(month: int, date: str, *values: str, org_unit: str = "OU_559") -> str:
        return group(*values, period=f"2015-{month:02}-01/P1M", org_unit=org_unit, more=f'completeDate="{date}"')

    answer = send_adx(
        api, done(1, "2015-02-01", VCCT), done(2, "true"), done(3, "false", VCCT), done(4, "soon", VCCT),
        done(5, "2015-06-01", org_unit="NOBODY"),
    )  # fmt: skip
    assert answer.status == 409
    assert answer.counts["imported"] == 3
    assert [conflict["object"] for conflict in answer.summary["conflicts"]] == [
        "CompleteDataSetRegistration", "OrganisationUnit",
    ]  # fmt: skip
    months = CompleteDataSetRegistration.objects.filter(data_set__code=VCCT_SET, period__iso__startswith="20150")
    assert sorted(months.values_list("period__iso", flat=True)) == ["201501", "201502"]


def test_nobody_completes_outside_his_hierarchy(api: ApiClient, badjia_clerk: User) -> None:
    outside = OrganisationUnit.objects.get(uid=ids.BANDAJUMA_CLINIC)
    answer = send_adx(api, group(org_unit=outside.code, more='completeDate="2015-07-01"'), user="badjia_clerk")
    assert [conflict["object"] for conflict in answer.summary["conflicts"]] == ["OrganisationUnit"]
    assert not CompleteDataSetRegistration.objects.filter(organisation_unit=outside, period__iso="201506").exists()


def test_unknown_data_set_of_a_group_without_values_is_told(api: ApiClient) -> None:
    answer = send_adx(api, group(data_set="NO_SET", more='completeDate="2015-07-01"'))
    assert answer.status == 409
    assert [conflict["object"] for conflict in answer.summary["conflicts"]] == ["DataSet"]


def test_compulsory_operands_of_a_group(api: ApiClient) -> None:
    data_set = DataSet.objects.get(code=VCCT_SET)
    data_set.compulsory_fields_complete_only = True
    data_set.save()
    for code in ("VCCT_0", "VCCT_1"):
        data_set.compulsory_data_element_operands.create(data_element=DataElement.objects.get(code=code))
    whole = VCCT + VCCT.replace("VCCT_0", "VCCT_1")
    date = 'completeDate="2015-08-01"'
    answer = send_adx(api, group(VCCT, more=date), group(whole, period="2015-07-01/P1M", more=date))

    (conflict,) = answer.summary["conflicts"]
    assert "All compulsory data element operands need to be filled" in conflict["value"]
    assert answer.counts["imported"] == 3
    done = CompleteDataSetRegistration.objects.filter(data_set=data_set, period__iso__in=("201506", "201507"))
    assert [item.period.iso for item in done] == ["201507"]


def test_a_dry_run_and_a_strategy_on_the_root(api: ApiClient) -> None:
    answer = send_adx(api, group(VCCT, more='completeDate="2015-07-01"'), root='dryRun="true"')
    assert (answer.status, answer.counts["imported"]) == (200, 1)
    assert rows() == []
    assert not CompleteDataSetRegistration.objects.filter(data_set__code=VCCT_SET, period__iso="201506").exists()
    assert send_adx(api, group(VCCT), root='importStrategy="UPDATE"').counts["ignored"] == 1


def test_groups_and_annotations_run_across_chunks(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datavalues.formats.adx.CHUNK", 2)
    DataElement.objects.filter(code="VCCT_1").update(value_type="TEXT")
    ages = [
        VCCT.replace("AGE0-14", age).replace("FMLE", sex) for age in ("AGE0-14", "AGE15-24") for sex in ("MLE", "FMLE")
    ]
    texts = [
        each.replace("VCCT_0", "VCCT_1").replace("/>", f"><annotation>t{n}</annotation></dataValue>")
        for n, each in enumerate(ages)
    ]
    answer = send_adx(api, group(*ages, "<!-- so far -->", *texts), group(VCCT, org_unit="NOBODY"))
    assert faults(answer) == [("E7612", [8])]
    assert answer.counts["imported"] == 8
    assert sorted(row[3] for row in rows()) == ["32"] * 4 + ["t0", "t1", "t2", "t3"]


def test_option_combos_without_codes_are_found_all_the_same(api: ApiClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE metadata_categoryoptioncombo SET code = NULL")
    assert send_adx(api, group(VCCT)).status == 200
    assert [row[1] for row in rows()] == ["Female, 0-14 years"]


def test_strict_and_required_option_combos(api: ApiClient) -> None:
    strict = (
        "?strictCategoryOptionCombos=true&strictDataElements=true&strictPeriods=true&strictAttributeOptionCombos=true"
    )
    assert send_adx(api, group(VCCT), query=strict).status == 200
    required = "?requireCategoryOptionCombo=true&requireAttributeOptionCombo=true"
    assert send_adx(api, group(VCCT), query=required).status == 200
    assert faults(send_adx(api, group(VCCT, data_set=None), query=required)) == [("E7631", [0])]
    outside = f'<dataValue dataElement="{DataElement.objects.get(uid=ids.MEASLES).code}" value="3"/>'
    assert faults(send_adx(api, group(outside), query=strict)) == [("E7633", [0])]


def test_the_number_of_queries_does_not_depend_on_groups(api: ApiClient) -> None:
    def count(size: int) -> int:
        groups = [
            group(VCCT, VCCT.replace("FMLE", "MLE"), period=f"{1900 + size + n // 12}-{n % 12 + 1:02}-01/P1M",
                  more='completeDate="2015-07-01"')
            for n in range(size)
        ]  # fmt: skip
        with query_counter() as counter:
            assert send_adx(api, *groups).status == 200
        return counter.count

    count(1)
    assert count(100) <= count(10)
