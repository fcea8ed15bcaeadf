"""Pages of the docs whose commands run as they stand: what curl would do with them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from tests.harness.client import Answer, ApiClient

SERVER = "http://localhost:8080"


def commands(page: str) -> Iterator[list[str]]:
    """Each command of a page, as a shell would cut it up."""
    for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL):
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
