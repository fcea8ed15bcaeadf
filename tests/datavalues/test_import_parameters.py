"""Parameters of the import and the system settings that hold beside them (DHIS2 2.42, data values)."""

from __future__ import annotations

from typing import Any

import pytest

from datavalues.authorities import SKIP_AUDIT
from datavalues.importer.effective import effective_params
from datavalues.params import ImportParams
from dhis2api.demo import identifiers as ids
from tests.datavalues.payloads import HARBOUR, SETS, as_xml, count_rows, send, send_xml, stored, value, value_set
from tests.harness.client import ApiClient
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db

STRICT = [
    ("keyDataImportStrictPeriods", value(period="2014"), {}, "E7632"),
    ("keyDataImportStrictDataElements", value(), {"data_set": ids.CHILD_HEALTH}, "E7633"),
    ("keyDataImportStrictCategoryOptionCombos", value(category_option_combo=ids.FIXED_UNDER_1), {}, "E7634"),
    ("keyDataImportStrictAttributeOptionCombos", value(attribute_option_combo=HARBOUR), {}, "E7635"),
    ("keyDataImportStrictOrganisationUnits", value(org_unit=ids.BO), {}, "E7636"),
    ("keyDataImportRequireCategoryOptionCombo", value(), {}, "E7630"),
    ("keyDataImportRequireAttributeOptionCombo", value(), {}, "E7631"),
]


@pytest.mark.parametrize(("setting", "sent", "header", "code"), STRICT, ids=[case[0] for case in STRICT])
def test_a_setting_is_as_good_as_the_parameter(
    api: ApiClient, setting: str, sent: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    assert send(api, sent, query="?dryRun=true", **header).status == 200
    name = setting.removeprefix("keyDataImport")
    by_parameter = send(api, sent, query=f"?{name[0].lower()}{name[1:]}=true", **header)
    assert [found for found, _, _ in by_parameter.conflicts] == [code]

    assert api.post(f"/api/systemSettings/{setting}?value=true").status == 200
    assert [found for found, _, _ in send(api, sent, **header).conflicts] == [code]
    assert send(api, sent, query=f"?{name[0].lower()}{name[1:]}=false", **header).status == 409


def test_force_is_for_superusers_and_unaudited_writing_for_its_authority(db: None) -> None:
    asked = ImportParams(force=True, skip_audit=True)
    admin = User.objects.get(username="admin").principal
    clerk, keeper = persona("clerk").principal, persona("keeper", [SKIP_AUDIT]).principal

    found = [effective_params(asked, principal) for principal in (admin, clerk, keeper)]

    assert [params.force for params in found] == [True, False, False]
    assert [params.skip_audit for params in found] == [True, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        "dryRun=perhaps", "async=2", "importStrategy=REPLACE", "strategy=anew", "strictPeriods=x", "idScheme=number",
        "categoryIdScheme=x", "categoryOptionIdScheme=attribute:short", "firstRowIsHeader=", "skipAudit=y",
    ],
)  # fmt: skip
def test_misspelt_values_of_parameters_are_400(api: ApiClient, wrong: str) -> None:
    before = count_rows()
    answer = send(api, value(), query=f"?{wrong}")
    assert (answer.status, count_rows()) == (400, before), answer


def test_parameters_that_mean_nothing_here_are_taken(api: ApiClient) -> None:
    query = "?skipPatternValidation=true&mergeMode=MERGE&reportMode=ERRORS&sharing=true&format=csv&filename=a&unknown=1"
    assert send(api, value(), query=query).status == 200


@pytest.mark.parametrize("alias", ["importStrategy", "strategy"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_the_payload_says_goes_before_the_query(api: ApiClient, form: str, alias: str) -> None:
    send(api, value())
    header = {alias: "UPDATE", "dryRun": True, "orgUnitIdScheme": "code"}
    payload = value_set(value(org_unit="OU_559", value="13"), **header)
    query = "?importStrategy=CREATE&dryRun=false&orgUnitIdScheme=uid"

    answer = api.post(SETS + query, payload) if form == "json" else send_xml(api, as_xml(payload), SETS + query)

    assert (answer.status, answer.counts["updated"]) == (200, 1)
    assert stored()["value"] == "12"
