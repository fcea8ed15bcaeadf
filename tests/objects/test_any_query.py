"""Whatever a client asks, the answer is one of the API's: never a fault of the server."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dhis2api.objects.query.operators import OPERATORS, SYNONYMS
from dhis2api.objects.registry import get_schema
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db
SOME = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

PROPERTIES = st.sampled_from([*get_schema("dataElement").properties, "identifiable", "access.read", "nothing"])
PATHS = st.one_of(
    PROPERTIES,
    st.builds("{}.{}".format, PROPERTIES, PROPERTIES),
    st.builds("dataElementGroups.{}".format, st.sampled_from(list(get_schema("dataElementGroup").properties))),
    st.builds("dataSetElements.dataSet.{}".format, st.sampled_from(list(get_schema("dataSet").properties))),
    st.builds("createdBy.{}".format, st.sampled_from(list(get_schema("user").properties))),
    st.sampled_from(
        ["sharing.users", "sharing.users.x.access", "sharing.public", "translations.locale", "style.color"]
    ),
)
VALUES = st.one_of(
    st.sampled_from(["1", "true", "2020", "[a,b]", "[]", "[", "", "AGGREGATE", "[1,2]", "1e400", "nan", "99999999999"]),
    st.text(max_size=8).filter(lambda text: "\x00" not in text),
    st.integers().map(str),
)
OPERATIONS = st.sampled_from([*OPERATORS, *SYNONYMS, "canRead", "canAccess", "x"])
FILTERS = st.one_of(
    st.builds("{}:{}:{}".format, PATHS, OPERATIONS, VALUES), st.builds("{}:{}".format, PATHS, OPERATIONS),
    st.builds("1:{}:{}:{}".format, PATHS, OPERATIONS, VALUES),
)  # fmt: skip
TRANSFORMERS = st.sampled_from(
    ["", "~size", "~isEmpty", "~isNotEmpty", "~ids", "~id-objects", "~member(x)", "~not-member(", "~pluck(name,code)",
     "~pluck", "~keyBy(name)", "~rename(x)", "~rename()", "~none", "~from(a,b)", "[id,name]", "[*]", "[", "|size"]
)  # fmt: skip
FIELDS = st.lists(
    st.builds("{}{}{}".format, st.sampled_from(["", "!"]), PATHS | st.sampled_from(["*", ":x"]), TRANSFORMERS),
    max_size=4,
).map(",".join)
ORDERS = st.builds("{}:{}".format, PATHS, st.sampled_from(["asc", "idesc", "", "x"]))


@pytest.mark.parametrize("path", ["dataElements", "dataElements/gist"])
@SOME
@given(filters=st.lists(FILTERS, max_size=3), junction=st.sampled_from(["AND", "OR"]))
def test_any_filter_is_answered(api: ApiClient, path: str, filters: list[str], junction: str) -> None:
    query = [("filter", text.encode(errors="replace")) for text in filters]
    query += [("fields", "id"), ("rootJunction", junction), ("translate", "true"), ("locale", "fr")]

    answer = api.get(f"/api/{path}?{urlencode(query)}")
    assert answer.status in (200, 400, 404), (filters, answer)


@pytest.mark.parametrize("path", ["dataElements", "dataElements/gist"])
@SOME
@given(fields=FIELDS, order=ORDERS)
def test_any_fields_and_orders_are_answered(api: ApiClient, path: str, fields: str, order: str) -> None:
    query = urlencode({"fields": fields, "order": order, "pageSize": 3})

    answer = api.get(f"/api/{path}?{query}")
    assert answer.status == 200, (fields, order, answer)
