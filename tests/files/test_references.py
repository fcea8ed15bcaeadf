"""Avatars and pictures of org units: references to files that exist and fit."""

from __future__ import annotations

import pytest
from django.db import connection

from files.models import FileResource
from metadata.models import OrganisationUnit
from tests.files.pictures import picture
from tests.files.test_uploads import upload
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.payloads import create
from tests.personas import persona
from users.models import User

pytestmark = pytest.mark.django_db
MEMBERS = [("user", "avatar", "USER_AVATAR"), ("organisationUnit", "image", "ORG_UNIT")]


def sent(api: ApiClient, domain: str, user: str = "admin") -> str:
    answer = upload(api, picture(), "a.png", "image/png", user=user, domain=domain)
    return answer.json["response"]["fileResource"]["id"]


def assigned(uid: str) -> bool:
    return FileResource.objects.get(uid=uid).assigned


def put(api: ApiClient, singular: str, uid: str, user: str = "admin", **changes: object) -> object:
    path = f"/api/{singular}s/{uid}"
    return api.put(path, api.get(f"{path}?fields=:owner").json | changes, user=user)


@pytest.mark.parametrize(("singular", "member", "domain"), MEMBERS)
def test_an_object_takes_a_file(api: ApiClient, singular: str, member: str, domain: str) -> None:
    file = sent(api, domain)

    made = create(api, singular, **{member: {"id": file}})

    assert api.get(f"/api/{singular}s/{made['id']}?fields={member}").json == {member: {"id": file}}
    assert assigned(file)


@pytest.mark.parametrize(("singular", "member", "domain"), MEMBERS)
def test_a_file_that_is_replaced_is_given_up(api: ApiClient, singular: str, member: str, domain: str) -> None:
    first, second = sent(api, domain), sent(api, domain)
    uid = create(api, singular, **{member: {"id": first}})["id"]

    assert put(api, singular, uid, **{member: {"id": second}}).status == 200

    assert (assigned(first), assigned(second)) == (False, True)


@pytest.mark.parametrize(("singular", "member", "domain"), MEMBERS)
def test_a_file_is_given_up_with_its_object(api: ApiClient, singular: str, member: str, domain: str) -> None:
    file = sent(api, domain)
    uid = create(api, singular, **{member: {"id": file}})["id"]

    assert api.delete(f"/api/{singular}s/{uid}").status == 200

    assert not assigned(file)


@pytest.mark.parametrize(("singular", "member", "domain"), MEMBERS)
def test_a_file_must_exist(api: ApiClient, singular: str, member: str, domain: str) -> None:
    uid = create(api, singular)["id"]

    answer = put(api, singular, uid, **{member: {"id": "noFileAtAll"}})

    assert answer.status == 409
    assert [report["errorCode"] for report in reports(answer)] == ["E5002"]


@pytest.mark.parametrize(("singular", "member", "domain"), MEMBERS)
def test_a_file_must_be_of_the_domain(api: ApiClient, singular: str, member: str, domain: str) -> None:
    uid = create(api, singular)["id"]

    answer = put(api, singular, uid, **{member: {"id": sent(api, "DOCUMENT")}})

    assert answer.status == 409
    (report,) = reports(answer)
    assert (report["errorCode"], report["errorProperty"]) == ("E5002", member)


def test_nobody_takes_somebody_elses_file(api: ApiClient) -> None:
    """Its bytes would be shown to whoever sees the object."""
    persona("sender")
    persona("unit_keeper", ["F_ORGANISATIONUNIT_ADD"])
    uid = create(api, "organisationUnit")["id"]

    theirs, own = sent(api, "ORG_UNIT", "sender"), sent(api, "ORG_UNIT", "unit_keeper")

    assert put(api, "organisationUnit", uid, "unit_keeper", image={"id": theirs}).status == 409
    assert put(api, "organisationUnit", uid, "unit_keeper", image={"id": own}).status == 200


def test_a_file_belongs_to_a_user_and_not_to_what_has_his_number(api: ApiClient) -> None:
    with connection.cursor() as cursor:
        for table in (User._meta.db_table, OrganisationUnit._meta.db_table):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 7000000, false)", [table])
    sender = persona("sender")
    uid = create(api, "organisationUnit")["id"]
    persona("unit_keeper", ["F_ORGANISATIONUNIT_ADD"])
    assert OrganisationUnit.objects.get(uid=uid).pk == sender.pk

    answer = put(api, "organisationUnit", uid, "unit_keeper", image={"id": sent(api, "ORG_UNIT", "sender")})

    assert answer.status == 409


def test_what_is_put_back_unchanged_is_taken_from_anybody(api: ApiClient) -> None:
    persona("unit_keeper", ["F_ORGANISATIONUNIT_ADD"])
    uid = create(api, "organisationUnit", image={"id": sent(api, "ORG_UNIT")})["id"]

    assert put(api, "organisationUnit", uid, user="unit_keeper", name="Renamed").status == 200


def test_me_shows_the_avatar(api: ApiClient, outsider: User) -> None:
    file = sent(api, "USER_AVATAR", "outsider")
    outsider.avatar = FileResource.objects.get(uid=file)
    outsider.save()

    assert api.get("/api/me?fields=avatar", user="outsider").json == {"avatar": {"id": file}}
    assert api.get("/api/me", user="outsider").json["avatar"] == {"id": file}


def test_a_user_who_sent_files_can_be_deleted(api: ApiClient) -> None:
    leaving = persona("leaving")
    file = sent(api, "DOCUMENT", "leaving")

    assert api.delete(f"/api/users/{leaving.uid}").status == 200
    assert FileResource.objects.get(uid=file).created_by is None


def test_taking_files_takes_as_many_queries_for_many_objects(api: ApiClient) -> None:
    counts = []
    for number in (2, 6):
        units = [
            {"id": f"unitOfFil{number}{i}", "name": f"Unit {i}", "shortName": f"Unit {i}", "openingDate": "2020-01-01",
             "image": {"id": sent(api, "ORG_UNIT")}}
            for i in range(number)
        ]  # fmt: skip
        with query_counter() as queries:
            assert api.post("/api/metadata", {"organisationUnits": units}).status == 200
        counts.append(queries.count)

    assert counts[0] == counts[1]


def reports(answer: object) -> list[dict[str, object]]:
    response = answer.json["response"]
    types = response.get("typeReports", [{"objectReports": [response]}])
    return [e for t in types for o in t["objectReports"] for e in o["errorReports"]]


def test_a_user_takes_an_own_picture(api: ApiClient, outsider: User) -> None:
    """`PUT /api/me`: one's own upload alone; without it there is no picture, twice if need be."""
    theirs, own = sent(api, "USER_AVATAR"), sent(api, "USER_AVATAR", "outsider")

    def take(file: str) -> tuple[int, str | None]:
        answer = api.put("/api/me", {"avatar": {"id": file}}, user="outsider")
        return answer.status, answer.json.get("message")

    assert take("noFileAtAll") == (409, "File does not exist")
    assert take(theirs) == (409, "Not the owner of the file")
    assert take(own)[0] == 200
    assert api.get("/api/me?fields=avatar", user="outsider").json == {"avatar": {"id": own}}
    assert assigned(own)

    assert [api.delete("/api/me/avatar", user="outsider").status for _ in range(2)] == [204, 204]
    assert api.get("/api/me?fields=avatar", user="outsider").json == {}
    assert not assigned(own)
