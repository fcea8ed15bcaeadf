"""What a filter may depend on besides its own text, and the two answers that need no column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from dhis2api.objects.schema import Schema
from sharing.access import Principal

# Django drops an empty Q from a disjunction; these two stay what they say.
NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING

ComputedValues = Callable[[Schema, str, int], Mapping[str, Any]]  # type, member, most rows → uid → value


@dataclass(frozen=True, slots=True)
class FilterScope:
    """What a filter may depend on besides its own text."""

    principal: Principal
    locale: str | None = None
    computed: ComputedValues | None = None  # for members that no column holds; None: they cannot be asked
