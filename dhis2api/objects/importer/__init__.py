"""The metadata import: one staged pipeline for everything that writes objects."""

from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.objects.importer.pipeline import import_metadata, import_object
from dhis2api.objects.importer.report import ImportReport

__all__ = ["ImportReport", "MetadataImportParams", "import_metadata", "import_object"]
