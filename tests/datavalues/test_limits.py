"""Min-max limits (DHIS2 2.42, data entry and min-max)."""

from __future__ import annotations

import pytest

from datavalues.models import MinMaxDataElement
from dhis2api.demo import identifiers as ids
from tests.datavalues.conftest import capturing
from tests.datavalues.payloads import NOBODY, POWER
from tests.harness.client import Answer, ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona

pytestmark = pytest.mark.django_db

PATH = "/api/minMaxDataElements"
ENTRY = "/api/dataEntry/minMaxValues"


def limit(**members: object) -> dict[str, object]:
    wanted = {
        "dataElement": {"id": ids.MEASLES}, "source": {"id": ids.NGELEHUN_CHC},
        "optionCombo": {"id": ids.DEFAULT_OPTION_COMBO}, "min": 1, "max": 42,
    } | members  # fmt: skip
    return {name: content for name, content in wanted.items() if content is not None}


def flat(unit: str = ids.NGELEHUN_CHC, least: int = 1, most: int = 42) -> dict[str, object]:
    return {
        "dataElement": ids.MEASLES, "orgUnit": unit, "categoryOptionCombo": ids.DEFAULT_OPTION_COMBO,
        "minValue": least, "maxValue": most,
    }  # fmt: skip


def stored() -> list[tuple[str, int, int]]:
    return list(MinMaxDataElement.objects.order_by("pk").values_list("source__uid", "min", "max"))


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["errorCode"]


def test_limits_are_stored_shown_replaced_and_deleted(api: ApiClient) -> None:
    assert api.post(PATH, limit()).status == 201
    shown = api.get(PATH).json
    assert shown["pager"]["total"] == 1
    assert shown["minMaxDataElements"] == [limit(generated=False)]
    assert api.post(PATH, limit(min=-5, max=5)).status == 201
    assert stored() == [(ids.NGELEHUN_CHC, -5, 5)]
    assert api.delete(PATH, limit(min=None, max=None)).status == 204
    assert told(api.delete(PATH, limit())) == (404, "E2047")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"dataElement": {"id": "abcdefghijk"}}, "E1100"),
        ({"source": {"id": NOBODY}}, "E1102"),
        ({"source": None}, "E1102"),
        ({"optionCombo": {"id": "abcdefghijk"}}, "E1103"),
        ({"min": None}, "E2042"),
        ({"max": None}, "E2043"),
        ({"min": 42}, "E2044"),
    ],
)
def test_what_is_wrong_with_limits_is_400(api: ApiClient, members: dict[str, object], code: str) -> None:
    assert told(api.post(PATH, limit(**members))) == (400, code)
    assert stored() == []


def test_numbers_that_do_not_fit_are_400(api: ApiClient) -> None:
    assert api.post(PATH, limit(max=2**40)).status == 400
    assert api.post(PATH, limit(max="many")).status == 400


def test_changing_needs_the_authority_and_the_place(api: ApiClient) -> None:
    capturing(persona("reader"), ids.SIERRA_LEONE)
    capturing(persona("setter", ["F_MINMAX_DATAELEMENT_ADD"]), ids.BADJIA)

    refused = api.post(PATH, limit(), user="reader")
    assert (refused.status, refused.json["message"]) == (
        403, "Access is denied, requires one Authority from [F_MINMAX_DATAELEMENT_ADD]",
    )  # fmt: skip
    assert api.post(f"{PATH}/upsert", {}, user="reader").status == 403
    assert told(api.post(PATH, limit(source={"id": ids.BO}), user="setter")) == (400, "E2020")
    assert api.post(PATH, limit(), user="setter").status == 201
    assert api.get(PATH, user="reader").json["pager"]["total"] == 1
    capturing(persona("stranger"), ids.BO)
    MinMaxDataElement.objects.update(source_id=unit_key(ids.SIERRA_LEONE))
    assert api.get(PATH, user="stranger").json["minMaxDataElements"] == []


