"""`/api/completeDataSetRegistrations`: which data sets are complete, in and out."""

from __future__ import annotations

import datetime

import pytest

from datavalues.models import CompleteDataSetRegistration
from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOption, CategoryOptionCombo, CompulsoryOperand, DataElement, DataSet
from tests.datavalues.conftest import capturing
from tests.datavalues.locks import approve, change_set, except_from_locks, workflow
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION, NOBODY, PARTNER_SET, send, value
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

PATH = "/api/completeDataSetRegistrations"
DXF = "http://dhis2.org/schema/dxf/2.0"
WHERE = f"dataSet={ids.MORTALITY}&period=201401&orgUnit={ids.NGELEHUN_CHC}"
ONE = f"ds={ids.MORTALITY}&pe=201401&ou={ids.NGELEHUN_CHC}"


def item(**members: object) -> dict[str, object]:
    wanted = {"dataSet": ids.MORTALITY, "period": "201401", "organisationUnit": ids.NGELEHUN_CHC} | members
    return {name: content for name, content in wanted.items() if content is not None}


def post(api: ApiClient, *items: dict[str, object], query: str = "", user: str = "admin", **root: object) -> Answer:
    return api.post(PATH + query, root | {"completeDataSetRegistrations": list(items)}, user=user)


def stored(period: str = "201401") -> list[CompleteDataSetRegistration]:
    return list(CompleteDataSetRegistration.objects.filter(period__iso=period).order_by("pk"))


def values(answer: Answer) -> list[str]:
    return [conflict["value"] for conflict in answer.summary["conflicts"]]


def test_registration_is_stored_and_read_back(api: ApiClient, badjia_clerk: User) -> None:
    answer = post(api, item(date="2014-02-03", storedBy="ann"), user="badjia_clerk")

    assert (answer.status, answer.summary["status"]) == (200, "SUCCESS")
    assert answer.summary["description"] == "Import process complete."
    assert answer.counts == {"imported": 1, "updated": 0, "ignored": 0, "deleted": 0}
    assert api.get(f"{PATH}?{WHERE}", user="badjia_clerk").json == {
        "completeDataSetRegistrations": [
            {
                "period": "201401", "dataSet": ids.MORTALITY, "organisationUnit": ids.NGELEHUN_CHC,
                "attributeOptionCombo": ids.DEFAULT_OPTION_COMBO, "date": "2014-02-03", "storedBy": "ann",
                "lastUpdatedBy": "badjia_clerk", "completed": True,
            }
        ]
    }  # fmt: skip


def test_xml_goes_in_and_out_with_all_members(api: ApiClient) -> None:
    body = (
        f'<completeDataSetRegistrations xmlns="{DXF}" dataSetIdScheme="uid"><completeDataSetRegistration'
        f' dataSet="{PARTNER_SET}" period="2014Q1" organisationUnit="{ids.NGELEHUN_CHC}" cc="{partner_combo()}"'
        f' cp="{HARBOUR_OPTION}" date="2014-04-01" lastUpdatedBy="eve" completed="false"/>'
        f"</completeDataSetRegistrations>"
    )
    answer = api.post(PATH, body, content_type="application/xml")

    assert answer.status == 200
    assert answer.text.startswith("<?xml") and 'imported="1"' in answer.text
    found = api.get(f"{PATH}.xml?dataSet={PARTNER_SET}&period=2014Q1&orgUnit={ids.NGELEHUN_CHC}").text
    assert f'attributeOptionCombo="{HARBOUR}" date="2014-04-01" storedBy="admin"' in found
    assert 'lastUpdatedBy="eve" completed="false"' in found


def test_nothing_found_is_empty(api: ApiClient) -> None:
    assert api.get(f"{PATH}?{WHERE}").json == {}
    assert api.get(f"{PATH}.xml?{WHERE}").text == (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<completeDataSetRegistrations xmlns=\"{DXF}\"/>"
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "E2006"),
        (f"dataSet={ids.MORTALITY}", "E2006"),
        (f"dataSet={ids.MORTALITY}&orgUnit={ids.BO}", "E2002"),
        (f"orgUnit={ids.BO}&period=201401", "E2013"),
        (f"{WHERE}&startDate=2014-01-01&endDate=2014-02-01", "E2003"),
        (f"dataSet={ids.MORTALITY}&orgUnit={ids.BO}&startDate=2014-01-02&endDate=2014-01-01", "E2004"),
        (f"{WHERE}&createdDuration=1x", "E2005"),
        (f"{WHERE}&createdDuration=999999d", "E2005"),
        (f"{WHERE}&limit=-1", "E2009"),
    ],
)
def test_reading_needs_data_set_time_and_place(api: ApiClient, query: str, code: str) -> None:
    answer = api.get(f"{PATH}?{query}")

    assert (answer.status, answer.json["errorCode"]) == (409, code)


