"""The query API from its parameters to its answer. Source: DHIS2 2.42, data store, query API."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from datastore.params import LARGEST_PAGE, Junction, QueryParams
from datastore.query.fields import parse_fields
from datastore.query.filters import parse_filters
from datastore.query.order import parse_order
from datastore.query.run import DataQuery, query_chunks
from datastore.stores import Store


def run_query(store: Store, namespace: str, params: QueryParams) -> Iterator[bytes]:
    """`{"pager":…,"entries":[…]}`, or a bare array; pieces of JSON.

    Errors: E7650-E7653 (409) and 400, all before the namespace is looked at; 403 for a restricted one.
    """
    page, size = max(1, params.page), min(LARGEST_PAGE, max(1, params.page_size))
    query = DataQuery(
        filters=parse_filters(params.filter),
        fields=parse_fields(",".join(params.fields or ())),
        order=parse_order(params.order),
        any_filter=params.root_junction is Junction.OR,
        include_all=params.include_all,
        offset=(page - 1) * size,
        limit=size if params.paging else None,
    )
    if params.headless:
        return query_chunks(store, namespace, query, before=b"[", after=b"]")
    pager = orjson.dumps({"page": page, "pageSize": size})
    return query_chunks(store, namespace, query, before=b'{"pager":' + pager + b',"entries":[', after=b"]}")
