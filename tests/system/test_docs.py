"""The page about the system says everything that the declarations say."""

from __future__ import annotations

import pytest

from dhis2api.embedded.schema import PROJECT
from dhis2api.figures import figures
from system.maintenance.urls import TASKS
from system.metrics import server_families

PAGE = (PROJECT / "docs" / "system.md").read_text()


@pytest.mark.parametrize("task", TASKS)
def test_every_task_stands_in_the_docs(task: str) -> None:
    assert f"`{task}`" in PAGE


@pytest.mark.django_db
def test_every_figure_stands_in_the_docs() -> None:
    shown = {family.name for family in [*server_families(), *figures().registry.collect()]}

    assert [name for name in sorted(shown) if name not in PAGE] == []
