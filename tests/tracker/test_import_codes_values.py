"""Each code that an import tells of attribute values and data values."""

from __future__ import annotations

from typing import Any

import pytest

from datavalues.models import DataValueFile
from files.models import FileResource
from metadata.models import Period
from tests.harness.client import ApiClient
from tests.tracker import world
from tests.tracker.coded import Case, Cases, Sent, stored_enrollment, stored_event, stored_person, verify
from tests.tracker.sending import ENROLLMENT, ENTITY, EVENT, make_clinic, value
from tracker.models import TrackerFile
from users.models import User

pytestmark = pytest.mark.django_db
CASES = Cases()
UNKNOWN, OTHER = "Unknown0001", "TeSending02"
FILE = "FiSending01"


def make_file(content_type: str = "image/png") -> FileResource:
    """A file of the superuser's."""
    return FileResource.objects.create(
        uid=FILE, name="card.png", content_type=content_type, content_length=1, content_md5="", storage_key=FILE,
        domain="DATA_VALUE", storage_status="STORED", created_by=User.objects.get(username="admin"),
    )  # fmt: skip


def with_attribute(text: Any, args: list[Any] | None = None, **members: Any) -> Sent:
    """A new person with a value of an attribute of these settings."""
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, **members)
    return Sent({"trackedEntities": [clinic.person(attributes=[value(attribute, text)])]}, ENTITY, args)


def with_data_value(text: Any, args: list[Any] | None = None, **members: Any) -> Sent:
    """A new event with a value of a data element of these settings."""
    clinic = make_clinic()
    stored_enrollment(clinic)
    element = world.make_data_element(clinic.stage, **members)
    return Sent({"events": [clinic.event(values={element: text})]}, EVENT, args)


@CASES("E1006")
def unknown_attribute_of_an_entity() -> Sent:
    body = {"trackedEntities": [make_clinic().person(attributes=[{"attribute": UNKNOWN, "value": "1"}])]}
    return Sent(body, ENTITY, [UNKNOWN])


@CASES("E1006")
def unknown_attribute_of_an_enrollment() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    body = {"enrollments": [clinic.enrollment(attributes=[{"attribute": UNKNOWN, "value": "1"}])]}
    return Sent(body, ENROLLMENT, [UNKNOWN])


@CASES("E1007")
def attribute_that_is_no_integer() -> Sent:
    return with_attribute("many", ["INTEGER", "`many`: Value is not an integer"], value_type="INTEGER")


@CASES("E1007")
def attribute_that_names_no_user() -> Sent:
    return with_attribute("nobody", value_type="USERNAME")


@CASES("E1007")
def attribute_that_names_no_org_unit() -> Sent:
    return with_attribute(UNKNOWN, value_type="ORGANISATION_UNIT")


@CASES("E1007")
def attribute_that_names_no_file() -> Sent:
    return with_attribute(UNKNOWN, value_type="FILE_RESOURCE")


@CASES("E1007")
def attribute_whose_file_is_no_image() -> Sent:
    make_file("image/svg+xml")
    return with_attribute(FILE, value_type="IMAGE")


@CASES("E1009")
def file_of_another_entity() -> Sent:
    sent = with_attribute(FILE, [FILE], value_type="FILE_RESOURCE")
    attribute = world.make_attribute()
    other = world.stored_entity(world.make_type(), world.NGELEHUN)
    TrackerFile.objects.create(file=make_file(), tracked_entity=other, attribute=attribute)
    return sent


@CASES("E1009")
def file_of_an_aggregate_value() -> Sent:
    sent = with_attribute(FILE, [FILE], value_type="FILE_RESOURCE")
    combo = world.default_combo()
    DataValueFile.objects.create(
        file=make_file(), data_element=world.make_data_element(), organisation_unit=world.place(world.BO),
        period=Period.objects.first(), category_option_combo=combo, attribute_option_combo=combo,
    )  # fmt: skip
    return sent


