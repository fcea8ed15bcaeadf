"""The page about validation rules says everything that the declarations say."""

from __future__ import annotations

import pytest
from django.urls import URLPattern

from dhis2api.embedded.schema import PROJECT
from dhis2api.errors import Code
from dhis2api.web.paging import PagingParams
from dhis2api.web.params import camel_case, parameters_of
from validation import errors
from validation.analysing import AnalysisBody
from validation.params import FormParams, MonitoringParams, ResultListParams, ResultRemovalParams
from validation.urls import urlpatterns

PAGE = (PROJECT / "docs" / "validation.md").read_text()
DECLARED = (FormParams, MonitoringParams, ResultListParams, ResultRemovalParams)
NAMES = {name for declared in DECLARED for parameter in parameters_of(declared) for name in parameter.names}
PAGING = {parameter.name for parameter in parameters_of(PagingParams)}


@pytest.mark.parametrize("name", sorted(NAMES - PAGING))
def test_every_parameter_stands_in_the_docs(name: str) -> None:
    assert f"`{name}`" in PAGE or f"?{name}=" in PAGE or f"&{name}=" in PAGE


@pytest.mark.parametrize("field", AnalysisBody.__struct_fields__)
def test_every_member_of_an_analysis_stands_in_the_docs(field: str) -> None:
    assert f"`{camel_case(field)}`" in PAGE


@pytest.mark.parametrize("code", sorted(c.name for c in vars(errors).values() if isinstance(c, Code) and c.name))
def test_every_code_stands_in_the_docs(code: str) -> None:
    assert code in PAGE


def test_every_address_stands_in_the_docs() -> None:
    own = [route.pattern._route for route in urlpatterns if isinstance(route, URLPattern)]

    assert own
    for route in own:
        assert f"/api/{route.partition('/<')[0]}" in PAGE
