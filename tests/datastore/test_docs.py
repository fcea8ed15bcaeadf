"""The page about the data store is true: its commands run as they stand, and nothing is missing in its tables."""

from __future__ import annotations

import pytest

from datastore import errors
from datastore.params import QueryParams
from datastore.query.filters import OPERATORS
from dhis2api.embedded.schema import PROJECT
from dhis2api.errors import Code
from dhis2api.web.params import parameters_of
from tests.harness.client import Answer, ApiClient
from tests.harness.pages import SERVER, commands, run

PAGE = (PROJECT / "docs" / "data-store.md").read_text()
TESTS = "".join(file.read_text() for file in (PROJECT / "tests" / "datastore").glob("test_*.py"))
CODES = [found for found in vars(errors).values() if isinstance(found, Code) and found.name]


# What a shell does with this line and with `$ID` afterwards.
SETS_ID = f"ID=$(curl -s -u admin:district {SERVER}{{}} | jq -r .id)"
META_DATA = "/api/dataStore/pets/cat/metaData"


def filled(api: ApiClient, word: str) -> str:
    return word.replace("$ID", api.get(META_DATA).json["id"]) if "$ID" in word else word


@pytest.mark.django_db
def test_every_command_of_the_page_succeeds(api: ApiClient) -> None:
    answers: list[Answer] = []
    for _, words in commands(PAGE):
        answers.append(run(api, [filled(api, word) for word in words], {}))

    assert {answer.status for answer in answers} <= {200, 201}, [a for a in answers if a.status not in (200, 201)]
    shown = [answer.json for answer in answers]
    assert {"key": "cat", "name": "Miao", "town": "Bo", "food": {"0": "mouse"}} in [
        entry for found in shown if "entries" in found for entry in found["entries"]
    ]
    assert {"pin": "4711"} in shown
    assert "dark" in shown
    assert SETS_ID.format(META_DATA) in PAGE
    (dialog,) = (found["object"] for found in shown if "object" in found)
    assert (dialog["publicAccess"], [grant["access"] for grant in dialog["userAccesses"]]) == ("--------", ["r-------"])
    assert api.get("/api/dataStore").json == []


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.template)
def test_every_code_stands_in_the_docs_and_has_a_test(code: Code) -> None:
    assert f"| {code.name} | {code.status} | {code.template} |" in PAGE
    assert f'"{code.name}"' in TESTS


@pytest.mark.parametrize("operator", list(OPERATORS))
def test_every_operator_stands_in_the_docs(operator: str) -> None:
    """Negated patterns follow from a rule that the page states."""
    assert f"`{operator}`" in PAGE or f"`{operator.removeprefix('!')}`" in PAGE


@pytest.mark.parametrize("parameter", parameters_of(QueryParams), ids=lambda parameter: parameter.name)
def test_every_parameter_stands_in_the_docs(parameter: object) -> None:
    assert f"`{parameter.name}`" in PAGE
