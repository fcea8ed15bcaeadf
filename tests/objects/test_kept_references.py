"""Who may not read what an object refers to may put the object back as he read it, and add no such reference."""

from __future__ import annotations

import pytest

from metadata.models import CategoryCombo, DataElement, DataElementGroup, DataSet
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.objects.elements import element, group, store
from tests.objects.imports import codes, put_in
from tests.objects.payloads import create
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db


def hide(*rows: DataElement) -> None:
    DataElement.objects.filter(pk__in=[row.pk for row in rows]).update(sharing=private())


def test_members_stay(api: ApiClient, editor: User) -> None:
    shown, hidden, other = store([element("Shown"), element("Hidden"), element("Other")])
    found = group("Mixed", [shown, hidden])
    hide(hidden, other)
    path = f"/api/dataElementGroups/{found.uid}"
    body = api.get(f"{path}?fields=:owner", user="editor").json
    assert len(body["dataElements"]) == 2

    assert api.put(path, body, user="editor").status == 200
    assert DataElementGroup.objects.get(pk=found.pk).data_elements.count() == 2
    body["dataElements"].append({"id": other.uid})
    assert codes(api.put(path, body, user="editor")) == ["E5008"]


def test_a_single_reference_stays(api: ApiClient, editor: User) -> None:
    combo, other = (create(api, "categoryCombo", categories=[{"id": "GLevLNI9wkl"}])["id"] for _ in range(2))
    made = create(api, "dataElement", categoryCombo={"id": combo})
    CategoryCombo.objects.filter(uid__in=[combo, other]).update(sharing=private())
    path = f"/api/dataElements/{made['id']}"

    assert api.put(path, made, user="editor").status == 200
    assert codes(api.put(path, made | {"categoryCombo": {"id": other}}, user="editor")) == ["E5008"]


def test_embedded_rows_stay(api: ApiClient, editor: User) -> None:
    hidden, other = store([element("Hidden"), element("Other")])
    made = create(api, "dataSet", dataSetElements=[{"dataElement": {"id": hidden.uid}}])
    hide(hidden, other)
    path = f"/api/dataSets/{made['id']}"

    assert api.put(path, made, user="editor").status == 200
    assert DataSet.objects.get(uid=made["id"]).data_set_elements.count() == 1
    more = [{"dataElement": {"id": uid}} for uid in (hidden.uid, other.uid)]
    assert codes(api.put(path, made | {"dataSetElements": more}, user="editor")) == ["E5008"]


def test_references_of_documents_stay(api: ApiClient, editor: User) -> None:
    hidden, other = store([element("Hidden"), element("Other")])

    def items(*rows: DataElement) -> list[dict[str, object]]:
        return [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": row.uid}} for row in rows]

    made = create(api, "visualization", dataDimensionItems=items(hidden))
    api.patch(f"/api/visualizations/{made['id']}", {"publicAccess": "rw------"})
    hide(hidden, other)
    path = f"/api/visualizations/{made['id']}"

    assert api.put(path, made, user="editor").status == 200
    assert codes(api.put(path, made | {"dataDimensionItems": items(hidden, other)}, user="editor")) == ["E5008"]


def test_the_number_of_queries_does_not_grow(api: ApiClient, editor: User) -> None:
    found = []
    for size in (3, 60):
        rows = store([element(f"Hidden {size} {number}") for number in range(size)])
        groups = [group(f"Group {size} {number}", rows) for number in range(size)]
        bodies = [api.get(f"/api/dataElementGroups/{g.uid}?fields=:owner").json for g in groups]
        hide(*rows)
        with query_counter() as few:
            assert put_in(api, user="editor", dataElementGroups=bodies).status == 200
        found.append(few.count)
    assert found[0] == found[1]


def test_a_text_that_is_a_uid_is_no_reference(api: ApiClient, editor: User) -> None:
    """Otherwise a remark with the uid of what nobody may read would open the way to it."""
    hidden = store([element("Hidden")])[0]
    made = create(api, "visualization", note=hidden.uid)
    api.patch(f"/api/visualizations/{made['id']}", {"publicAccess": "rw------"})
    hide(hidden)
    items = [{"dataDimensionItemType": "DATA_ELEMENT", "dataElement": {"id": hidden.uid}}]

    refused = api.patch(f"/api/visualizations/{made['id']}", {"dataDimensionItems": items}, user="editor")

    assert codes(refused) == ["E5008"]
