"""`/api/expressions/description` and its like: whether an expression is well-formed, and how it reads."""

from __future__ import annotations

import orjson

from dhis2api.objects.views import reading_context
from dhis2api.web.bodies import read_text
from dhis2api.web.messages import WebMessage, answer
from dhis2api.web.negotiation import JSON
from dhis2api.web.params import Params, declares, param
from dhis2api.web.responses import ApiResponse
from dhis2api.web.views import ApiRequest, ApiView
from expressions.dialects import INDICATOR, PROGRAM_RULE, Dialect
from metadata.expressions.services import NOT_WELL_FORMED, VALID, describe_expression


class ExpressionParams(Params):
    """Of `GET /api/expressions/description`."""

    expression: str = param("", doc="An expression of an indicator.")


class RuleExpressionParams(Params):
    """Of the expressions of program rules."""

    program_id: str | None = param(None, doc="The program whose variables the expression uses.")


class DescriptionView(ApiView):
    """Expressions of indicators, by the address."""

    @declares(ExpressionParams)
    def get(self, request: ApiRequest, params: ExpressionParams) -> ApiResponse:
        """Whether an expression is well-formed, and how it reads."""
        return _answer(request, params.expression, INDICATOR)


class ExpressionView(ApiView):
    """Expressions of one dialect, as bodies: the text itself, whatever the content type says."""

    consumes = ("text/plain", JSON, "application/*+json")
    dialect: Dialect = INDICATOR

    def post(self, request: ApiRequest) -> ApiResponse:
        """Whether the expression in the body is well-formed, and how it reads."""
        return _answer(request, _body(request), self.dialect)


class RuleExpressionView(ApiView):
    """Expressions of program rules."""

    consumes = ("text/plain", JSON, "application/*+json")

    @declares(RuleExpressionParams)
    def post(self, request: ApiRequest, params: RuleExpressionParams) -> ApiResponse:
        """Whether the expression in the body is well-formed, and how it reads."""
        return _answer(request, _body(request), PROGRAM_RULE, params.program_id or "")


def _body(request: ApiRequest) -> str:
    text = read_text(request)
    if request.content_type.startswith(JSON) and text.lstrip().startswith(('"', "{")):
        return _unwrapped(text)
    return text


def _unwrapped(text: str) -> str:
    """The expression of a JSON string, or of an object with the member `expression`; else the text itself."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text  # an expression that begins with a quoted text
    value = value.get("expression", "") if isinstance(value, dict) else value
    return value if isinstance(value, str) else text


def _answer(request: ApiRequest, text: str, dialect: Dialect, program: str | None = None) -> ApiResponse:
    locale = reading_context(request).locale
    found = describe_expression(text, dialect, locale=locale, program=program)
    return answer(WebMessage(
        status="OK" if found.is_valid else "ERROR", message=VALID if found.is_valid else NOT_WELL_FORMED,
        dev_message=found.fault, description=found.description,
    ))  # fmt: skip
