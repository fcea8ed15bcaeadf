"""Query parameters of gists (DHIS2 2.42, metadata gist, parameters)."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.objects.params import Junction
from dhis2api.web.params import Params, param

PAGE_SIZE = 50
MAX_PAGE_SIZE = 1_000


class Auto(StrEnum):
    """How much `*` shows of references and collections; the endpoint's own default when not given."""

    XS = "XS"
    S = "S"
    M = "M"
    L = "L"
    XL = "XL"


class GistParams(Params):
    """Parameters of one gist, and of the members that it shows."""

    fields: list[str] = param(split=False, repeatable=True, doc="Members to show; transformers follow a `~`.")
    auto: Auto | None = param(None, doc="How members are shown that have no transformer of their own.")
    absolute_urls: bool = param(False, doc="Whether links carry the server's address.")
    translate: bool = param(True, doc="Whether display names are translated.")
    locale: str = param("", doc="Language of display names instead of the caller's own.")

    @property
    def fields_text(self) -> str:
        return ",".join(self.fields)


class GistListParams(GistParams):
    """Parameters of a list of gists."""

    filter: list[str] = param(
        split=False, repeatable=True, doc="`property:operator:value`, or `group:property:operator:value`."
    )
    root_junction: Junction = param(Junction.AND, doc="How groups are joined; filters within one the other way.")
    order: list[str] = param(repeatable=True, doc="`property:asc|desc`.")
    page: int = param(1, doc="Number of the page, from 1; a smaller number means 1.")
    page_size: int = param(PAGE_SIZE, min=1, doc="Objects on a page; more than 1000 means 1000.")
    total: bool = param(False, aliases=("totalPages",), doc="Whether the pager counts all objects.")
    headless: bool = param(False, doc="Answer the bare array, without a pager.")
    inverse: bool = param(False, doc="Of a member: list what is not in it.")
    page_list_name: str = param("", doc="Name of the array instead of the type's or the member's.")

    @property
    def limit(self) -> int:
        return min(self.page_size, MAX_PAGE_SIZE)

    @property
    def page_number(self) -> int:
        return max(1, self.page)

    @property
    def offset(self) -> int:
        """How many objects stand before the page."""
        return (self.page_number - 1) * self.limit
