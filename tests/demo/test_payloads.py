"""The demo's payloads: documented identifiers, sound references, the same every time."""

import re
from collections import Counter

import pytest

from dhis2api.demo import identifiers as ids
from dhis2api.demo.payloads import data_value_sets, metadata_payload
from dhis2api.demo.places import DISTRICTS
from dhis2api.periods import parse_period
from dhis2api.value_types import ValueType, fault, is_insignificant_zero

UID = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")
# What every server has from its first start.
SYSTEM_OBJECTS = {ids.DEFAULT_CATEGORY_COMBO, ids.DEFAULT_OPTION_COMBO, ids.SUPERUSER_ROLE}

DOCUMENTED = [
    ("organisationUnits", "ImspTQPwCqd", "Sierra Leone"),
    ("organisationUnits", "O6uvpzGd5pu", "Bo"),
    ("organisationUnits", "YuQRtpLP10I", "Badjia"),
    ("organisationUnits", "vWbkYPRmKyS", "Baoma"),
    ("organisationUnits", "DiszpKrYNg8", "Ngelehun CHC"),
    ("categoryOptionCombos", "bRowv6yZOF2", "Routine report"),
    ("categoryCombos", "dzjKKQq0cSO", "Location and age group"),
    ("categoryOptions", "qkPbeWaFsnU", "Fixed"),
    ("categoryOptions", "wbrDrL2aYEc", "Outreach"),
    ("categoryOptions", "btOyqprQ9e8", "<1y"),
    ("categoryOptions", "GEqzEKCHoGA", ">1y"),
    ("categoryOptionCombos", "Prlt0C1RF0s", "Fixed, <1y"),
    ("categoryOptionCombos", "psbwp3CQEhs", "Fixed, >1y"),
    ("categoryOptionCombos", "V6L425pT3A0", "Outreach, <1y"),
    ("categoryOptionCombos", "hEFKSsPV5et", "Outreach, >1y"),
    ("dataSets", "pBOMPrpg1QX", "Mortality < 5 years"),
    ("dataSets", "BfMAe6Itzgt", "Child Health"),
    ("dataElements", "f7n9E0hX8qk", "Measles"),
    ("dataElements", "Ix2HsbDMLea", "Dysentery"),
    ("dataElements", "eY5ehpbEsB7", "Cholera"),
    ("dataElements", "s46m5MS0hxu", "BCG doses given"),
    ("dataElements", "DUSpd8Jq3M7", "Penta1 doses given"),
    ("dataElements", "fbfJHSPpUQD", "ANC 1st visit"),
    ("attributes", "DnrLSdo4hMl", "Registry number"),
    ("trackedEntityTypes", "Q9GufDoplCL", "Person"),
    ("programs", "f1AyMswryyQ", "Community health follow-up"),
    ("programStages", "nlXNK4b7LVr", "Home visit"),
    ("programStages", "PaOOjwLVW23", "Referral to a facility"),
    ("dataElements", "BuZ5LGNfGEU", "Age at visit in years"),
    ("dataElements", "ZrqtjjveTFc", "Sex noted at visit"),
    ("dataElements", "mB2QHw1tU96", "Place of visit"),
    ("relationshipTypes", "Udhj3bsdHeT", "Lives with"),
]


@pytest.fixture(scope="module")
def metadata():
    return metadata_payload(1)


@pytest.fixture(scope="module")
def by_uid(metadata):
    return {row["id"]: row for rows in metadata.values() for row in rows}


@pytest.fixture(scope="module")
def values():
    return [value for payload in data_value_sets(1) for value in payload["dataValues"]]


def by_code(metadata, plural, code):
    (found,) = [row for row in metadata[plural] if row.get("code") == code]
    return found


def members(row, collection):
    return {member["id"] for member in row[collection]}


@pytest.mark.parametrize(("plural", "uid", "name"), DOCUMENTED, ids=[row[1] for row in DOCUMENTED])
def test_documented_identifiers_mean_what_the_documentation_says(metadata, plural, uid, name):
    assert [row["name"] for row in metadata[plural] if row["id"] == uid] == [name]


@pytest.mark.parametrize("uid", ["FNnj3jKGS7i", "gP6hn503KUX", "OjTS752GbZE"])
def test_the_other_documented_facilities_lie_outside_badjia(by_uid, uid):
    chiefdom = by_uid[by_uid[uid]["parent"]["id"]]

    assert chiefdom["id"] != ids.BADJIA
    assert by_uid[chiefdom["parent"]["id"]]["parent"] == {"id": ids.SIERRA_LEONE}


