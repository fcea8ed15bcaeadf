"""Program rules: the stage between validation and commit.

The engine that runs them registers itself here; without one there are no rules. It may add errors and warnings to the
context, and put values that rules assign on the objects; what it assigned is validated as if it had been sent.
"""

from __future__ import annotations

from collections.abc import Callable

from tracker.importer.context import Context

Engine = Callable[[Context], None]

_engines: list[Engine] = []
_validators: list[Engine] = []


def register_engine(run: Engine, validate: Engine) -> None:
    """Have `run` evaluate the rules for the valid objects of every import, and `validate` judge what came of it."""
    _engines.append(run)
    _validators.append(validate)


def run_rules(context: Context) -> None:
    """Evaluate the rules; nothing is decided yet."""
    for engine in _engines:
        engine(context)


def validate_rules(context: Context) -> None:
    """Turn what the rules said into errors and warnings."""
    for validator in _validators:
        validator(context)
