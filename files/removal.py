"""Files that nobody needs any more: their rows go with the transaction, their bytes when it commits."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from files.models import FileResource
from files.services import stored_names
from files.storage import remove


def delete_files(keys: Collection[int]) -> None:
    """Delete the files with these primary keys; two queries. Nothing may refer to them."""
    files = list(FileResource.objects.filter(pk__in=keys))
    if not files:
        return
    names = [name for file in files for name in stored_names(file)]
    FileResource.objects.filter(pk__in=[file.pk for file in files]).delete()
    transaction.on_commit(lambda: remove(names))
