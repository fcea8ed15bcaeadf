"""Rows as files that spreadsheets open: as CSV here, as a workbook in `workbooks`.

Who names a facility `=HYPERLINK(…)` on his phone must not have a formula run on the reviewer's computer. A workbook
says of each cell that it is a text. CSV cannot: there a text that begins like a formula gets an apostrophe, as
spreadsheets themselves mark it. Numbers and what was made of them have no such texts and stay, minus signs included.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from orgunit_changes.exports.rows import BATCH, HEADER

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = Sequence[str | int]


def csv_chunks(rows: Iterable[Row]) -> Iterator[bytes]:
    """The header and the rows, while they are read."""
    lines = chain([HEADER], rows)
    while batch := list(islice(lines, BATCH)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_harmless(cell) for cell in row] for row in batch)
        yield text.getvalue().encode()


def xlsx_chunks(rows: Iterable[Row]) -> Iterator[bytes]:
    """The same as a workbook. Errors: see there."""
    # A twentieth of the time in which every process starts, for what few of them do.
    from orgunit_changes.exports.workbooks import xlsx_chunks as chunks  # noqa: PLC0415 - loads openpyxl

    return chunks(rows)


def _harmless(cell: str | int) -> str | int:
    is_formula = type(cell) is str and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell
