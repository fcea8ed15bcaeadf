"""The page about analytics says everything that the declarations say."""

from __future__ import annotations

import pytest

from analytics.params import AnalyticsTableParams, ContinuousParams, ResourceTablesParams
from analytics.table_types import MASTERS, TableType
from dhis2api.embedded.schema import PROJECT
from dhis2api.web.params import parameters_of

PAGE = (PROJECT / "docs" / "analytics.md").read_text()
DECLARED = (AnalyticsTableParams, ContinuousParams, ResourceTablesParams)


@pytest.mark.parametrize(
    "name", sorted({parameter.name for declared in DECLARED for parameter in parameters_of(declared)})
)
def test_every_parameter_stands_in_the_docs(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("type", list(TableType))
def test_every_type_stands_in_the_docs_with_its_tables(type: TableType) -> None:
    assert f"| `{type}` | `{MASTERS[type]}" in PAGE
