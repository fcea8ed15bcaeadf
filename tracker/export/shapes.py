"""The members of tracker objects, in the order they are shown.

Source: DHIS2 2.42, tracker export, response shapes. Members of older versions that only tell more (`orgUnitName`,
`enrollmentStatus`, `trackedEntityType` of an enrollment, `updatedAt` of a note) are shown in every version.
"""

from __future__ import annotations

from tracker.export.fields import Shape

USER = Shape(("uid", "username", "firstName", "surname", "displayName"))
AUTHORS = {"createdBy": USER, "updatedBy": USER}
NOTE = Shape(("note", "storedAt", "updatedAt", "value", "createdBy", "storedBy"), {"createdBy": USER})
ATTRIBUTE = Shape(("attribute", "code", "displayName", "createdAt", "updatedAt", "storedBy", "valueType", "value"))
DATA_VALUE = Shape(
    ("createdAt", "updatedAt", "storedBy", "providedElsewhere", "dataElement", "value", "createdBy", "updatedBy"),
    AUTHORS,
)
PROGRAM_OWNER = Shape(("orgUnit", "trackedEntity", "program"))

EVENT_MEMBERS = (
    "event", "status", "program", "programStage", "enrollment", "enrollmentStatus", "trackedEntity", "orgUnit",
    "orgUnitName", "relationships", "occurredAt", "scheduledAt", "storedBy", "followUp", "deleted", "createdAt",
    "createdAtClient", "updatedAt", "updatedAtClient", "attributeOptionCombo", "attributeCategoryOptions",
    "completedBy", "completedAt", "geometry", "assignedUser", "createdBy", "updatedBy", "dataValues", "notes",
)  # fmt: skip
EVENT_PARTS = {"geometry": None, "assignedUser": USER, **AUTHORS, "dataValues": DATA_VALUE, "notes": NOTE}
ENROLLMENT_MEMBERS = (
    "enrollment", "createdAt", "createdAtClient", "updatedAt", "updatedAtClient", "trackedEntity",
    "trackedEntityType", "program", "status", "orgUnit", "orgUnitName", "enrolledAt", "occurredAt", "followUp",
    "completedBy", "completedAt", "deleted", "storedBy", "createdBy", "updatedBy", "geometry", "events",
    "relationships", "attributes", "notes",
)  # fmt: skip
ENROLLMENT_PARTS = {"geometry": None, **AUTHORS, "attributes": ATTRIBUTE, "notes": NOTE}
ENTITY_MEMBERS = (
    "trackedEntity", "trackedEntityType", "createdAt", "createdAtClient", "updatedAt", "updatedAtClient", "orgUnit",
    "inactive", "deleted", "potentialDuplicate", "geometry", "storedBy", "createdBy", "updatedBy", "relationships",
    "attributes", "enrollments", "programOwners",
)  # fmt: skip
ENTITY_PARTS = {"geometry": None, **AUTHORS, "attributes": ATTRIBUTE, "programOwners": PROGRAM_OWNER}


def _without_relationships(members: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in members if name != "relationships")


# What stands at the sides of a relationship never shows relationships.
EVENT_ITEM = Shape(_without_relationships(EVENT_MEMBERS), EVENT_PARTS)
ENROLLMENT_ITEM = Shape(_without_relationships(ENROLLMENT_MEMBERS), ENROLLMENT_PARTS | {"events": EVENT_ITEM})
ENTITY_ITEM = Shape(_without_relationships(ENTITY_MEMBERS), ENTITY_PARTS | {"enrollments": ENROLLMENT_ITEM})
ITEM = Shape(
    ("trackedEntity", "enrollment", "event"),
    {"trackedEntity": ENTITY_ITEM, "enrollment": ENROLLMENT_ITEM, "event": EVENT_ITEM},
)
RELATIONSHIP = Shape(
    ("relationship", "relationshipName", "relationshipType", "createdAt", "createdAtClient", "updatedAt",
     "bidirectional", "deleted", "from", "to"),
    {"from": ITEM, "to": ITEM},
)  # fmt: skip
EVENT = Shape(EVENT_MEMBERS, EVENT_PARTS | {"relationships": RELATIONSHIP})
ENROLLMENT = Shape(ENROLLMENT_MEMBERS, ENROLLMENT_PARTS | {"events": EVENT, "relationships": RELATIONSHIP})
ENTITY = Shape(ENTITY_MEMBERS, ENTITY_PARTS | {"enrollments": ENROLLMENT, "relationships": RELATIONSHIP})

ENTITY_DEFAULT = "*,!relationships,!enrollments,!events,!programOwners"
ENROLLMENT_DEFAULT = "*,!relationships,!events,!attributes"
EVENT_DEFAULT = "*,!relationships"
RELATIONSHIP_DEFAULT = (
    "relationship,relationshipType,createdAtClient,from[trackedEntity[trackedEntity],enrollment[enrollment],"
    "event[event]],to[trackedEntity[trackedEntity],enrollment[enrollment],event[event]]"
)

_CHANGE = ("previousValue", "currentValue")
CHANGE_LOG = Shape(
    ("createdBy", "createdAt", "type", "change"),
    {
        "createdBy": USER,
        "change": Shape(
            ("dataValue", "eventField", "attributeValue"),
            {
                "dataValue": Shape(("dataElement", *_CHANGE)), "eventField": Shape(("field", *_CHANGE)),
                "attributeValue": Shape(("attribute", *_CHANGE)),
            },
        ),
    },
)  # fmt: skip
CHANGE_LOG_DEFAULT = "change,createdAt,createdBy,type"
