"""The page about data values says everything that the declarations say."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from datavalues import errors
from datavalues.params import ExportParams, ImportParams, Strategy
from dhis2api.embedded.schema import PROJECT
from dhis2api.errors import Code
from dhis2api.web.params import Params, parameters_of
from tests.harness.client import ApiClient

CODES = [code for code in vars(errors).values() if isinstance(code, Code) and code.name]
PAGE = (PROJECT / "docs" / "data-values.md").read_text()
TESTS = "".join(file.read_text() for file in (PROJECT / "tests" / "datavalues").glob("test_*.py"))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_every_code_stands_in_the_docs(code: Code) -> None:
    assert f"| {code.name} | {code.template} |" in PAGE


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_every_code_has_a_test_that_names_it(code: Code) -> None:
    assert f'"{code.name}"' in TESTS


@pytest.mark.parametrize("strategy", [strategy for strategy in Strategy if strategy is strategy.canonical])
def test_every_strategy_stands_in_the_docs(strategy: Strategy) -> None:
    assert f" {strategy.value} |" in PAGE


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "params"), [("post", ImportParams), ("get", ExportParams)])
def test_every_parameter_is_described(api: ApiClient, method: str, params: type[Params]) -> None:
    operation: dict[str, Any] = api.get("/api/openapi.json").json["paths"]["/api/dataValueSets"][method]
    described = {found["name"]: found.get("description") for found in operation["parameters"]}

    assert all(described[parameter.name] for parameter in parameters_of(params))


def _commands() -> list[str]:
    blocks = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
    return [block for block in blocks if "/api/dataValueSets" in block]


@pytest.mark.django_db
@pytest.mark.parametrize("command", _commands(), ids=range(len(_commands())))
def test_the_commands_of_the_page_work(api: ApiClient, command: str) -> None:
    words = shlex.split(command.replace("\\\n", " "))
    path = next(word for word in words if word.startswith("http")).removeprefix("http://localhost:8080")
    if "-d" not in words:
        assert api.get(path).status == 200
        return
    content_type = words[words.index("-H") + 1].removeprefix("Content-Type: ")
    answer = api.post(path, words[words.index("-d") + 1].strip(), content_type=content_type)
    assert answer.status == 200, answer
    assert answer.counts["ignored"] == 0