def test_reading_is_bound_to_the_capture_hierarchy(api: ApiClient, badjia_clerk: User) -> None:
    answer = api.get(f"{PATH}?dataSet={ids.MORTALITY}&period=201401&orgUnit={ids.BO}", user="badjia_clerk")

    assert (answer.status, answer.json["errorCode"]) == (409, "E2012")


def test_reading_by_dates_children_groups_and_schemes(api: ApiClient) -> None:
    post(api, item(date="2014-02-03"), item(period="201402", date="2014-03-03"))
    DataSet.objects.filter(uid=ids.MORTALITY).update(code="MORT")
    window = f"{PATH}?dataSet={ids.MORTALITY}&orgUnit={ids.BO}&children=true&startDate=2014-01-01&endDate=2014-02-28"

    assert len(api.get(window).json["completeDataSetRegistrations"]) == 2
    assert len(api.get(f"{window}&limit=1").json["completeDataSetRegistrations"]) == 1
    later = api.get(f"{window}&created=2014-03-01&dataSetIdScheme=code").json["completeDataSetRegistrations"]
    assert [(found["dataSet"], found["period"]) for found in later] == [("MORT", "201402")]


@pytest.mark.parametrize(
    ("strategy", "new", "old"),
    [
        ("CREATE_AND_UPDATE", "imported", "updated"), ("CREATE", "imported", "ignored"),
        ("UPDATE", "ignored", "updated"), ("SYNC", "imported", "updated"), ("DELETE", "ignored", "deleted"),
    ],
)  # fmt: skip
def test_counts_by_strategy(api: ApiClient, strategy: str, new: str, old: str) -> None:
    post(api, item())

    answer = post(api, item(), item(period="201402"), query=f"?importStrategy={strategy}")

    assert answer.counts[new] and answer.counts[old]
    assert sum(answer.counts.values()) == 2
    assert bool(stored()) is (strategy != "DELETE")


def test_strategy_and_dry_run_of_the_payload_count(api: ApiClient) -> None:
    assert post(api, item(), query="?importStrategy=UPDATE", strategy="CREATE", dryRun=True).counts["imported"] == 1
    assert stored() == []
    assert post(api, item(), strategy="NONSENSE").summary["description"].startswith("The import process failed: ")


@pytest.mark.parametrize("body", ["{}", '{"completeDataSetRegistrations":[]}'])
def test_empty_payload_is_an_error(api: ApiClient, body: str) -> None:
    answer = api.post(PATH, body)

    assert (answer.status, answer.summary["status"]) == (409, "ERROR")
    assert answer.summary["description"] == "Import process complete."


def test_uncompleting_keeps_the_registration(api: ApiClient) -> None:
    post(api, item(date="2014-02-03"))
    post(api, item(completed="false", date="2014-02-04"))

    (found,) = stored()
    assert (found.completed, found.date) == (False, datetime.date(2014, 2, 4))


