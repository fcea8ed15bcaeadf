"""The metadata of individual data as payloads, from the declarations of `tracker_metadata`."""

from __future__ import annotations

from . import identifiers as ids
from .geography import Geography
from .objects import DATA_WRITABLE, Payload, named, ref, refs, registry_number, sharing
from .reference_lists import option_set_uid
from .tracker_metadata import PERSON_ATTRIBUTES, PROGRAMS, PersonAttribute, Question, Stage, TrackerProgram


def tracker_payloads(places: Geography) -> dict[str, list[Payload]]:
    """Attributes, the type of persons, data elements, programs with their stages, and how persons are related."""
    stages = [(program, stage) for program in PROGRAMS for stage in program.stages]
    return {
        "trackedEntityAttributes": [_attribute(attribute) for attribute in PERSON_ATTRIBUTES],
        "trackedEntityTypes": [_person()],
        "dataElements": [_data_element(question) for _, stage in stages for question in stage.questions],
        "programs": [_program(program, places) for program in PROGRAMS],
        "programStages": [
            _stage(program, stage, position) for program in PROGRAMS for position, stage in enumerate(program.stages, 1)
        ],
        "relationshipTypes": [_related_persons()],
    }


def _attribute(attribute: PersonAttribute) -> Payload:
    payload = named("trackedEntityAttribute", attribute.code, attribute.name) | {
        "code": attribute.code,
        "valueType": attribute.value_type,
        "aggregationType": "NONE",
        "unique": attribute.unique,
        "generated": attribute.pattern is not None,
        "attributeValues": registry_number(f"TEA-{attribute.code}"),
        "sharing": sharing(),
    }
    if attribute.pattern is not None:
        payload["pattern"] = attribute.pattern
    if attribute.option_set is not None:
        payload["optionSet"] = ref(option_set_uid(attribute.option_set))
    return payload


def _person() -> Payload:
    return {
        "id": ids.PERSON,
        "name": "Person",
        "shortName": "Person",
        "code": "PERSON",
        "allowAuditLog": True,
        "minAttributesRequiredToSearch": 1,
        "trackedEntityTypeAttributes": [
            {
                "trackedEntityAttribute": ref(attribute.uid),
                "searchable": attribute.searchable,
                "mandatory": False,
                "displayInList": True,
            }
            for attribute in PERSON_ATTRIBUTES
        ],
        "attributeValues": registry_number("TET-PERSON"),
        "sharing": sharing(DATA_WRITABLE),
    }


def _data_element(question: Question) -> Payload:
    payload: Payload = {
        "id": question.uid,
        "name": question.name,
        "shortName": question.name,
        "code": question.code,
        "domainType": "TRACKER",
        "valueType": question.value_type,
        "aggregationType": question.aggregation,
        "categoryCombo": ref(ids.DEFAULT_CATEGORY_COMBO),
        "attributeValues": registry_number(f"DE-{question.code}"),
        "sharing": sharing(),
    }
    if question.option_set is not None:
        payload["optionSet"] = ref(option_set_uid(question.option_set))
    return payload


def _program(program: TrackerProgram, places: Geography) -> Payload:
    everywhere = (places.country, *places.districts, *places.chiefdoms, *places.facilities)
    payload: Payload = {
        "id": program.uid,
        "name": program.name,
        "shortName": program.name,
        "code": program.code,
        "programType": "WITH_REGISTRATION" if program.is_registration else "WITHOUT_REGISTRATION",
        "accessLevel": program.access_level,
        "categoryCombo": ref(ids.DEFAULT_CATEGORY_COMBO),
        "organisationUnits": refs(place.uid for place in everywhere),
        "programStages": refs(stage.uid for stage in program.stages),
        "minAttributesRequiredToSearch": 1,
        "attributeValues": registry_number(f"PR-{program.code}"),
        "sharing": sharing(DATA_WRITABLE),
    }
    if program.is_registration:
        payload["trackedEntityType"] = ref(ids.PERSON)
        payload["programTrackedEntityAttributes"] = [
            {
                "trackedEntityAttribute": ref(attribute.uid),
                "searchable": attribute.searchable,
                "mandatory": False,
                "displayInList": True,
                "sortOrder": position,
            }
            for position, attribute in enumerate(program.attributes, 1)
        ]
    return payload


def _stage(program: TrackerProgram, stage: Stage, position: int) -> Payload:
    return {
        "id": stage.uid,
        "name": stage.name,
        "program": ref(program.uid),
        "sortOrder": position,
        "repeatable": stage.repeatable,
        "programStageDataElements": [
            {"dataElement": ref(question.uid), "compulsory": False, "sortOrder": number}
            for number, question in enumerate(stage.questions, 1)
        ],
        "attributeValues": registry_number(f"PS-{program.code}-{position}"),
        "sharing": sharing(DATA_WRITABLE),
    }


def _related_persons() -> Payload:
    side = {"relationshipEntity": "TRACKED_ENTITY_INSTANCE", "trackedEntityType": ref(ids.PERSON)}
    return {
        "id": ids.RELATED_PERSONS,
        "name": "Lives with",
        "code": "LIVES_WITH",
        "fromToName": "lives with",
        "toFromName": "lives with",
        "bidirectional": True,
        "fromConstraint": side,
        "toConstraint": side,
        "sharing": sharing(DATA_WRITABLE),
    }
