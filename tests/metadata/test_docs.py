"""The page about metadata is true: its commands run as they stand, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from dhis2api.embedded.schema import PROJECT
from tests.harness.client import Answer, ApiClient

PAGE = (PROJECT / "docs" / "metadata.md").read_text()
SERVER = "http://localhost:8080"


def commands() -> Iterator[list[str]]:
    """Each command of the page, as a shell would cut it up."""
    for block in re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL):
        for command in re.split(r"^(?=curl )", block, flags=re.MULTILINE):
            if command.strip():
                yield shlex.split(command)


def run(api: ApiClient, words: list[str], files: dict[str, str]) -> Answer:
    """What curl does with these words; `files` are those that earlier commands wrote."""
    program, *rest = words
    assert program == "curl"
    options: dict[str, str] = {}
    while rest:
        word = rest.pop(0)
        if word != "-g":
            options[word if word.startswith("-") else "url"] = rest.pop(0) if word.startswith("-") else word
    assert options.pop("-u") == "admin:district"
    file = options.pop("--data-binary", "").removeprefix("@")
    body = files[file] if file else options.pop("-d", None)
    path = options.pop("url").removeprefix(SERVER)
    method = options.pop("-X", "GET" if body is None else "POST")
    content_type = options.pop("-H", "Content-Type: application/json").removeprefix("Content-Type: ")
    answer = api.request(method, path, body, content_type=content_type)
    if "-o" in options:
        files[options.pop("-o")] = answer.text
    assert not options
    return answer


@pytest.mark.django_db
def test_every_command_of_the_page_succeeds(api: ApiClient) -> None:
    files: dict[str, str] = {}
    answers = [run(api, words, files) for words in commands()]

    assert {answer.status for answer in answers} <= {200, 201}, [a for a in answers if a.status not in (200, 201)]
    assert all(answer.content for answer in answers)
    assert api.get("/api/dataElements/walkThrough?fields=name,dataElementGroups").json == {
        "name": "Walked through", "dataElementGroups": [],
    }  # fmt: skip
    assert api.get("/api/dataElementGroups/walkingCsvs?fields=code").json == {"code": "WALKS_CSV"}


def test_the_page_shows_every_way() -> None:
    """So that a part that is taken out is missed."""
    for way in ("gist", "geojson", "PATCH", "metadata.xml", "classKey", "/metadata.json"):
        assert way in PAGE
