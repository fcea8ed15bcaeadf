"""`manage.py document_codes`: write the table of tracker's codes into its page, from the catalogue."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dhis2api.errors import Code
from tracker import errors

PAGE = settings.BASE_DIR / "docs" / "tracker.md"
BEGIN = "<!-- codes: written by `manage.py document_codes` from tracker/errors.py -->\n"
END = "<!-- end of codes -->"


def code_table() -> str:
    """One line a code, by number; of the codes that stand in reports."""
    codes = sorted(
        (code for code in vars(errors).values() if isinstance(code, Code) and code.name), key=lambda code: code.name
    )
    lines = [f"| {code.name} | {code.template.replace('|', '&#124;')} |" for code in codes]
    return "\n".join(["| code | message |", "| --- | --- |", *lines, ""])


class Command(BaseCommand):
    """Rewrites what stands between the two marks of the page."""

    help = "Write the table of tracker's codes into docs/tracker.md."

    def handle(self, *args: Any, **options: Any) -> None:
        page = PAGE.read_text()
        PAGE.write_text(re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: BEGIN + code_table() + END, page,
                               flags=re.DOTALL))  # fmt: skip
