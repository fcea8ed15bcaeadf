"""Work that meets other work on the same rows: it is begun again, as the other one has ended by then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 10
STATES = ("23505", "40P01", "40001")  # a key that exists by now, a deadlock, a serialization failure


class Overtaken(Exception):
    """Another transaction committed while this one looked at what is stored, which shows two states: look again."""


def begun_again(work: Callable[P, R]) -> Callable[P, R]:
    """Have a function run in a transaction, and again from its beginning where it collided with another.

    Errors: the last collision, when there is no end to them.
    """

    @wraps(work)
    def begun(*args: P.args, **options: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                with transaction.atomic():
                    return work(*args, **options)
            except (IntegrityError, OperationalError, Overtaken) as error:
                if not isinstance(error, Overtaken) and getattr(error.__cause__, "pgcode", None) not in STATES:
                    raise
        with transaction.atomic():
            return work(*args, **options)

    return begun
