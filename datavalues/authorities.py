"""The authorities that data asks for."""

from __future__ import annotations

DATAVALUE_ADD = "F_DATAVALUE_ADD"
EDIT_EXPIRED = "F_EDIT_EXPIRED"
MINMAX_ADD = "F_MINMAX_DATAELEMENT_ADD"
SKIP_AUDIT = "F_SKIP_DATA_IMPORT_AUDIT"
