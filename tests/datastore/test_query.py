"""The query API: parts of many values, filtered, sorted, in pages (DHIS2 2.42, data store, query API)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import JSONField, Value
from django.utils import timezone

from datastore.models import DatastoreEntry
from datastore.query.filters import OPERATORS, Kind
from dhis2api.objects.uids import generate_uid
from tests.datastore.test_entries import PETS, told
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from users.models import User

pytestmark = pytest.mark.django_db
NOW = timezone.now()
VALUES: dict[str, Any] = {
    "bat": {"name": "Pollie", "food": [], "age": None},
    "cat": {"name": "Miao", "food": ["tuna", "mouse"], "age": 2.5, "cute": True, "eats": [{"name": "fish"}]},
    "cow": {"name": "Muuhh", "food": ["gras"], "age": 13, "cute": False, "type": {"breed": "Angus", "id": 7}},
    "dog": {"name": "Pluto", "food": "", "age": "13", "cute": True, "eats": [{"name": "bones"}]},
    "hamster": {"name": "13", "food": {}, "age": 1},
    "plain": "text",
    "void": None,
}


@pytest.fixture(autouse=True)
def _pets(db: None) -> None:
    sharing = {"owner": None, "public": "rw------", "users": {}, "userGroups": {}}
    rows = [
        # An entry without a value is another thing than one whose value is null.
        DatastoreEntry(
            namespace="pets", key=key, value=value if value is not None else Value(None, JSONField()), sharing=sharing,
            uid=generate_uid(), created=NOW, last_updated=NOW,
        )
        for key, value in VALUES.items()
    ]  # fmt: skip
    DatastoreEntry.objects.bulk_create(rows)


def query(api: ApiClient, namespace: str = PETS, **parameters: Any) -> Any:
    text = "&".join(f"{name}={quote(str(value))}" for name, value in parameters.items())
    answer = api.get(f"{namespace}?{text}")
    assert answer.status == 200, answer
    return answer.json


def entries(api: ApiClient, fields: str, **parameters: Any) -> list[dict[str, Any]]:
    return query(api, fields=fields, headless="true", **parameters)


def keys(api: ApiClient, *filters: str, **parameters: Any) -> list[str]:
    text = "".join(f"&filter={quote(found)}" for found in filters)
    answer = api.get(f"{PETS}?fields=&headless=true{text}" + "".join(f"&{n}={v}" for n, v in parameters.items()))
    assert answer.status == 200, answer
    return [entry["key"] for entry in answer.json]


def test_the_envelope(api: ApiClient) -> None:
    assert query(api, fields="name", filter="cute:eq:true") == {
        "pager": {"page": 1, "pageSize": 50},
        "entries": [{"key": "cat", "name": "Miao"}, {"key": "dog", "name": "Pluto"}],
    }


def test_without_fields_there_are_keys(api: ApiClient) -> None:
    assert entries(api, "") == [{"key": key} for key in VALUES]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ("name", '{"key":"cow","name":"Muuhh"}'),
        (".", '{"key":"cow","value":{"age": 13,'),
        (".~hoist(all)", '{"key":"cow","all":{"age"'),
        ("type.breed,type.id", '{"key":"cow","type":{"breed":"Angus","id":7}}'),
        ("type[breed,id]", '{"key":"cow","type":{"breed":"Angus","id":7}}'),
        ("type(breed,id)", '{"key":"cow","type":{"breed":"Angus","id":7}}'),
        ("type.breed,name,type.id", '{"key":"cow","type":{"breed":"Angus","id":7},"name":"Muuhh"}'),
        ("type[breed~hoist(breed)],age", '{"key":"cow","breed":"Angus","age":13}'),
        ("type.breed~hoist(a.b_c.d-e)", '{"key":"cow","a":{"b_c":{"d-e":"Angus"}}}'),
        ("food.0,food.7", '{"key":"cow","food":{"0":"gras","7":null}}'),
        ("food[0]", '{"key":"cow","food":{"0":"gras"}}'),
        ("type", '{"key":"cow","type":{"id": 7, "breed": "Angus"}}'),
        ("type,type.id", '{"key":"cow","type":{"id":7}}'),
        ("type.id,type", '{"key":"cow","type":{"id": 7, "breed": "Angus"}}'),
        ("name~hoist(key)", '{"key":"Muuhh"}'),
        ("type[breed", '{"key":"cow","type":{"breed":"Angus"}}'),
        ("name,,age,", '{"key":"cow","name":"Muuhh","age":13}'),
    ],
)
def test_fields(api: ApiClient, fields: str, shown: str) -> None:
    answer = api.get(f"{PETS}?headless=true&filter=_:eq:cow&fields={fields}")

    assert answer.text.startswith("[" + shown), answer
    assert answer.headers["Content-Type"] == "application/json"


def test_nested_arrays(api: ApiClient) -> None:
    assert entries(api, "eats[0[name]]") == entries(api, "eats.0.name") == [
        {"key": "cat", "eats": {"0": {"name": "fish"}}}, {"key": "dog", "eats": {"0": {"name": "bones"}}},
    ]  # fmt: skip


def test_entries_without_any_of_the_fields_are_left_out(api: ApiClient) -> None:
    """What is there and null is there."""
    assert [entry["key"] for entry in entries(api, "cute,type.id")] == ["cat", "cow", "dog"]
    assert entries(api, "age", filter="_:in:[bat,plain]") == [{"key": "bat", "age": None}]
    assert entries(api, "age", filter="_:in:[bat,plain]", includeAll="true") == [
        {"key": "bat", "age": None}, {"key": "plain", "age": None},
    ]  # fmt: skip


def test_an_entry_without_a_value_is_left_out(api: ApiClient) -> None:
    api.put(f"{PETS}/unset")

    assert "unset" not in [entry["key"] for entry in entries(api, ".")]
    assert {"key": "void", "value": None} in entries(api, ".")
    assert {"key": "unset", "value": None} in entries(api, ".", includeAll="true")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("age:null", "bat"), ("age:!null", "cat cow dog hamster"), (".:null", "void"), ("age:eq:null", "bat"),
        ("age:!eq:null", "cat cow dog hamster"),
        ("food:empty", "bat dog hamster"), ("food:!empty", "cat cow"), ("age:empty", ""), ("age:!empty", "dog"),
        ("name:in:[Miao,Pluto]", "cat dog"), ("name:in:Miao", "cat"), ("name:!in:[Miao,Pluto]", "bat cow hamster"),
        ("name:in:[Miao, Pluto]", "cat"), ("age:in:[13]", "dog"), ("_:in:[cat,x]", "cat"), ("_:!in:[cat]",
         "bat cow dog hamster plain void"),
        ("age:eq:13", "cow"), ("age:eq:'13'", "dog"), ("age:eq:013.0", "cow"), ("age:eq:13.", "cow"),
        ("age:!eq:13", "cat hamster"), ("age:neq:13", "cat hamster"), ("age:ne:13", "cat hamster"),
        ("cute:eq:true", "cat dog"), ("cute:!eq:true", "cow"), ("name:eq:miao", ""), ("name:ieq:miao", "cat"),
        ("_:eq:cat", "cat"), ("_:ieq:CAT", "cat"), ("_:eq:13", ""), ("_:!eq:cat", "bat cow dog hamster plain void"),
        ('type:eq:{"breed":"Angus","id":7}', "cow"), ('food:eq:["gras"]', "cow"), ("food:eq:[]", "bat"),
        ('food:!eq:["gras"]', "bat cat"), (".:eq:text", "plain"),
        ("age:lt:2.6", "cat hamster"), ("age:le:1", "hamster"), ("age:lte:1", "hamster"), ("age:gt:2", "cat cow"),
        ("age:ge:13", "cow"), ("age:gte:13", "cow"), ("name:lt:N", "cat cow hamster"), ("name:gt:N", "bat dog"),
        ("_:ge:hamster", "hamster plain void"), ("_:lt:cat", "bat"), ("age:lt:null", ""), ("age:le:null", "bat"),
        ("name:like:ia", "cat"), ("name:!like:l", "cat cow hamster"), ("name:$like:P", "bat dog"),
        ("name:!$like:P", "cat cow hamster"), ("name:like$:o", "cat dog"), ("name:!like$:o", "bat cow hamster"),
        ("name:ilike:IA", "cat"), ("name:!ilike:L", "cat cow hamster"), ("name:$ilike:p", "bat dog"),
        ("name:!$ilike:p", "cat cow hamster"), ("name:ilike$:O", "cat dog"), ("name:!ilike$:O", "bat cow hamster"),
        ("name:startswith:p", "bat dog"), ("name:!startswith:p", "cat cow hamster"), ("name:endswith:O", "cat dog"),
        ("name:!endswith:O", "bat cow hamster"), ("name:like:P*to", "dog"), ("name:like:P_u", "dog"),
        ("name:like:P%to", "dog"), ("name:like:13", "hamster"), ("name:like:'13'", "hamster"), ("age:like:1", "dog"),
        ("name:like:a\\", ""), ("name:like$:\\", ""), ("_:$like:c", "cat cow"), ("_:like:a", "bat cat hamster plain"),
        ("eats[0].name:eq:fish", "cat"), ("eats.0.name:eq:fish", "cat"), ("food[0]:eq:gras", "cow"),
        ("nothing:eq:1", ""), ("nothing:!eq:1", ""), ("nothing:null", ""), ("nothing:!null", ""),
        ("name::eq::Miao", "cat"), ("name~eq~Miao", "cat"), ("name@eq@Miao", "cat"), ("name:EQ:Miao", "cat"),
        ("name:iLike:MIAO", "cat"), ("_:eq:null", ""), ("name:eq:''", ""), ("food:eq:''", "dog"),
    ],
)  # fmt: skip
def test_filters(api: ApiClient, condition: str, found: str) -> None:
    assert keys(api, condition) == found.split()


def test_every_operator_has_a_test() -> None:
    (cases,) = (mark.args[1] for mark in test_filters.pytestmark if mark.name == "parametrize")
    tested = {part for condition, _ in cases for part in condition.replace("@", ":").replace("~", ":").split(":")}

    assert OPERATORS.keys() <= tested


@pytest.mark.parametrize("value", ["a:b", "a@b.c", "a~b", "a::b"])
def test_a_value_with_separators(api: ApiClient, value: str) -> None:
    api.post(f"{PETS}/mail", {"to": value})

    assert keys(api, f"to:eq:{value}") == ["mail"]


def test_several_filters(api: ApiClient) -> None:
    assert keys(api, "cute:eq:true", "name:like:i") == ["cat"]
    assert keys(api, "cute:eq:true,name:in:[Miao,Muuhh]") == ["cat"]
    assert keys(api, "cute:eq:true", "age:eq:1", rootJunction="OR") == ["cat", "dog", "hamster"]
    assert keys(api, "cute:eq:true", "age:eq:1", rootJunction="and") == []


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("_", "bat cat cow dog hamster plain void"), ("_:desc", "void plain hamster dog cow cat bat"),
        ("name", "hamster cat cow dog bat"), ("name:desc", "bat dog cow cat hamster"), ("name:ASC",
         "hamster cat cow dog bat"),
        ("age", "bat dog hamster cat cow"), ("age:desc", "cow cat hamster dog bat"),
        ("age:nasc", "hamster cat cow dog bat"), ("age:ndesc", "cow dog cat hamster bat"),
        ("age~desc", "cow cat hamster dog bat"),
    ],
)  # fmt: skip
def test_order(api: ApiClient, order: str, found: str) -> None:
    """Text before numbers as JSON sorts; what has no value comes last."""
    shown = keys(api, order=order)

    expected = found.split()
    assert [key for key in shown if key in expected] == expected
    assert set(shown[: len(expected)]) == set(expected)


def test_order_by_the_whole_value(api: ApiClient) -> None:
    shown = keys(api, order=".:desc")

    texts = {entry: api.get(f"{PETS}/{entry}").text for entry in shown}
    assert shown == sorted(shown, key=lambda key: texts[key], reverse=True)


def test_pages(api: ApiClient) -> None:
    def page(**parameters: Any) -> tuple[list[str], dict[str, int]]:
        found = query(api, fields="", **parameters)
        return [entry["key"] for entry in found["entries"]], found["pager"]

    assert page(pageSize=2) == (["bat", "cat"], {"page": 1, "pageSize": 2})
    assert page(pageSize=2, page=4) == (["void"], {"page": 4, "pageSize": 2})
    assert page(pageSize=2, page=5) == ([], {"page": 5, "pageSize": 2})
    assert page(pageSize=0, page=0) == (["bat"], {"page": 1, "pageSize": 1})
    assert page(pageSize=5000)[1] == {"page": 1, "pageSize": 1000}
    assert len(page(pageSize=2, paging="false")[0]) == len(VALUES)
    assert page(page=2147483647)[0] == []


def test_paging_off_keeps_the_envelope(api: ApiClient) -> None:
    assert set(query(api, fields="", paging="false")) == {"pager", "entries"}


def test_an_unknown_namespace_has_no_entries(api: ApiClient) -> None:
    assert query(api, "/api/dataStore/none", fields=".") == {"pager": {"page": 1, "pageSize": 50}, "entries": []}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("fields=illegal'", (409, "Illegal fields expression, expected `,`, `[` or `]` at position 7 but found `'`",
                             "E7651")),
        ("fields=a_b", (409, "Illegal fields expression, expected `,`, `[` or `]` at position 1 but found `_`",
                        "E7651")),
        ("fields=a]", (409, "Illegal fields expression, expected `,`, `[` or `]` at position 1 but found `]`",
                       "E7651")),
        ("fields=a[b)", (409, "Illegal fields expression, expected `,`, `[` or `]` at position 3 but found `)`",
                         "E7651")),
        ("fields=a[b]~hoist(c)", (409, "Illegal fields expression, expected `,`, `[` or `]` at position 4 but found"
                                       " `~`", "E7651")),
        ("fields=a.b.c.d.e.f.g", (409, "Not a valid path: `a.b.c.d.e.f.g`", "E7650")),
        ("fields=" + "a" * 33, (409, f"Not a valid path: `{'a' * 33}`", "E7650")),
        ("fields=a~hoist()", (409, "Not a valid path: ``", "E7650")),
        ("fields=" + "a," * 201, (400, "At most 200 fields can be asked for at once", None)),
        ("fields=&filter=na me:eq:1", (409, "Not a valid path: `na me`", "E7650")),
        ("fields=&filter=a:eq:1&filter=" + "a:eq:1," * 100, (
            400, "At most 100 filters can be given at once", None)),
        ("fields=&filter=name", (409, "Illegal filter expression `name`: a path and an operator are needed, as in"
                                      " `name:eq:Miao`", "E7652")),
        ("fields=&filter=name:same:1", (409, "Unknown operator: same", None)),
        ("fields=&filter=_:null", (409, "Illegal filter `_:null`: key filters cannot be used with unary operators",
                                   "E7653")),
        ("fields=&filter=_:!null", (409, "Illegal filter `_:!null`: key filters cannot be used with unary operators",
                                    "E7653")),
        ("fields=&filter=_:empty", (409, "Illegal filter `_:empty`: key filters cannot be used with unary operators",
                                    "E7653")),
        ("fields=&filter=_:!empty", (409, "Illegal filter `_:!empty`: key filters cannot be used with unary"
                                          " operators", "E7653")),
        ("fields=&filter=name:eq", (409, "Illegal filter `name:eq`: binary operators need a value", "E7653")),
        ("fields=&filter=name:null:1", (409, "Illegal filter `name:null:1`: unary operators take no value", "E7653")),
        ("fields=&filter=a:eq:" + "1" * 10_001, (
            400, "The value of the filter on `a` is longer than 10000 characters", None)),
        ("fields=&filter=a:eq:{b", (400, "Unknown error when running the query: the value of the filter on `a` is not"
                                         " valid JSON", None)),
        ("fields=&filter=a:eq:[1e-999999]", (400, "Unknown error when running the query: a value is too large for it",
                                            None)),
        ("fields=&order=name:up", (400, "Illegal order expression `name:up`: `up` is none of asc, desc, nasc, ndesc",
                                   None)),
        ("fields=&order=name:asc:x", (400, "Illegal order expression `name:asc:x`: expected a path and a direction",
                                      None)),
        ("fields=&order=na me", (409, "Not a valid path: `na me`", "E7650")),
        ("fields=&order=name:nasc", (400, "Cannot use numeric sort order on property `name`: not all of its values"
                                          " are numbers", None)),
        ("fields=&order=_:ndesc", (400, "Cannot use numeric sort order on property `_`: not all of its values are"
                                        " numbers", None)),
        ("fields=&rootJunction=XOR", (400, "Value 'XOR' is not valid for parameter rootJunction. Valid values are:"
                                           " [AND, OR]", None)),
        ("fields=&page=x", (400, "Value 'x' is not valid for parameter page. It should be of type Integer", None)),
    ],
)  # fmt: skip
def test_refusals(api: ApiClient, parameters: str, expected: tuple[int, str, str | None]) -> None:
    assert told(api.get(f"{PETS}?{quote(parameters, safe='=&')}")) == expected


def test_filters_are_checked_before_the_namespace(api: ApiClient, outsider: User) -> None:
    bad = "fields=&filter=_:null"

    assert api.get(f"/api/dataStore/none?{bad}").status == 409
    assert api.get(f"/api/dataStore/sms-config?{bad}", user="outsider").status == 409
    assert api.get("/api/dataStore/sms-config?fields=", user="outsider").status == 403


def test_all_filters_are_checked_in_their_order(api: ApiClient) -> None:
    assert told(api.get(f"{PETS}?fields=&filter=_:empty&filter=name:same:1"))[2] == "E7653"
    assert told(api.get(f"{PETS}?fields=&filter=name:same:1&filter=_:empty"))[1].startswith("Unknown operator: ")


def test_nothing_of_a_request_becomes_sql(api: ApiClient) -> None:
    for text in (
        "'; DROP TABLE datastore_datastoreentry; --",
        "x' OR '1'='1",
        "%s",
        "%(a)s",
        "\\'",
        '"',
        "$$",
        '{"0": 1}',
    ):
        assert keys(api, f"name:eq:{text}") == keys(api, f"name:like:{text}") == keys(api, f"_:in:[{text}]") == []
    assert len(keys(api)) == len(VALUES)


@pytest.mark.parametrize("path", ["a--b", "0", "-1", "a.-1", "drop"])
def test_odd_paths(api: ApiClient, path: str) -> None:
    assert keys(api, f"{path}:null") == keys(api, f"{path}:eq:1") == []
    assert len(keys(api, order=f"{path}:desc")) == len(VALUES)


def test_the_number_of_queries_is_that_of_the_request(api: ApiClient) -> None:
    counts = []
    for size in (2, 7):
        with query_counter() as counter:
            api.get(f"{PETS}?fields=name,type[id]&filter=_:gt:a&order=name&pageSize={size}")
        counts.append(counter.count)
    assert counts[0] == counts[1]


def test_kinds_of_operators_are_all_used() -> None:
    assert {operator.kind for operator in OPERATORS.values()} == set(Kind)


def test_unicode_and_quotes_in_keys(api: ApiClient) -> None:
    api.post(f"{PETS}/%22%C3%A9", {"name": 'q"é\\'})

    answer = api.get(f"{PETS}?fields=name&filter=name:like:q")
    assert json.loads(answer.text)["entries"] == [{"key": '"é', "name": 'q"é\\'}]
