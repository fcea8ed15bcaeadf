"""The page about tracker says everything that the declarations say, and its commands work."""

from __future__ import annotations

import re
import shlex

import pytest

from dhis2api.embedded.schema import PROJECT
from dhis2api.errors import Code
from dhis2api.management.commands.document_codes import BEGIN, END, code_table
from dhis2api.web.params import parameters_of
from tests.harness.client import ApiClient
from tracker import errors
from tracker.params import TrackerImportParams

PAGE = (PROJECT / "docs" / "tracker.md").read_text()
TESTS = "".join(file.read_text() for file in (PROJECT / "tests" / "tracker").glob("test_*.py"))
CODES = [code.name for code in vars(errors).values() if isinstance(code, Code) and code.name]
# What nothing raises.
RAISED_LATER = {"E9999"}
# The headings of the documentation that the page stands in for.
HEADINGS = (
    "Changes in the API", "Tracker Import changelog (`POST`)", "Tracker Export changelog (`GET`)", "Tracker Objects",
    "Tracked Entity", "Enrollment", "Events", "Relationship", "Attribute", "Data Values", "Note",
    "Tracker Import (`POST /api/tracker`)", "Request parameters", "Sample payloads", "Sample responses",
    "Import Summary", "Error Codes", "Validation", "Program Rules", "Side Effects", "Tracker Export",
    "Tracker Access Control", "Metadata Sharing", "Organisation Unit Scopes", "Program Ownership", "Access Level",
)  # fmt: skip


def test_table_of_codes_is_that_of_the_catalogue() -> None:
    assert BEGIN + code_table() + END in PAGE, "run manage.py document_codes"


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_heading_has_its_section(heading: str) -> None:
    assert re.search(rf"^##+ {re.escape(heading)}$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(set(CODES) - RAISED_LATER))
def test_every_code_has_a_test_that_names_it(name: str) -> None:
    assert f'"{name}"' in TESTS


def test_every_parameter_of_the_import_stands_on_the_page() -> None:
    missing = [one.name for one in parameters_of(TrackerImportParams) if f"`{one.name}`" not in PAGE]

    assert missing == []


def _commands() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("command", _commands(), ids=range(len(_commands())))
def test_the_commands_of_the_page_work(api: ApiClient, command: str) -> None:
    words = shlex.split(command.replace("\\\n", " "))
    path = next(word for word in words if word.startswith("http")).removeprefix("http://localhost:8080")

    answer = api.post(path, words[words.index("-d") + 1]) if "-d" in words else api.get(path)

    assert answer.status == 200