@pytest.mark.parametrize("uid", ["FTRrcoaog83", "hj0nnsVsPLU", "qMjBflJMOfB", "GOLswS44mh8"])
def test_other_documented_objects_exist(by_uid, uid):
    assert uid in by_uid


def test_the_documentation_s_invalid_org_unit_does_not_exist(by_uid, values):
    assert "Jkhdsf8sdf4" not in by_uid
    assert "Jkhdsf8sdf4" not in {value["orgUnit"] for value in values}


def test_ngelehun_lies_in_badjia_in_bo_in_sierra_leone(by_uid):
    facility = by_uid[ids.NGELEHUN_CHC]

    assert facility["code"] == "OU_559"
    assert facility["parent"] == {"id": ids.BADJIA}
    assert by_uid[ids.BADJIA]["parent"] == by_uid[ids.BAOMA]["parent"] == {"id": ids.BO}
    assert by_uid[ids.BO]["parent"] == {"id": ids.SIERRA_LEONE}
    assert "parent" not in by_uid[ids.SIERRA_LEONE]


def test_the_hierarchy_has_the_size_of_a_country(metadata):
    children = Counter(row["parent"]["id"] for row in metadata["organisationUnits"] if "parent" in row)
    facilities = [row for row in metadata["organisationUnits"] if not children[row["id"]]]

    assert children[ids.SIERRA_LEONE] == len(DISTRICTS) == 13
    assert sum(len(district.chiefdoms) for district in DISTRICTS) in range(145, 156)
    assert len(facilities) in range(1_050, 1_200)
    assert all(row["geometry"]["type"] == "Point" for row in facilities)


def test_option_combos_of_location_and_age_are_made_of_their_options(by_uid):
    combos = {
        "Prlt0C1RF0s": {"qkPbeWaFsnU", "btOyqprQ9e8"},
        "psbwp3CQEhs": {"qkPbeWaFsnU", "GEqzEKCHoGA"},
        "V6L425pT3A0": {"wbrDrL2aYEc", "btOyqprQ9e8"},
        "hEFKSsPV5et": {"wbrDrL2aYEc", "GEqzEKCHoGA"},
    }

    assert {uid: members(by_uid[uid], "categoryOptions") for uid in combos} == combos
    assert {by_uid[uid]["categoryCombo"]["id"] for uid in combos} == {"dzjKKQq0cSO"}


def test_every_combination_of_every_combo_is_sent_once(metadata, by_uid):
    for combo in metadata["categoryCombos"]:
        sizes = [len(by_uid[category["id"]]["categoryOptions"]) for category in combo["categories"]]
        sent = [row for row in metadata["categoryOptionCombos"] if row["categoryCombo"]["id"] == combo["id"]]
        expected = 1
        for size in sizes:
            expected *= size

        assert len({frozenset(members(row, "categoryOptions")) for row in sent}) == len(sent) == expected


@pytest.mark.parametrize(
    ("uid", "elements"),
    [
        ("pBOMPrpg1QX", {"f7n9E0hX8qk", "Ix2HsbDMLea", "eY5ehpbEsB7", "FTRrcoaog83"}),
        ("BfMAe6Itzgt", {"s46m5MS0hxu", "DUSpd8Jq3M7"}),
    ],
)
def test_documented_data_sets_are_monthly_and_hold_their_elements(by_uid, uid, elements):
    data_set = by_uid[uid]

    assert data_set["periodType"] == "Monthly"
    assert elements < {row["dataElement"]["id"] for row in data_set["dataSetElements"]}
    assert {"DiszpKrYNg8", "FNnj3jKGS7i", "gP6hn503KUX", "OjTS752GbZE"} < members(data_set, "organisationUnits")


def test_the_documentation_s_event_is_one_of_a_program_that_demands_nothing(by_uid):
    program, stage = by_uid["f1AyMswryyQ"], by_uid["nlXNK4b7LVr"]

    assert program["programStages"] == [{"id": "nlXNK4b7LVr"}, {"id": "PaOOjwLVW23"}]
    assert all(by_uid[row["id"]]["repeatable"] for row in program["programStages"])
    assert {"BuZ5LGNfGEU", "ZrqtjjveTFc", "mB2QHw1tU96"} < {
        row["dataElement"]["id"] for row in stage["programStageDataElements"]
    }
    assert not any(row["compulsory"] for row in stage["programStageDataElements"])
    assert not any(row["mandatory"] for row in program["programTrackedEntityAttributes"])
    assert by_uid["mB2QHw1tU96"]["valueType"] == "COORDINATE"


def test_there_are_programs_of_every_kind(metadata):
    levels = {row["accessLevel"] for row in metadata["programs"] if row["programType"] == "WITH_REGISTRATION"}

    assert levels == {"OPEN", "PROTECTED", "CLOSED"}
    assert [row["code"] for row in metadata["programs"] if row["programType"] == "WITHOUT_REGISTRATION"]


