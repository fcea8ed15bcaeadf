"""`/api/dataElementOperands`."""

from __future__ import annotations

from typing import Any

from dhis2api.objects.views import reading_context
from dhis2api.web.paging import pager
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.operands import OperandSelection, list_operands
from metadata.params import OperandParams


class OperandsView(ApiView):
    """Data elements combined with the option combos that their data is kept by; read only."""

    @declares(OperandParams)
    def get(self, request: ApiRequest, params: OperandParams) -> ApiResponse:
        """A page of the operands of readable data elements."""
        selection = OperandSelection(
            params.fields_text, params.filter, params.query.strip(), params.data_set, params.totals
        )
        limit = params.page_size if params.is_paged else None
        offset = params.offset if params.is_paged else 0
        page = list_operands(selection, reading_context(request, params), offset=offset, limit=limit)
        data: dict[str, Any] = {"pager": pager(request, params, page.total)} if params.is_paged else {}
        return ApiResponse(data | {"dataElementOperands": page.objects}, xml="metadata")
