"""Rules of single types that the import asks: option sets, option combos, moves, stages, relationships."""

from __future__ import annotations

from typing import Any

import pytest

from metadata.models import OrganisationUnit, ProgramStageSection
from tests.harness.client import ApiClient
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
TYPED = {"domainType": "AGGREGATE", "aggregationType": "NONE"}


def element(**members: Any) -> dict[str, Any]:
    return TYPED | {"name": "Choice", "shortName": "Choice"} | members


def test_a_data_element_has_the_value_type_of_its_option_set(api: ApiClient) -> None:
    options = create(api, "optionSet", valueType="TEXT")["id"]
    body = element(valueType="NUMBER", optionSet={"id": options})

    assert codes(api.post("/api/dataElements", body)) == ["E1115"]
    assert put_in(api, dataElements=[body]).status == 200  # asked of single objects alone, as in DHIS2


def test_several_options_in_one_value_need_a_set(api: ApiClient) -> None:
    assert codes(api.post("/api/dataElements", element(valueType="MULTI_TEXT"))) == ["E1116"]


def test_a_set_of_several_options_has_no_separators(api: ApiClient) -> None:
    options = create(api, "optionSet", valueType="TEXT")["id"]
    create(api, "option", code="a,b", optionSet={"id": options})
    body = element(valueType="MULTI_TEXT", optionSet={"id": options})

    assert codes(api.post("/api/dataElements", body)) == ["E1115", "E1117"]


def test_the_default_combo_has_one_option_combo(api: ApiClient) -> None:
    body = {"name": "Second", "categoryCombo": {"id": "bjDvmb4bfuf"}, "categoryOptions": [{"id": "xYerKDKCefk"}]}

    assert codes(api.post("/api/categoryOptionCombos", body)) == ["E1122"]


def test_an_option_combo_has_options_of_its_combo(api: ApiClient) -> None:
    combo = create(api, "categoryCombo", categories=[{"id": "GLevLNI9wkl"}])["id"]
    other = create(api, "categoryOption")["id"]
    body = {"name": "Foreign", "categoryCombo": {"id": combo}, "categoryOptions": [{"id": other}]}

    assert codes(api.post("/api/categoryOptionCombos", body)) == ["E1125"]


def test_an_option_combo_may_come_with_its_combo(api: ApiClient) -> None:
    option = create(api, "categoryOption")["id"]
    category = {"id": "categOfTst1", "name": "C", "shortName": "C", "dataDimensionType": "DISAGGREGATION",
                "categoryOptions": [{"id": option}]}  # fmt: skip
    combo = {"id": "comboOfTst1", "name": "CC", "dataDimensionType": "DISAGGREGATION",
             "categories": [{"id": "categOfTst1"}]}  # fmt: skip
    pinned = {"id": "pinndOfTst1", "categoryCombo": {"id": "comboOfTst1"}, "categoryOptions": [{"id": option}]}

    answer = put_in(api, categories=[category], categoryCombos=[combo], categoryOptionCombos=[pinned])

    assert answer.status == 200, answer


def test_a_move_takes_an_authority(api: ApiClient) -> None:
    mover: User = persona("mover", ["F_ORGANISATIONUNIT_ADD"])
    unit = OrganisationUnit.objects.filter(hierarchy_level=3).first()
    target = OrganisationUnit.objects.filter(hierarchy_level=2).exclude(pk=unit.parent_id).first()
    path = f"/api/organisationUnits/{unit.uid}"
    shown = api.get(f"{path}?fields=:owner").json | {"parent": {"id": target.uid}}

    assert codes(api.put(path, shown, user="mover")) == ["E1520"]
    role = mover.user_roles.get()
    role.authorities.append("F_ORGANISATIONUNIT_MOVE")
    role.save()
    mover.save()
    assert api.put(path, shown, user="mover").status == 200


def test_the_next_event_is_scheduled_by_a_date_of_the_stage(api: ApiClient) -> None:
    program = create(api, "program")["id"]
    date, text = create(api, "dataElement", valueType="DATE")["id"], create(api, "dataElement")["id"]
    rows = [{"dataElement": {"id": uid}} for uid in (date, text)]
    body = {"name": "Stage", "program": {"id": program}, "programStageDataElements": rows}

    assert codes(api.post("/api/programStages", body | {"nextScheduleDate": {"id": text}})) == ["E6001"]
    assert api.post("/api/programStages", body | {"nextScheduleDate": {"id": date}}).status == 201
    stray = body | {"nextScheduleDate": {"id": date}, "programStageDataElements": [], "name": "Other"}
    assert codes(api.post("/api/programStages", stray)) == ["E6001"]


def test_a_section_that_leaves_its_stage_is_deleted(api: ApiClient) -> None:
    stage = create(api, "programStage")
    kept, gone = (create(api, "programStageSection", programStage={"id": stage["id"]})["id"] for _ in range(2))

    answer = api.put(f"/api/programStages/{stage['id']}", stage | {"programStageSections": [{"id": kept}]})

    assert answer.status == 200, answer
    assert ProgramStageSection.objects.filter(uid=kept).exists()
    assert not ProgramStageSection.objects.filter(uid=gone).exists()


def test_a_tracker_data_view_shows_what_belongs_to_its_side(api: ApiClient) -> None:
    own, foreign = (create(api, "trackedEntityAttribute")["id"] for _ in range(2))
    linked = [{"trackedEntityAttribute": {"id": own}}]
    program = create(api, "program", programTrackedEntityAttributes=linked)["id"]
    side = {"relationshipEntity": "PROGRAM_INSTANCE", "program": {"id": program}}
    body = {"name": "Linked", "fromToName": "linked", "fromConstraint": side, "toConstraint": side}

    def viewed(*uids: str) -> dict[str, Any]:
        return body | {"toConstraint": side | {"trackerDataView": {"attributes": list(uids), "dataElements": []}}}

    assert codes(api.post("/api/relationshipTypes", viewed(own, foreign))) == ["E4314"]
    assert api.post("/api/relationshipTypes", viewed(own)).status == 201


def test_a_data_view_of_a_stage_shows_its_data_elements(api: ApiClient) -> None:
    element_uid = create(api, "dataElement")["id"]
    program = create(api, "program")["id"]
    stage = create(api, "programStage", program={"id": program},
                   programStageDataElements=[{"dataElement": {"id": element_uid}}])["id"]  # fmt: skip
    side = {"relationshipEntity": "PROGRAM_STAGE_INSTANCE", "programStage": {"id": stage},
            "trackerDataView": {"attributes": [], "dataElements": [element_uid]}}  # fmt: skip
    body = {"name": "Linked", "fromToName": "linked", "fromConstraint": side, "toConstraint": side}

    assert api.post("/api/relationshipTypes", body).status == 201
    side["trackerDataView"]["dataElements"].append("unknownUid1")
    assert codes(api.post("/api/relationshipTypes", body | {"name": "B"})) == ["E4314", "E4314"]