def test_doses_are_disaggregated_by_location_and_age_and_mortality_is_not(by_uid):
    assert by_uid[ids.BCG]["categoryCombo"] == by_uid[ids.PENTA1]["categoryCombo"] == {"id": "dzjKKQq0cSO"}
    assert by_uid[ids.MEASLES]["categoryCombo"] == {"id": ids.DEFAULT_CATEGORY_COMBO}


def test_the_adx_example_s_codes_exist(metadata, by_uid):
    data_set = by_code(metadata, "dataSets", "(TB/HIV)VCCT")
    elements = [by_uid[row["dataElement"]["id"]] for row in data_set["dataSetElements"]]
    categories = [by_code(metadata, "categories", code) for code in ("GENDER", "HIV_AGE")]

    assert data_set["periodType"] == "Monthly"
    assert [row["code"] for row in elements] == ["VCCT_0", "VCCT_1", "VCCT_2", "PLHIV_TB_0", "PLHIV_TB_1"]
    (combo,) = {row["categoryCombo"]["id"] for row in elements}
    assert by_uid[combo]["categories"] == [{"id": row["id"]} for row in categories]
    codes = [{by_uid[uid]["code"] for uid in members(row, "categoryOptions")} for row in categories]
    assert codes == [{"MLE", "FMLE"}, {"AGE0-14", "AGE15-24"}]
    assert ids.NGELEHUN_CHC in members(data_set, "organisationUnits")


def test_m_clinic_reports_malaria_for_the_documented_month(metadata, values):
    malaria = by_code(metadata, "dataSets", "MALARIA")
    clinic = by_code(metadata, "organisationUnits", "M_CLINIC")
    elements = {row["dataElement"]["id"] for row in malaria["dataSetElements"]}

    assert malaria["periodType"] == "Monthly"
    assert clinic["id"] in members(malaria, "organisationUnits")
    assert [
        value
        for value in values
        if value["orgUnit"] == clinic["id"] and value["period"] == "201501" and value["dataElement"] in elements
    ]


def test_several_data_elements_are_about_measles(metadata):
    assert len([row for row in metadata["dataElements"] if "measles" in row["name"].lower()]) >= 4


def test_identifiers_are_valid_and_unique(metadata):
    uids = [row["id"] for rows in metadata.values() for row in rows]
    legends = [legend["id"] for row in metadata["legendSets"] for legend in row["legends"]]

    assert all(UID.fullmatch(uid) for uid in uids + legends)
    assert len(set(uids + legends)) == len(uids + legends)


@pytest.mark.parametrize("member", ["name", "shortName", "code"])
def test_names_and_codes_are_unique_in_their_type_and_fit(metadata, member):
    limits = {"name": 230, "shortName": 50, "code": 50}
    for plural, rows in metadata.items():
        if plural == "sections" and member == "name":
            continue  # unique in their data set only
        texts = [row[member] for row in rows if member in row]

        assert len(set(texts)) == len(texts), plural
        assert all(0 < len(text) <= limits[member] for text in texts), plural


