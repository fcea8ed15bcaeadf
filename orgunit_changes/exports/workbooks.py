"""Rows as a workbook. Who only starts a server does not load this module: openpyxl takes its time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from orgunit_changes.errors import NON_FIELD, Refused
from orgunit_changes.exports.files import Row
from orgunit_changes.exports.rows import HEADER

MOST_ROWS = 1_048_576  # of a sheet
TOO_MANY = f"A workbook holds no more than {MOST_ROWS - 1} change requests."
TITLE = "Change requests"
CHUNK_BYTES = 64 * 1024
SPOOL_BYTES = 4 * 1024 * 1024


def xlsx_chunks(rows: Iterable[Row]) -> Iterator[bytes]:
    """The header and the rows; the workbook is made whole, in a temporary file, before its first bytes are known.

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