def test_list_is_filtered_paged_and_cut_to_fields(api: ApiClient) -> None:
    for unit in (ids.NGELEHUN_CHC, ids.BADJIA, ids.BO):
        api.post(PATH, limit(source={"id": unit}))

    found = api.get(f"{PATH}?filter=source.id:in:[{ids.BO},{ids.BADJIA}]&fields=source[id],min").json
    assert found["minMaxDataElements"] == [
        {"source": {"id": ids.BADJIA}, "min": 1}, {"source": {"id": ids.BO}, "min": 1},
    ]  # fmt: skip
    assert api.get(f"{PATH}?filter=max:gt:42").json["minMaxDataElements"] == []
    assert len(api.get(f"{PATH}?pageSize=2&page=2").json["minMaxDataElements"]) == 1
    assert api.get(f"{PATH}?filter=name:eq:x").status == 400


def test_many_limits_of_a_data_set_are_stored_and_deleted_at_once(api: ApiClient) -> None:
    body = {"dataSet": ids.MORTALITY, "values": [flat(), flat(ids.BO), flat(least=2)]}

    answer = api.post(f"{PATH}/upsert", body)

    assert (answer.status, answer.json["successful"], answer.json["ignored"]) == (200, 3, 0)
    assert set(stored()) == {(ids.NGELEHUN_CHC, 2, 42), (ids.BO, 1, 42)}
    body["values"] = [flat(), flat(ids.BADJIA)]
    answer = api.post(f"{PATH}/delete", body)
    assert (answer.json["successful"], answer.json["ignored"]) == (1, 1)
    assert stored() == [(ids.BO, 1, 42)]


def test_many_limits_as_csv(api: ApiClient) -> None:
    text = (
        "dataElement,orgUnit,optionCombo,minValue,maxValue\n"
        f"{ids.MEASLES},{ids.NGELEHUN_CHC},{ids.DEFAULT_OPTION_COMBO},3,9\n"
    )
    path = f"?dataSet={ids.MORTALITY}"

    assert api.post(f"{PATH}/upsert{path}", text, content_type="text/csv").json["successful"] == 1
    assert stored() == [(ids.NGELEHUN_CHC, 3, 9)]
    broken = api.post(f"{PATH}/upsert{path}", text.replace("9", "nine"), content_type="application/csv")
    assert (broken.status, "Line 2" in broken.json["message"]) == (400, True)
    assert api.post(f"{PATH}/upsert{path}", text.replace("9", "\0"), content_type="text/csv").status == 400
    assert api.post(f"{PATH}/delete{path}", text, content_type="text/csv").json["successful"] == 1


def test_one_fault_keeps_all_limits_of_a_data_set_out(api: ApiClient) -> None:
    body = {"dataSet": ids.MORTALITY, "values": [flat(), flat() | {"dataElement": POWER}]}
    assert told(api.post(f"{PATH}/upsert", body)) == (400, "E2021")
    assert told(api.post(f"{PATH}/upsert", body | {"dataSet": "abcdefghijk"})) == (400, "E1105")
    body["values"] = [flat(), flat(least=50)]
    assert told(api.post(f"{PATH}/upsert", body)) == (400, "E2044")
    assert stored() == []


def test_data_entry_sends_flat_limits(api: ApiClient) -> None:
    assert (api.post(ENTRY, flat()).status, stored()) == (200, [(ids.NGELEHUN_CHC, 1, 42)])
    key = f"?de={ids.MEASLES}&ou={ids.NGELEHUN_CHC}&co={ids.DEFAULT_OPTION_COMBO}"
    assert api.delete(ENTRY + key).status == 204
    assert told(api.delete(ENTRY + key)) == (404, "E2047")
    api.post(ENTRY, flat())
    body = {"dataElement": ids.MEASLES, "orgUnit": ids.NGELEHUN_CHC, "optionCombo": ids.DEFAULT_OPTION_COMBO}
    assert api.delete(ENTRY, body).status == 204


def test_number_of_queries_does_not_depend_on_the_number_of_limits(api: ApiClient) -> None:
    units = list(MinMaxDataElement._meta.get_field("source").related_model.objects.values_list("uid", flat=True)[:60])

    def count(size: int) -> int:
        values = [flat(unit) for unit in units[:size]]
        api.get(PATH)
        with query_counter() as counter:
            assert api.post(f"{PATH}/upsert", {"dataSet": ids.MORTALITY, "values": values}).status == 200
        return counter.count

    assert count(2) == count(60)


def unit_key(uid: str) -> int:
    return MinMaxDataElement._meta.get_field("source").related_model.objects.get(uid=uid).pk
