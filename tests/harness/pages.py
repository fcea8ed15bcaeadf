"""Pages of documentation whose commands are true: they run as they stand, one after the other."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from tests.harness.client import Answer, ApiClient
from tests.harness.forms import file_part, post_form

SERVER = "http://localhost:8080"


def commands(page: str) -> Iterator[tuple[int | None, list[str]]]:
    """Each command, as a shell would cut it up, and the status that the comment above it promises (`# 404`)."""
    for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL):
        for promise, command in re.findall(r"(?:^# (\d{3})\n)?(^curl .*?)(?=^# |^curl |\Z)", block, re.DOTALL | re.M):
            yield int(promise) if promise else None, shlex.split(command)


def run(
    api: ApiClient, words: list[str], files: dict[str, str], uploads: Mapping[str, bytes] = MappingProxyType({})
) -> Answer:
    """What curl does with these words; `files` are those that earlier commands wrote, `uploads` the reader's own."""
    program, *rest = words
    assert program == "curl"
    options: dict[str, str] = {}
    form: dict[str, Any] = {}
    while rest:
        word = rest.pop(0)
        if word == "-F":
            name, _, value = rest.pop(0).partition("=")
            form[name] = file_part(uploads[value[1:]], value[1:]) if value.startswith("@") else value
        elif word != "-g":
            options[word if word.startswith("-") else "url"] = rest.pop(0) if word.startswith("-") else word
    user, _, password = options.pop("-u").partition(":")
    file = options.pop("--data-binary", "").removeprefix("@")
    body = files[file] if file else options.pop("-d", None)
    path = options.pop("url").removeprefix(SERVER)
    if form:
        assert not options
        return post_form(api, path, user, **form)
    method = options.pop("-X", "GET" if body is None else "POST")
    content_type = options.pop("-H", "Content-Type: application/json").removeprefix("Content-Type: ")
    answer = api.request(method, path, body, user=user, password=password, content_type=content_type)
    if "-o" in options:
        files[options.pop("-o")] = answer.text
    assert not options
    return answer