def references(value):
    """Every uid that a payload refers to by `{"id": …}`."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if set(value) == {"id"}:
            yield value["id"]
        for item in value.values():
            yield from references(item)


def test_references_resolve_in_the_payload_or_to_system_objects(metadata, by_uid):
    named = set(references(list(metadata.values())))

    assert len(named) > 1_000
    assert named - set(by_uid) == SYSTEM_OBJECTS - {ids.DEFAULT_OPTION_COMBO}


def test_sharing_names_only_groups_of_the_demo(metadata):
    shared = [row["sharing"] for rows in metadata.values() for row in rows if "sharing" in row]

    assert all(re.fullmatch(r"[r-][w-][r-][w-]-{4}|r-{7}", sharing["public"]) for sharing in shared)
    assert {uid for sharing in shared for uid in sharing["userGroups"]} == {ids.REVIEW_GROUP}


def test_everybody_may_enter_data_into_the_documented_sets(by_uid, metadata):
    assert by_uid[ids.MORTALITY]["sharing"]["public"][2:4] == "rw"
    assert {row["sharing"]["public"][2:4] for row in metadata["categoryOptions"]} == {"rw"}
    for plural in ("trackedEntityTypes", "programs", "programStages", "relationshipTypes"):
        assert {row["sharing"]["public"][2:4] for row in metadata[plural]} == {"rw"}, plural


def test_the_registry_number_is_unique_and_carried_by_what_data_values_name(metadata):
    attribute = metadata["attributes"][0]

    assert attribute["id"] == "DnrLSdo4hMl" and attribute["unique"] is True
    for plural in ("dataElements", "organisationUnits", "categoryOptionCombos", "dataSets"):
        assert attribute[f"{plural[:-1]}Attribute"] is True
        numbers = [row["attributeValues"][0]["value"] for row in metadata[plural]]
        assert len(set(numbers)) == len(numbers) == len(metadata[plural])


def test_users_capture_where_their_names_say(metadata):
    users = {row["username"]: row for row in metadata["users"]}

    assert members(users["admin"], "organisationUnits") == {ids.SIERRA_LEONE}
    assert users["admin"]["id"] == ids.ADMIN and "password" not in users["admin"]
    assert members(users["badjia_clerk"], "organisationUnits") == {ids.BADJIA}
    assert users["bo_officer"]["id"] == ids.DISTRICT_OFFICER
    assert members(users["bo_officer"], "userRoles") != {ids.SUPERUSER_ROLE}


def test_passwords_keep_the_rules(metadata):
    words = ("user", "admin", "system", "administrator", "username", "password", "login", "manager")
    passwords = {row["username"]: row["password"] for row in metadata["users"] if "password" in row}

    assert set(passwords) == {"bo_officer", "badjia_clerk"}
    for username, password in passwords.items():
        assert 8 <= len(password) <= 72
        assert all(re.search(pattern, password) for pattern in ("[0-9]", "[A-Z]", "[a-z]", "[^A-Za-z0-9]"))
        assert not any(word in password.lower() for word in (*words, username))


def test_the_demo_is_the_same_every_time(metadata):
    assert metadata_payload(1) == metadata
    assert list(data_value_sets(1)) == list(data_value_sets(1))


def test_a_larger_demo_contains_the_smaller_one(by_uid):
    larger = metadata_payload(3)
    places = {row["id"]: row for row in larger["organisationUnits"]}
    small = {uid: row for uid, row in by_uid.items() if "openingDate" in row}

    assert len(places) > 2 * len(small)
    assert {uid: places[uid] for uid in small} == small
    assert len({row["name"] for row in larger["organisationUnits"]}) == len(places)


def test_a_year_of_values_is_of_a_handy_size(values):
    assert 20_000 <= len(values) <= 45_000
    assert {parse_period(value["period"]).start.year for value in values} - {2015} <= {2024, 2025}


def test_values_stay_out_of_the_documentation_s_own_months(values):
    assert not [value for value in values if value["period"] in ("201401", "201402", "201202")]


def test_every_value_would_be_stored(metadata, by_uid, values):
    """Known places, option combos of the data element, valid texts, no zeros that are skipped, no key twice."""
    combos = {row["id"]: row["categoryCombo"]["id"] for row in metadata["categoryOptionCombos"]}
    combos[ids.DEFAULT_OPTION_COMBO] = ids.DEFAULT_CATEGORY_COMBO
    keys = set()
    for value in values:
        element = by_uid[value["dataElement"]]
        keys.add((value["dataElement"], value["period"], value["orgUnit"], value["categoryOptionCombo"]))

        assert fault(element["valueType"], value["value"]) is None
        assert combos[value["categoryOptionCombo"]] == element["categoryCombo"]["id"]
        assert value["attributeOptionCombo"] in combos
        assert not is_insignificant_zero(
            element["valueType"], element["aggregationType"], element["zeroIsSignificant"], value["value"]
        )
    assert len(keys) == len(values)


def test_values_belong_to_forms_of_their_org_unit_and_period_type(by_uid):
    for payload in data_value_sets(1):
        data_set = by_uid[payload["dataSet"]]
        elements = {row["dataElement"]["id"] for row in data_set["dataSetElements"]}

        assert {value["dataElement"] for value in payload["dataValues"]} <= elements
        assert {value["orgUnit"] for value in payload["dataValues"]} <= members(data_set, "organisationUnits")
        assert {parse_period(value["period"]).type.name for value in payload["dataValues"]} == {data_set["periodType"]}


def test_option_set_values_are_codes_of_options(metadata, by_uid, values):
    coded = {row["id"]: row["optionSet"]["id"] for row in metadata["dataElements"] if "optionSet" in row}
    codes = {uid: {by_uid[option]["code"] for option in members(by_uid[uid], "options")} for uid in coded.values()}

    found = [value for value in values if value["dataElement"] in coded]
    assert found
    assert all(value["value"] in codes[coded[value["dataElement"]]] for value in found)


def test_value_types_are_ones_that_exist(metadata):
    assert {row["valueType"] for row in metadata["dataElements"]} <= set(ValueType)
