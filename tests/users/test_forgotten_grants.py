"""Who is deleted leaves the sharing of every object, and clients that pull changes see it."""

from __future__ import annotations

import pytest

from metadata.models import DataElement, Visualization
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import DAY, PUBLIC, element, store
from tests.objects.payloads import create
from users.models import UserGroup

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("singular", "member"), [("userGroup", "userGroups"), ("user", "users")])
def test_grants_go_with_their_holder(api: ApiClient, singular: str, member: str) -> None:
    gone, kept = (create(api, singular)["id"] for _ in range(2))
    grants = {uid: {"id": uid, "access": "r-------"} for uid in (gone, kept)}
    shared, other = store([element("Shared", sharing=PUBLIC | {member: grants}), element("Other")])

    assert api.delete(f"/api/{singular}s/{gone}").status == 200

    shared.refresh_from_db()
    other.refresh_from_db()
    assert shared.sharing == PUBLIC | {member: {kept: grants[kept]}}
    assert shared.last_updated > DAY
    assert other.last_updated == DAY


def test_the_number_of_queries_does_not_grow(api: ApiClient) -> None:
    found = []
    for size in (2, 300):
        gone = UserGroup.objects.create(name=f"Gone {size}", sharing=PUBLIC)
        grants = {gone.uid: {"id": gone.uid, "access": "r-------"}}
        store([element(f"Shared {size} {n}", sharing=PUBLIC | {"userGroups": grants}) for n in range(size)])
        api.get("/api/me?fields=id")
        with query_counter() as few:
            assert api.delete(f"/api/userGroups/{gone.uid}").status == 200
        assert not DataElement.objects.filter(sharing__userGroups__has_key=gone.uid).exists()
        found.append(few.count)
    assert found[0] == found[1]


def test_a_favourite_that_loses_what_it_shows_is_seen_by_who_pulls_changes(api: ApiClient) -> None:
    shown = store([element("Shown")])[0]
    items = [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": shown.uid}}]
    made = create(api, "visualization", dataDimensionItems=items)["id"]
    Visualization.objects.filter(uid=made).update(last_updated=DAY)

    assert api.delete(f"/api/dataElements/{shown.uid}").status == 200
    assert Visualization.objects.get(uid=made).last_updated > DAY
