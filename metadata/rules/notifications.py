"""Program notification templates: what a recipient and a trigger have no use for is dropped.

Source: DHIS2 2.42, metadata model, programNotificationTemplates.
"""

from __future__ import annotations

from dhis2api.objects.importer.records import Bundle, ImportObject
from dhis2api.value_types import ValueType
from metadata.enums import DeliveryChannel, NotificationTrigger, ProgramNotificationRecipient
from metadata.models import DataElement, TrackedEntityAttribute

# Who is written to by a value: the column that names where it stands, and of which type that is.
BY_VALUE = {
    ProgramNotificationRecipient.PROGRAM_ATTRIBUTE: (
        "recipient_program_attribute_id", "trackedEntityAttribute", TrackedEntityAttribute,
    ),
    ProgramNotificationRecipient.DATA_ELEMENT: ("recipient_data_element_id", "dataElement", DataElement),
}  # fmt: skip
# What names a recipient, and the one kind that it is for.
COLUMNS = {column: kind for kind, (column, _, _) in BY_VALUE.items()} | {
    "recipient_user_group_id": ProgramNotificationRecipient.USER_GROUP
}
# Users of this server read their messages here.
INTERNAL = frozenset({ProgramNotificationRecipient.USER_GROUP, ProgramNotificationRecipient.USERS_AT_ORGANISATION_UNIT})
CHANNELS = {
    ValueType.PHONE_NUMBER: DeliveryChannel.SMS,
    ValueType.EMAIL: DeliveryChannel.EMAIL,
    ValueType.URL: DeliveryChannel.HTTP,
}
SCHEDULED = frozenset(
    {
        NotificationTrigger.SCHEDULED_DAYS_DUE_DATE,
        NotificationTrigger.SCHEDULED_DAYS_INCIDENT_DATE,
        NotificationTrigger.SCHEDULED_DAYS_ENROLLMENT_DATE,
    }
)


def fit_templates(bundle: Bundle, objects: list[ImportObject]) -> None:
    """Other recipients and days of what is sent at once become null; channels follow from who is written to."""
    for item in objects:
        recipient = item.values.get("notification_recipient")
        for column, kind in COLUMNS.items():
            if recipient != kind:
                item.values[column] = None
        if recipient in INTERNAL:
            item.values["delivery_channels"] = []
        if item.values.get("notification_trigger") not in SCHEDULED:
            item.values["relative_scheduled_days"] = None
    for column, singular, model in BY_VALUE.values():
        keys = {item.values[column] for item in objects} - {None}
        value_types = dict(model.objects.filter(pk__in=keys).values_list("pk", "value_type"))
        value_types |= {o.pk: o.values.get("value_type") for o in bundle.of(singular) if o.pk in keys}
        for item in objects:
            channel = CHANNELS.get(value_types.get(item.values[column]))
            if channel is not None:
                item.values["delivery_channels"] = [channel.value]
