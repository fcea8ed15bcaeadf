"""Rows as files that spreadsheets open.

Who names a facility `=HYPERLINK(…)` on his phone must not have a formula run on the reviewer's computer. A workbook
says of each cell that it is a text. CSV cannot: there a text that begins like a formula gets an apostrophe, as
spreadsheets themselves mark it. Numbers and what was made of them have no such texts and stay, minus signs included.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from orgunit_changes.errors import NON_FIELD, Refused
from orgunit_changes.exports.rows import BATCH, HEADER

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 1_048_576  # of a sheet
TOO_MANY = f"A workbook holds no more than {MOST_ROWS - 1} change requests."
TITLE = "Change requests"
CHUNK_BYTES = 64 * 1024
SPOOL_BYTES = 4 * 1024 * 1024

Row = Sequence[str | int]


def csv_chunks(rows: Iterable[Row]) -> Iterator[bytes]:
    """The header and the rows, while they are read."""
    lines = chain([HEADER], rows)
    while batch := list(islice(lines, BATCH)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([_harmless(cell) for cell in row] for row in batch)
        yield text.getvalue().encode()


def _harmless(cell: str | int) -> str | int:
    is_formula = type(cell) is str and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if is_formula else cell


def xlsx_chunks(rows: Iterable[Row]) -> Iterator[bytes]:
    """The same as a workbook, which is made whole, in a temporary file, before its first bytes are known.

    Errors: 400 for more rows than a sheet holds.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLE)
    for number, row in enumerate(chain([HEADER], rows)):
        if number == MOST_ROWS:
            raise Refused({NON_FIELD: [TOO_MANY]})
        sheet.append([_cell(sheet, value) for value in row])
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _cell(sheet: object, value: str | int) -> object:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # whatever it begins with
    return cell