@CASES("E1009")
def one_file_for_two_values() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    make_file()
    elements = [world.make_data_element(clinic.stage, value_type="FILE_RESOURCE") for _ in range(2)]
    return Sent({"events": [clinic.event(values=dict.fromkeys(elements, FILE))]}, EVENT, [FILE])


@CASES("E1018")
def mandatory_attribute_of_the_program_missing() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    attribute = world.make_attribute(of_program=clinic.program, mandatory=True)
    return Sent({"enrollments": [clinic.enrollment()]}, ENROLLMENT, [attribute.uid, clinic.program.uid, ENROLLMENT])


@CASES("E1019")
def attribute_of_the_type_in_an_enrollment() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    body = {"enrollments": [clinic.enrollment(attributes=[value(clinic.name, "Ana")])]}
    return Sent(body, ENROLLMENT, [f"{clinic.name.uid}=Ana"])


@CASES("E1064")
def value_of_another_entity() -> Sent:
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, unique=True)
    world.stored_entity(clinic.type, world.BAOMA, {attribute: "id-1"})
    body = {"trackedEntities": [clinic.person(attributes=[value(attribute, "ID-1")])]}
    return Sent(body, ENTITY, ["ID-1", attribute.uid])


@CASES("E1064")
def value_from_before_the_attribute_was_unique() -> Sent:
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type)
    world.stored_entity(clinic.type, world.BAOMA, {attribute: "Id-1"})
    attribute.unique = True
    attribute.save()
    return Sent({"trackedEntities": [clinic.person(attributes=[value(attribute, "ID-1")])]}, ENTITY)


@CASES("E1064")
def enrollment_with_the_value_of_another_entity() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    attribute = world.make_attribute(of_program=clinic.program, unique=True)
    world.stored_entity(clinic.type, world.BAOMA, {attribute: "1"})
    return Sent(
        {"enrollments": [clinic.enrollment(attributes=[value(attribute, 1)])]}, ENROLLMENT, ["1", attribute.uid]
    )


@CASES("E1075")
def attribute_without_uid() -> Sent:
    clinic = make_clinic()
    stored_person(clinic)
    return Sent({"enrollments": [clinic.enrollment(attributes=[{"value": "1"}])]}, ENROLLMENT, ["NULL"])


@CASES("E1076")
def mandatory_attribute_of_the_type_emptied() -> Sent:
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, mandatory=True)
    world.stored_value(stored_person(clinic), attribute, "1")
    body = {"trackedEntities": [clinic.person(attributes=[value(attribute, "")])]}
    return Sent(body, ENTITY, ["TrackedEntityAttribute", attribute.uid])


@CASES("E1076")
def mandatory_attribute_of_the_program_emptied() -> Sent:
    clinic = make_clinic()
    attribute = world.make_attribute(of_program=clinic.program, mandatory=True)
    world.stored_value(stored_person(clinic), attribute, "1")
    body = {"enrollments": [clinic.enrollment(attributes=[value(attribute, None)])]}
    return Sent(body, ENROLLMENT, ["TrackedEntityAttribute", attribute.uid])


@CASES("E1076")
def compulsory_data_element_emptied() -> Sent:
    clinic = make_clinic()
    element = world.make_data_element(clinic.stage, compulsory=True)
    stored_event(clinic)
    return Sent(
        {"events": [clinic.event(values={element: ""}, status="COMPLETED")]}, EVENT, ["DataElement", element.uid]
    )


@CASES("E1077")
def attribute_too_long() -> Sent:
    return with_attribute("x" * 1201, ["x" * 1201, "1200"])


@CASES("E1090")
def mandatory_attribute_of_the_type_missing() -> Sent:
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, mandatory=True)
    return Sent({"trackedEntities": [clinic.person()]}, ENTITY, [attribute.uid, clinic.type.uid, ENTITY])


@CASES("E1112")
def confidential_value_that_cannot_be_encrypted() -> Sent:
    sent = with_attribute("secret", ["secret", "missing_encryption_password"], confidential=True)
    return Sent(sent.body, ENTITY, sent.args, settings={"TRACKER_ENCRYPTION": False})


@CASES("E1125")
def attribute_that_is_no_option() -> Sent:
    options = world.make_option_set("RED", "BLUE")
    return with_attribute("red", ["red", options.uid], option_set=options)


@CASES("E1125")
def data_value_of_which_one_part_is_no_option() -> Sent:
    options = world.make_option_set("RED", "BLUE", value_type="MULTI_TEXT")
    return with_data_value("RED,green", ["RED,green", options.uid], option_set=options, value_type="MULTI_TEXT")


@CASES("E1302")
def data_value_that_is_no_number() -> Sent:
    return with_data_value("many", ["NUMBER", "`many`: Value is not numeric"], value_type="NUMBER")


@CASES("E1302")
def data_value_that_names_no_file() -> Sent:
    return with_data_value(UNKNOWN, value_type="FILE_RESOURCE")


@CASES("E1303")
def compulsory_data_element_missing() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    element = world.make_data_element(clinic.stage, compulsory=True)
    return Sent({"events": [clinic.event(status="COMPLETED")]}, EVENT, [element.uid])


@CASES("E1304")
def unknown_data_element() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    body = {"events": [clinic.event(dataValues=[{"dataElement": UNKNOWN, "value": "1"}])]}
    return Sent(body, EVENT, [UNKNOWN])


@CASES("E1305")
def data_element_of_another_stage() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    element = world.make_data_element()
    return Sent({"events": [clinic.event(values={element: "1"})]}, EVENT, [element.uid, clinic.stage.uid])


@CASES("E1315")
def values_of_a_skipped_event() -> Sent:
    clinic = make_clinic()
    stored_enrollment(clinic)
    body = {"events": [clinic.event(values={clinic.weight: "1"}, status="SKIPPED")]}
    return Sent(body, EVENT, ["SKIPPED", "[ACTIVE, COMPLETED, VISITED]"])


@pytest.mark.parametrize(("code", "make"), CASES.cases, ids=CASES.ids)
def test_import_tells(api: ApiClient, admin: object, settings: Any, code: str, make: Case) -> None:
    sent = make()
    for name, setting in sent.settings.items():
        setattr(settings, name, setting)
    verify(api, code, sent)


def test_unique_value_that_two_of_the_payload_have_is_told_of_both(api: ApiClient, admin: object) -> None:
    """E1064."""
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, unique=True)
    people = [clinic.person(uid, attributes=[value(attribute, "1")]) for uid in (ENTITY, OTHER)]

    answer = api.post("/api/tracker?async=false", {"trackedEntities": people})

    told = {(error["errorCode"], error["uid"]) for error in answer.json["validationReport"]["errorReports"]}
    assert told == {("E1064", ENTITY), ("E1064", OTHER)}


def test_value_that_is_unique_within_an_org_unit_may_be_had_elsewhere(api: ApiClient, admin: object) -> None:
    clinic = make_clinic()
    attribute = world.make_attribute(of_type=clinic.type, unique=True, orgunit_scope=True)
    people = [
        clinic.person(ENTITY, attributes=[value(attribute, "1")]),
        clinic.person(OTHER, attributes=[value(attribute, "1")], orgUnit=world.BAOMA),
    ]

    assert api.post("/api/tracker?async=false", {"trackedEntities": people}).status == 200
    third = clinic.person("TeSending03", attributes=[value(attribute, "1")])
    answer = api.post("/api/tracker?async=false", {"trackedEntities": [third]})

    assert [error["errorCode"] for error in answer.json["validationReport"]["errorReports"]] == ["E1064"]
    assert api.post("/api/tracker?async=false", {"trackedEntities": people}).status == 200


def test_compulsory_values_are_not_asked_for_before_completion(api: ApiClient, admin: object) -> None:
    """E1303 waits for COMPLETED where the stage says ON_COMPLETE; stored values count."""
    clinic = make_clinic()
    stored_enrollment(clinic)
    element = world.make_data_element(clinic.stage, compulsory=True)

    for event in (clinic.event(), clinic.event(values={element: "1"}), clinic.event(status="COMPLETED")):
        assert api.post("/api/tracker?async=false", {"events": [event]}).status == 200
