"""The import of data value sets: one staged pipeline."""

from datavalues.importer.pipeline import failed_summary, import_data_value_set

__all__ = ["failed_summary", "import_data_value_set"]
