"""Files that documents name: the address of a document is the uid of its file, unless it is one of the web."""

from __future__ import annotations

from collections.abc import Collection

from metadata.models import Document


def files_of_documents(uids: Collection[str]) -> set[str]:
    """Which of the files (uids) documents name; one query."""
    return set(Document.objects.filter(content__url__in=list(uids)).values_list("content__url", flat=True))
