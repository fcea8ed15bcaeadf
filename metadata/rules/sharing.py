"""Objects whose sharing is that of another: set in the dialog of the one, it holds for the other.

Source: DHIS2 2.42, sharing, side effects.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from dhis2api.objects.document_references import declared_members, references_in
from dhis2api.objects.registry import get_schema
from dhis2api.web.timestamps import to_milliseconds
from metadata.enums import ProgramType
from metadata.models import ExpressionDimensionItem, Program, ProgramStage, Visualization


def share_stage_of_event_program(pk: int, sharing: Mapping[str, Any]) -> None:
    """An event program is its one stage: whoever captures its events needs both."""
    program = Program.objects.filter(pk=pk, program_type=ProgramType.WITHOUT_REGISTRATION.value)
    stages = ProgramStage.objects.filter(program__in=program)
    for stage in stages if len(stages) == 1 else ():
        stage.sharing = stage.sharing | {name: sharing[name] for name in ("public", "users", "userGroups")}
        stage.last_updated = to_milliseconds(timezone.now())
        stage.save(update_fields=["sharing", "last_updated"])


def share_expressions_of_visualization(pk: int, sharing: Mapping[str, Any]) -> None:
    """Who may see a visualization may see the expressions that were written for it."""
    schema = get_schema("visualization")
    content = Visualization.objects.values_list("content", flat=True).get(pk=pk)
    uids = {
        reference["id"]
        for prop in declared_members(schema)
        if content.get(prop.name) is not None
        for singular, reference in references_in(prop, content[prop.name])
        if singular == "expressionDimensionItem"
    }
    granted = {name: sharing[name] for name in ("users", "userGroups")}
    expressions = list(ExpressionDimensionItem.objects.filter(uid__in=uids).select_for_update(no_key=True))
    for expression in expressions:
        expression.sharing = expression.sharing | granted
        expression.last_updated = to_milliseconds(timezone.now())
    if expressions:
        ExpressionDimensionItem.objects.bulk_update(expressions, ["sharing", "last_updated"])
