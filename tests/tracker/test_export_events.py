"""Lists of events, and single ones."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection

from metadata.models import CategoryOption, CategoryOptionCombo
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.tracker import world
from tracker.models import Event

pytestmark = pytest.mark.django_db
PATH = "/api/tracker/events"


class Survey:
    """An event program with two data elements, a tracker program beside it, and a clerk at Badjia."""

    def __init__(self) -> None:
        self.clerk = world.someone_at("clerk", [world.BADJIA], [world.BADJIA])
        self.program = world.make_program()
        self.stage = world.make_stage(self.program)
        self.text = world.make_data_element(self.stage)
        self.number = world.make_data_element(self.stage, value_type="INTEGER")
        self.type = world.make_type()
        self.name = world.make_attribute(of_type=self.type, searchable=True)
        self.tracker_program = world.make_program(self.type)
        self.tracker_stage = world.make_stage(self.tracker_program)

    def event(self, text: str = "a", number: str = "1", **members: Any) -> Event:
        place = members.pop("org_unit", world.NGELEHUN)
        members = {"occurred_at": world.day("2024-05-02"), "created_by": world.author(self.clerk), **members}
        return world.stored_event(self.program, self.stage, place, {self.text: text, self.number: number}, **members)

    def visit(self, name: str = "Mary", **members: Any) -> Event:
        entity = world.stored_entity(self.type, world.BADJIA, {self.name: name})
        enrollment = world.stored_enrollment(
            entity, self.tracker_program, world.BADJIA, enrolled_at=world.day("2024-04-01")
        )
        return world.stored_event(enrollment, self.tracker_stage, world.NGELEHUN, **members)


@pytest.fixture
def survey(db: None) -> Survey:
    return Survey()


def listed(api: ApiClient, query: str) -> list[str]:
    answer = api.get(f"{PATH}?{query}", user="clerk")
    assert answer.status == 200, answer
    return [one["event"] for one in answer.json["events"]]


def test_an_event_of_an_event_program_has_no_tracked_entity(api: ApiClient, survey: Survey) -> None:
    event = survey.event(assigned_user=survey.clerk, follow_up=True)

    shown = api.get(f"{PATH}?program={survey.program.uid}", user="clerk").json["events"][0]

    assert shown["event"] == event.uid
    assert shown["enrollment"] == event.enrollment.uid
    assert not {"trackedEntity", "enrollmentStatus", "relationships"} & shown.keys()
    assert shown["orgUnitName"] == "Ngelehun CHC"
    assert shown["assignedUser"]["displayName"] == "Clerk Persona"
    assert shown["followUp"] is True
    assert {one["value"] for one in shown["dataValues"]} == {"a", "1"}
    assert shown["occurredAt"] == "2024-05-02T00:00:00.000"
    assert api.get(f"{PATH}/{event.uid}", user="clerk").json == shown


def test_old_versions_show_assigned_users_as_uids(api: ApiClient, survey: Survey) -> None:
    survey.event(assigned_user=survey.clerk)

    shown = api.get(f"/api/36/events?program={survey.program.uid}", user="clerk").json["instances"][0]

    assert shown["assignedUser"] == survey.clerk.uid


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("program={program}", "ES"), ("programStage={stage}", "ES"), ("programStage={tracker_stage}", "V"),
        ("program={tracker_program}", "V"), ("", "ESV"), ("status=SCHEDULE", "S"), ("status=OVERDUE", "S"),
        ("status=VISITED", "EV"), ("followUp=true", "E"), ("occurredAfter=2024-05-02&occurredBefore=2024-05-02", "E"),
        ("startDate=2024-05-03", "V"), ("scheduledBefore=2024-06-01", "S"), ("enrollmentStatus=ACTIVE", "V"),
        ("enrollmentEnrolledBefore=2024-04-01", "V"), ("orgUnit=DiszpKrYNg8", "ES"), ("orgUnit=YuQRtpLP10I", "V"),
        ("orgUnit=YuQRtpLP10I&orgUnitMode=DESCENDANTS", "ESV"), ("orgUnit=YuQRtpLP10I&ouMode=CHILDREN", "ESV"),
        ("filter={number}:gt:4", "E"), ("filter={number}:lt:10", "S"), ("filter={text}:like:A", "ES"),
        ("filter={text}", "ES"), ("filter={text}:null", "V"), ("filterAttributes={name}:eq:mary", "V"),
        ("filterAttributes={name}", "V"), ("filterAttributes={name}:sw:x", ""), ("events={E};{V}", "EV"),
        ("trackedEntity={te}", "V"), ("enrollments={en}", "V"), ("assignedUserMode=CURRENT", "E"),
        ("assignedUserMode=NONE", "SV"), ("assignedUser={clerk}", "E"), ("orgUnitMode=CAPTURE", "ESV"),
        ("updatedAfter=2099", ""), ("occurredBefore=9999-12-31", "EV"), ("updatedBefore=9999-12-31T23:59:59Z", "ESV"),
    ],
)  # fmt: skip
def test_events_are_asked_for(api: ApiClient, survey: Survey, query: str, found: str) -> None:
    events = {
        "E": survey.event("ab", "10", follow_up=True, assigned_user=survey.clerk),
        "S": survey.event("a", "3", status="SCHEDULE", occurred_at=None, scheduled_at=world.day("2024-05-09")),
        "V": survey.visit(),
    }
    names = {
        "program": survey.program.uid, "stage": survey.stage.uid, "tracker_stage": survey.tracker_stage.uid,
        "tracker_program": survey.tracker_program.uid, "number": survey.number.uid, "text": survey.text.uid,
        "name": survey.name.uid, "te": events["V"].tracked_entity.uid, "en": events["V"].enrollment.uid,
        "clerk": survey.clerk.uid, **{key: event.uid for key, event in events.items()},
    }  # fmt: skip
    keys = {event.uid: key for key, event in events.items()}

    assert sorted(keys[uid] for uid in listed(api, query.format(**names)) if uid in keys) == sorted(found)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("events={e}&filter={text}", 400, "Event UIDs and filters can not be specified at the same time"),
        ("updatedWithin=1d&updatedBefore=2024", 400,
         "Last updated from and/or to and last updated duration cannot be specified simultaneously"),
        ("attributeCategoryCombo=Prabcdefgh1", 409, "E2040"),
        ("attributeCc=Prabcdefgh1&attributeCos=Prabcdefgh1", 409, "E1110"),
        ("programStage=Prabcdefgh1", 400, "Program stage is specified but does not exist: Prabcdefgh1"),
        ("program=Prabcdefgh1", 400, "Program is specified but does not exist: Prabcdefgh1"),
        ("program={closed}", 403, "User has no access to program: {closed}"),
        ("programStage={closed_stage}", 403, "User has no access to program stage: {closed_stage}"),
        ("orgUnit=Prabcdefgh1", 400, "Organisation unit is specified but does not exist: Prabcdefgh1"),
        ("orgUnit=O6uvpzGd5pu", 403, "Organisation unit is not part of your search scope: O6uvpzGd5pu"),
        ("orgUnitMode=SELECTED", 400, "At least one org unit is required for orgUnitMode: SELECTED."),
        ("filter=Prabcdefgh1:eq:1", 400, "Prabcdefgh1"),
        ("filter={number}:gt:x", 400, "Filter for data element {number} is invalid. The data element value type is"
         " INTEGER but the value `x` is not."),
        ("filter={number}:gt:1e99999", 400, "is not."),
        ("filter={hidden}:eq:1", 400, "Data element does not exist: {hidden}"),
        ("order=Prabcdefgh1", 400, "Cannot order by 'Prabcdefgh1'"),
        ("assignedUser=Prabcdefgh1&assignedUserMode=ANY", 409, "cannot be specified if selectionMode is not PROVIDED"),
        ("events={e}&event={e}", 400, "Only one parameter of 'event'"),
        ("followUp=perhaps", 400, "Value 'perhaps' is not valid for parameter followUp"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(
    api: ApiClient, survey: Survey, query: str, status: int, message: str
) -> None:
    closed = world.make_program(sharing=world.NO_DATA)
    stage = world.make_stage(closed, sharing=world.NO_DATA)
    names = {
        "e": "Prabcdefgh1", "text": survey.text.uid, "number": survey.number.uid, "closed": closed.uid,
        "closed_stage": stage.uid, "hidden": world.make_data_element(sharing=world.CLOSED_TO_ALL).uid,
    }  # fmt: skip

    answer = api.get(f"{PATH}?{query.format(**names)}", user="clerk")

    assert (answer.status, message.format(**names) in answer.text) == (status, True), answer


@pytest.mark.parametrize("name", ["occurredAt", "{number}", "{text}", "assignedUserDisplayName", "enrolledAt", "event"])
def test_the_order_is_by_members_and_values(api: ApiClient, survey: Survey, name: str) -> None:
    first = survey.event("A", "9", uid="Evabcdefgh1")
    second = survey.event("b", "10", uid="Evabcdefgh2", occurred_at=world.day("2024-05-03"),
                          assigned_user=survey.clerk)  # fmt: skip
    field = name.format(number=survey.number.uid, text=survey.text.uid)

    upwards = listed(api, f"program={survey.program.uid}&order={field}")
    downwards = listed(api, f"program={survey.program.uid}&order={field}:desc")

    if name in ("enrolledAt",):  # the same for both: the newest goes first either way
        assert upwards == downwards == [second.uid, first.uid]
    elif name == "assignedUserDisplayName":
        assert upwards == [second.uid, first.uid]
    else:
        assert (upwards, downwards) == ([first.uid, second.uid], [second.uid, first.uid])


def test_an_option_that_is_closed_hides_its_events(api: ApiClient, survey: Survey) -> None:
    combo = CategoryOptionCombo.objects.exclude(uid="HllvX50cXC0").first()
    event = survey.event(attribute_option_combo=combo)
    options = sorted(combo.category_options.values_list("uid", flat=True))
    CategoryOption.objects.filter(uid__in=options).update(sharing=world.READ_ONLY)

    shown = api.get(f"{PATH}/{event.uid}", user="clerk").json
    CategoryOption.objects.filter(uid=options[0]).update(sharing=world.NO_DATA)

    assert sorted(shown["attributeCategoryOptions"].split(",")) == options
    assert listed(api, f"program={survey.program.uid}") == []
    assert api.get(f"{PATH}/{event.uid}", user="clerk").status == 404
    asked = f"{PATH}?attributeCategoryCombo={combo.category_combo.uid}&attributeCategoryOptions={','.join(options)}"
    assert api.get(asked, user="clerk").status == 403


def test_a_single_event_shows_only_values_of_readable_data_elements(api: ApiClient, survey: Survey) -> None:
    event = survey.event()
    survey.text.sharing = world.CLOSED_TO_ALL
    survey.text.save()

    shown = api.get(f"{PATH}/{event.uid}", user="clerk").json

    assert [one["dataElement"] for one in shown["dataValues"]] == [survey.number.uid]


def test_csv_has_a_row_for_each_data_value(api: ApiClient, survey: Survey) -> None:
    event = survey.event("rainy day", created_at_client=world.day("2024-05-01"))

    answer = api.get(f"{PATH}.csv?program={survey.program.uid}", user="clerk")

    names, *rows = answer.text.splitlines()
    assert names.split(",")[:4] == ["event", "status", "program", "programStage"]
    assert len(rows) == 2
    assert all(row.startswith(f"{event.uid},ACTIVE,{survey.program.uid},{survey.stage.uid},") for row in rows)
    assert any(f'{survey.text.uid},"rainy day",' in row for row in rows)
    assert answer.headers["Content-Disposition"] == "attachment; filename=events.csv"
    assert "Content-Transfer-Encoding" not in answer.headers


def test_files_are_compressed_whole(api: ApiClient, survey: Survey) -> None:
    event = survey.event()
    query = f"program={survey.program.uid}&fields=event"

    packed = api.get(f"{PATH}.json.gz?{query}", user="clerk")
    zipped = api.get(f"{PATH}.json.zip?{query}", user="clerk")
    rows = api.get(f"{PATH}.csv.zip?{query}", user="clerk")

    assert json.loads(gzip.decompress(packed.content)) == {"events": [{"event": event.uid}]}
    assert packed.headers["Content-Type"] == "application/json+gzip"
    assert packed.headers["Content-Disposition"] == "attachment; filename=events.json.gz"
    assert zipfile.ZipFile(io.BytesIO(zipped.content)).namelist() == ["events.json"]
    assert zipfile.ZipFile(io.BytesIO(rows.content)).namelist() == ["events.csv"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/html", "application/json"), ("*/*", "application/json"),
        ("text/csv", "application/csv; charset=UTF-8"), ("application/csv", "application/csv; charset=UTF-8"),
        ("application/csv+zip", "application/csv+zip"), ("application/json+gzip", "application/json+gzip"),
    ],
)  # fmt: skip
def test_the_format_is_the_accepted_one(api: ApiClient, survey: Survey, accept: str, content_type: str) -> None:
    answer = api.get(f"{PATH}?program={survey.program.uid}", user="clerk", headers={"Accept": accept})

    assert answer.headers["Content-Type"] == content_type


def test_data_values_are_named_by_the_scheme_and_left_out_without_a_name(api: ApiClient, survey: Survey) -> None:
    survey.event()
    survey.text.code = "TEXT_1"
    survey.text.save()

    query = f"program={survey.program.uid}&dataElementIdScheme=CODE&orgUnitIdScheme=NAME"
    shown = api.get(f"{PATH}?{query}", user="clerk").json["events"][0]

    assert [one["dataElement"] for one in shown["dataValues"]] == ["TEXT_1"]
    assert (shown["orgUnit"], shown["program"]) == ("Ngelehun CHC", survey.program.uid)


def test_a_large_page_is_sent_as_it_is_made(api: ApiClient, survey: Survey) -> None:
    first = survey.event()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO event (uid, enrollment_id, program_id, program_stage_id, organisation_unit_id, status,"
            " attribute_option_combo_id, follow_up, deleted, created_at, updated_at, data_values)"
            " SELECT 'V' || lpad(number::text, 10, '0'), enrollment_id, program_id, program_stage_id,"
            " organisation_unit_id, status, attribute_option_combo_id, false, false, created_at, updated_at, '{}'"
            " FROM event, generate_series(1, 1200) AS number WHERE uid = %s",
            [first.uid],
        )

    page = api.get(f"{PATH}?program={survey.program.uid}&fields=event&pageSize=1100", user="clerk").json
    every = api.get(f"{PATH}?program={survey.program.uid}&fields=event&paging=false", user="clerk").json

    assert (len(page["events"]), page["pager"]["pageSize"], "nextPage" in page["pager"]) == (1100, 1100, True)
    assert len({one["event"] for one in every["events"]}) == 1201


def test_what_is_not_shown_is_not_read(api: ApiClient, survey: Survey) -> None:
    survey.event()
    counts = []
    for fields in ("event,status", "event,status,notes", "event,status,createdBy"):
        with query_counter() as few:
            api.get(f"{PATH}?program={survey.program.uid}&fields={fields}", user="clerk")
        counts.append(few.count)

    assert counts == [counts[0], counts[0] + 1, counts[0] + 1]


def test_what_is_no_uid_is_refused_in_paths_and_lists(api: ApiClient, survey: Survey) -> None:
    messages = [
        api.get(f"{PATH}/{path}", user="clerk").json["message"]
        for path in ("abc", "?events=abc", "?events=Evabcdefgh1,Evabcdefgh2&events=Evabcdefgh3")
    ]

    assert "is not valid for path parameter uid." in messages[0]
    assert "Value 'abc' is not valid for parameter events." in messages[1]
    assert messages[2].startswith("You likely repeated request parameter 'events'")


def test_the_number_of_queries_does_not_depend_on_the_rows(api: ApiClient, survey: Survey) -> None:
    counts = []
    for _ in range(2):
        survey.event()
        world.stored_note(survey.visit(), "well")
        with query_counter() as few:
            api.get(f"{PATH}?order=createdAt", user="clerk")
        counts.append(few.count)

    assert counts[0] == counts[1] <= 12
