"""Single data values: read, saved, deleted and marked by the rules of the import, under codes of their own."""
