"""What a template's recipient and trigger have no use for is dropped (DHIS2 2.42, metadata model)."""

from __future__ import annotations

from typing import Any

import pytest

from dhis2api.objects.registry import get_schema
from tests.harness.client import ApiClient
from tests.metadata.packages import one
from tests.objects.imports import put_in
from tests.objects.payloads import create, minimal

pytestmark = pytest.mark.django_db

RECIPIENTS = {
    "USER_GROUP": "recipientUserGroup", "PROGRAM_ATTRIBUTE": "recipientProgramAttribute",
    "DATA_ELEMENT": "recipientDataElement",
}  # fmt: skip


@pytest.fixture
def recipients(api: ApiClient) -> dict[str, Any]:
    return {
        "recipientUserGroup": one(api, "userGroup"),
        "recipientProgramAttribute": one(api, "trackedEntityAttribute", valueType="PHONE_NUMBER"),
        "recipientDataElement": one(api, "dataElement", valueType="EMAIL"),
    }


def stored(api: ApiClient, fields: str, **members: Any) -> dict[str, Any]:
    uid = create(api, "programNotificationTemplate", **members)["id"]
    return api.get(f"/api/programNotificationTemplates/{uid}?fields={fields}").json


@pytest.mark.parametrize("recipient", [*RECIPIENTS, "TRACKED_ENTITY_INSTANCE", "WEB_HOOK"])
def test_one_kind_of_recipient_is_kept(api: ApiClient, recipients: dict[str, Any], recipient: str) -> None:
    kept = RECIPIENTS.get(recipient)

    found = stored(api, ",".join(recipients), notificationRecipient=recipient, **recipients)

    assert found == ({kept: recipients[kept]} if kept else {})


@pytest.mark.parametrize(
    ("recipient", "channels"),
    [
        ("USER_GROUP", []), ("USERS_AT_ORGANISATION_UNIT", []), ("PROGRAM_ATTRIBUTE", ["SMS"]),
        ("DATA_ELEMENT", ["EMAIL"]), ("TRACKED_ENTITY_INSTANCE", ["HTTP"]),
    ],
)  # fmt: skip
def test_channels_follow_from_the_recipient(
    api: ApiClient, recipients: dict[str, Any], recipient: str, channels: list[str]
) -> None:
    sent = {"notificationRecipient": recipient, "deliveryChannels": ["HTTP"]}

    assert stored(api, "deliveryChannels", **sent, **recipients) == {"deliveryChannels": channels}


def test_the_recipient_may_come_with_its_template(api: ApiClient) -> None:
    element = minimal(api, get_schema("dataElement")) | {"valueType": "URL"}
    template = minimal(api, get_schema("programNotificationTemplate")) | {
        "notificationRecipient": "DATA_ELEMENT", "recipientDataElement": {"id": element["id"]},
    }  # fmt: skip

    assert put_in(api, programNotificationTemplates=[template], dataElements=[element]).status == 200
    path = f"/api/programNotificationTemplates/{template['id']}?fields=deliveryChannels"
    assert api.get(path).json == {"deliveryChannels": ["HTTP"]}


@pytest.mark.parametrize(
    ("trigger", "days"), [("ENROLLMENT", {}), ("SCHEDULED_DAYS_DUE_DATE", {"relativeScheduledDays": 3})]
)
def test_only_scheduled_messages_have_days(api: ApiClient, trigger: str, days: dict[str, int]) -> None:
    assert stored(api, "relativeScheduledDays", notificationTrigger=trigger, relativeScheduledDays=3) == days
