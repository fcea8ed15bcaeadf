"""Ways to ask about approvals of the mortality set, and people who approve."""

from __future__ import annotations

from collections.abc import Sequence

from configuration.models import SystemSetting
from dhis2api.demo import identifiers as ids
from metadata import models
from tests.datavalues.conftest import capturing
from tests.harness.client import Answer, ApiClient
from tests.personas import persona
from users.models import User

PATH = "/api/dataApprovals"
PERIOD = "201401"
TOP, DISTRICT, CHIEFDOM, CLINIC = ids.SIERRA_LEONE, ids.BO, ids.BADJIA, ids.NGELEHUN_CHC
BOTH = ["F_APPROVE_DATA", "F_APPROVE_DATA_LOWER_LEVELS"]


def query(org_unit: str = CLINIC, period: str = PERIOD, **more: str) -> str:
    wanted = {"ds": ids.MORTALITY, "pe": period, "ou": org_unit} | more
    return "?" + "&".join(f"{name}={text}" for name, text in wanted.items())


def show(api: ApiClient, org_unit: str = CLINIC, user: str = "admin", **more: str) -> dict[str, object]:
    answer = api.get(PATH + query(org_unit, **more), user=user)
    assert answer.status == 200, answer
    return answer.json


def state(api: ApiClient, org_unit: str = CLINIC, **more: str) -> object:
    return show(api, org_unit, **more)["state"]


def do(api: ApiClient, method: str, org_unit: str = CLINIC, user: str = "admin", path: str = PATH) -> Answer:
    return api.request(method, path + query(org_unit), user=user)


def only(*units: str) -> None:
    """Have just these org units report the mortality set."""
    data_set = models.DataSet.objects.get(uid=ids.MORTALITY)
    data_set.organisation_units.set(models.OrganisationUnit.objects.filter(uid__in=units))


def require_acceptance() -> None:
    SystemSetting.objects.update_or_create(name="keyAcceptanceRequiredForApproval", defaults={"value": True})


def approver(name: str, org_unit: str, authorities: Sequence[str] = BOTH) -> User:
    return capturing(persona(name, ["F_DATAVALUE_ADD", *authorities]), org_unit)
