"""What reading needs to know besides the rows: who asks, in which language, at which address."""

from __future__ import annotations

from dataclasses import dataclass

from sharing.access import Principal


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """`api_base` is the absolute URL that `href` begins with; `locale` None shows names untranslated."""

    principal: Principal
    api_base: str = ""
    locale: str | None = None
    member_limit: int | None = None  # of nested members in the answer; None: the usual one
    exclude_defaults: bool = False  # `defaults=EXCLUDE`: references to system defaults are left out
