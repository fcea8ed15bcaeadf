"""What the server knows of a file; its bytes lie in the file store under a name of the server's own."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from dhis2api.objects.columns import choice, flag, integer, text
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.models import ApiObject
from files.enums import FileResourceDomain, FileResourceStorageStatus


class FileResource(ApiObject):
    """An uploaded file. `assigned` says whether an object has taken it; the rest may be cleaned up one day."""

    # Files outlive the account of whoever sent them.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    last_updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = text(230, required=True)
    content_type = text(255, required=True)
    content_length = integer(required=True)  # bytes
    content_md5 = text(32, required=True)
    storage_status = choice(FileResourceStorageStatus, default="NONE")
    domain = choice(FileResourceDomain, required=True, max_length=40)
    assigned = flag()
    has_multiple_storage_files = flag()
    storage_key = text(100, required=True, unique=True, hidden=True)  # of the file store

    class Wire(Declaration):
        klass = "org.hisp.dhis.fileresource.FileResource"
        endpoint = False  # served by views of its own, and never as a list
        metadata = False
        read_only = True