def test_the_last_of_several_registrations_of_one_cell_stays(api: ApiClient) -> None:
    answer = post(api, item(date="2014-02-03"), item(date="2014-02-05"))

    assert (answer.counts["imported"], answer.counts["updated"]) == (1, 1)
    assert [found.date for found in stored()] == [datetime.date(2014, 2, 5)]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"dataSet": "abcdefghijk"}, "Data set not found or not accessible: `abcdefghijk`"),
        ({"period": "2014-13"}, "Period not valid: `2014-13`"),
        ({"organisationUnit": NOBODY}, f"Organisation unit not found or not accessible: `{NOBODY}`"),
        ({"attributeOptionCombo": "abcdefghijk"},
         "Attribute option combo not found or not accessible for writing data: `abcdefghijk`"),
        ({"cc": "abcdefghijk", "cp": "bcdefghijkl"},
         "Attribute option combo not found or not accessible for writing data: `abcdefghijk: bcdefghijkl`"),
        ({"storedBy": "x" * 256}, "Invalid storedBy: it is longer than 255 characters"),
        ({"date": "yesterday"}, "`yesterday` is not a date, expected yyyy-MM-dd"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_the_others_go_in(api: ApiClient, members: dict[str, str], words: str) -> None:
    answer = post(api, item(**members), item(period="201402"))

    assert (answer.status, answer.summary["status"]) == (200, "SUCCESS")
    assert values(answer) == [words]
    assert (answer.counts["imported"], answer.counts["ignored"]) == (1, 1)


def test_strict_parameters_are_checked(api: ApiClient) -> None:
    answer = post(
        api, item(attributeOptionCombo=HARBOUR), item(period="2014Q1"), item(organisationUnit=ids.BADJIA), item(),
        item(attributeOptionCombo=ids.DEFAULT_OPTION_COMBO, period="201402"),
        query="?strictAttributeOptionCombos=true&strictPeriods=true&strictOrganisationUnits=true"
        "&requireAttributeOptionCombo=true",
    )  # fmt: skip

    assert answer.counts["imported"] == 1
    assert values(answer) == [
        f"Attribute option combo: `{HARBOUR}` must be part of category combo of data set: `{ids.MORTALITY}`",
        *["Attribute option combo is required but is not specified"] * 3,
    ]
    rest = post(
        api, item(period="2014Q1"), item(organisationUnit=ids.BADJIA),
        query="?strictPeriods=true&strictOrganisationUnits=true",
    )  # fmt: skip
    assert (rest.status, len(values(rest))) == (409, 2)


def test_options_bound_to_time_and_place_bind_registrations(api: ApiClient) -> None:
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(start_date="2014-01-02")
    ours = {"dataSet": PARTNER_SET, "period": "2014Q1", "attributeOptionCombo": HARBOUR}

    assert "is not within date range of attribute option combo" in values(post(api, item(**ours)))[0]
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(start_date="2014-01-01")
    assert post(api, item(**ours)).status == 200


def test_access_is_needed_to_place_data_set_and_options(api: ApiClient, badjia_clerk: User) -> None:
    outside = post(api, item(organisationUnit=ids.BO), user="badjia_clerk")
    assert values(outside) == [f"Organisation unit: `{ids.BO}` not in hierarchy of current user: `{badjia_clerk.uid}`"]

    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-r-----", "users": {}, "userGroups": {}})
    closed = post(api, item(), user="badjia_clerk")
    assert (closed.status, values(closed)) == (409, [f"User does not have write access for DataSet: `{ids.MORTALITY}`"])

    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(
        sharing={"public": "r-r-----", "users": {}, "userGroups": {}}
    )
    ours = item(dataSet=PARTNER_SET, period="2014Q1", attributeOptionCombo=HARBOUR)
    assert HARBOUR_OPTION in values(post(api, ours, user="badjia_clerk"))[0]


def test_missing_compulsory_operands_are_told_and_block_only_if_the_data_set_insists(api: ApiClient) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(name="Measles")
    CompulsoryOperand.objects.create(
        data_set=DataSet.objects.get(uid=ids.MORTALITY), data_element=DataElement.objects.get(uid=ids.MEASLES),
        category_option_combo=CategoryOptionCombo.objects.get(uid=ids.DEFAULT_OPTION_COMBO),
    )  # fmt: skip

    lenient = post(api, item())
    assert (lenient.counts["imported"], values(lenient)) == (
        1, ["Compulsory data element operand needs to be filled: Measles"],
    )  # fmt: skip
    change_set(compulsory_fields_complete_only=True)
    assert post(api, item(period="201402")).status == 409
    send(api, value(period="201402"))
    assert post(api, item(period="201402")).status == 200


def test_objects_are_named_by_schemes(api: ApiClient) -> None:
    """Specific before general, and of each kind the payload before the query."""
    change_set(code="MORT")

    assert post(api, item(dataSet="MORT"), query="?dataSetIdScheme=code", idScheme="uid").status == 200
    assert post(api, item(dataSet="MORT"), query="?idScheme=uid", dataSetIdScheme="code").status == 200
    assert post(api, item(dataSet="MORT"), query="?idScheme=code", idScheme="uid").status == 409


def test_broken_bodies_are_400_with_their_place(api: ApiClient) -> None:
    for body, content_type in (("{", "application/json"), ("<a/>", "application/xml"), ("<a", "application/xml")):
        answer = api.post(PATH, body, content_type=content_type)
        assert answer.status == 400 and "line 1" in answer.text


def test_old_versions_get_the_bare_summary(api: ApiClient) -> None:
    answer = api.post("/api/33/completeDataSetRegistrations", {"completeDataSetRegistrations": [item()]})

    assert (answer.status, answer.json["responseType"]) == (200, "ImportSummary")


def test_number_of_queries_does_not_depend_on_the_number_of_registrations(api: ApiClient) -> None:
    def count(size: int) -> int:
        items = [item(period=f"{1900 + n // 12}{n % 12 + 1:02}") for n in range(size)]
        post(api, *items)
        with query_counter() as counter:
            assert post(api, *items).counts["updated"] == size
        return counter.count

    assert count(3) == count(200)


def test_deleting_removes_registrations_and_need_not_find_any(api: ApiClient, badjia_clerk: User) -> None:
    post(api, item(), item(organisationUnit=ids.BADJIA))

    assert api.delete(f"{PATH}?{ONE}", user="badjia_clerk").status == 204
    assert api.delete(f"{PATH}?{ONE}", user="badjia_clerk").status == 204
    assert [found.organisation_unit.uid for found in stored()] == [ids.BADJIA]


def test_deleting_with_multi_ou_takes_the_units_below(api: ApiClient, badjia_clerk: User) -> None:
    post(api, item(), item(organisationUnit=ids.BADJIA))

    path = f"{PATH}?ds={ids.MORTALITY}&pe=201401&ou={ids.BADJIA}&multiOu=true"
    assert api.delete(path, user="badjia_clerk").status == 204
    assert stored() == []


@pytest.mark.parametrize("change", [{"ds": "abcdefghijk"}, {"pe": "2014-13"}, {"ou": NOBODY}, {"cc": "abcdefghijk"}])
def test_deleting_needs_known_objects(api: ApiClient, change: dict[str, str]) -> None:
    wanted = {"ds": ids.MORTALITY, "pe": "201401", "ou": ids.NGELEHUN_CHC} | change

    assert api.delete(f"{PATH}?" + "&".join(f"{name}={text}" for name, text in wanted.items())).status == 409


def test_locked_registrations_stay(api: ApiClient, badjia_clerk: User) -> None:
    post(api, item())
    change_set(expiry_days=1)
    answer = api.delete(f"{PATH}?{ONE}", user="badjia_clerk")
    assert (answer.status, answer.json["message"]) == (409, f"Locked Data set(s) : {ids.MORTALITY}")

    except_from_locks("201401")
    approve(workflow(2), "201401", ids.BO, 2)
    assert api.delete(f"{PATH}?{ONE}", user="badjia_clerk").status == 409
    assert len(stored()) == 1


def test_deleting_needs_access_to_place_and_data_set(api: ApiClient, badjia_clerk: User) -> None:
    capturing(persona("far_clerk"), ids.BO)
    outside = api.delete(f"{PATH}?ds={ids.MORTALITY}&pe=201401&ou={ids.SIERRA_LEONE}", user="far_clerk")
    assert (outside.status, outside.json["errorCode"]) == (409, "E2020")

    DataSet.objects.filter(uid=ids.MORTALITY).update(sharing={"public": "r-r-----", "users": {}, "userGroups": {}})
    assert api.delete(f"{PATH}?{ONE}", user="badjia_clerk").status == 409

    closed = {"public": "r-r-----", "users": {}, "userGroups": {}}
    CategoryOption.objects.filter(uid=HARBOUR_OPTION).update(sharing=closed)
    options = f"cc={partner_combo()}&cp={HARBOUR_OPTION}"
    path = f"{PATH}?ds={PARTNER_SET}&pe=2014Q1&ou={ids.NGELEHUN_CHC}&{options}"
    assert api.delete(path, user="badjia_clerk").json["errorCode"] == "E7616"


def partner_combo() -> str:
    return CategoryOptionCombo.objects.get(uid=HARBOUR).category_combo.uid
