"""`/api/dataEntry/dataValues` and `/api/dataEntry/dataValueContext`."""

from __future__ import annotations

from datavalues.entry.params import FormParams
from datavalues.entry.services import read_context, read_form
from datavalues.single.keys import ValueName
from datavalues.single.params import ValueKeyParams
from dhis2api.web.params import declares
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from metadata.attribute_combos import combination


class FormView(ApiView):
    """One filled form."""

    @declares(FormParams)
    def get(self, request: ApiRequest, params: FormParams) -> ApiResponse:
        """Its values, their limits, and whether it is locked and complete."""
        return ApiResponse(read_form(params, request.user), xml="dataEntry")


class ValueContextView(ApiView):
    """The past of one value."""

    @declares(ValueKeyParams)
    def get(self, request: ApiRequest, params: ValueKeyParams) -> ApiResponse:
        """Its changes, and the values of the periods before it."""
        name = ValueName(
            data_element=params.de, period=params.pe, org_unit=params.ou, category_option_combo=params.co,
            attribute=combination(params.cc, params.cp),
        )  # fmt: skip
        return ApiResponse(read_context(name, request.user), xml="dataValueContext")
