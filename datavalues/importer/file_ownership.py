"""Files of values after a write: what a value has come to name is its own, what it no longer names is deleted.

Source: DHIS2 2.42, data values, files: one file, one value, on every path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datavalues.importer.staging import KEY
from datavalues.models import DataValueFile
from files.models import FileResource
from files.removal import delete_files

# The staged keys of file elements: the file that the value names now (none for one that is gone), and the one it has.
FILES_NOW = f"""
    SELECT DISTINCT {KEY}, CASE WHEN stored.deleted THEN NULL ELSE named.id END AS now, owned.id, owned.file_id
    FROM staged_value staged JOIN datavalue stored USING ({KEY})
    LEFT JOIN files_fileresource named ON named.uid = stored.value
    LEFT JOIN datavalues_datavaluefile owned USING ({KEY})
    WHERE data_element_id = ANY(%s)
"""
FIELDS = KEY.split(", ")


def settle_files(cursor: Any, data_elements: Sequence[int], *, keep: bool = False) -> None:
    """Make the staged values of these data elements (primary keys) the owners of the files that they name.

    `keep`: files that a value gives up stay, without an owner. Six queries at most.
    """
    cursor.execute(FILES_NOW, [list(data_elements)])
    changed = [row for row in cursor.fetchall() if row[5] != row[7]]
    if not changed:
        return
    given_up = [row[7] for row in changed if row[7] is not None]
    DataValueFile.objects.filter(pk__in=[row[6] for row in changed if row[6] is not None]).delete()
    taken = [row for row in changed if row[5] is not None]
    DataValueFile.objects.bulk_create(
        DataValueFile(file_id=row[5], **dict(zip(FIELDS, row[:5], strict=True))) for row in taken
    )
    FileResource.objects.filter(pk__in=[row[5] for row in taken]).update(assigned=True)
    if not keep:
        delete_files(given_up)
