"""The import of data value sets: one staged pipeline."""

from datavalues.importer.pipeline import import_data_value_set

__all__ = ["import_data_value_set"]
