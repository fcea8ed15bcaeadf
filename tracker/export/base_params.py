"""What all lists of tracker take: pages, order, fields; and how their parameters are read.

Names of older versions are synonyms on every version; an old and a new name together are a 400. Lists of uids are cut
at commas and, as older versions sent them, at semicolons. Source: DHIS2 2.36 to 2.42, tracker export, parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.http import QueryDict  # noqa: TID251 - what parameters are parsed from

from dhis2api.errors import ApiError, Code
from dhis2api.objects.uids import is_uid
from dhis2api.web.errors import PARAMETER_REPEATED
from dhis2api.web.params import Params, param, parameters_of
from dhis2api.web.timestamps import parse_duration
from tracker.export import errors as codes

DEFAULT_PAGE_SIZE = 50


class ListParams(Params):
    """Pages, order, fields."""

    uids: ClassVar[frozenset[str]] = frozenset()  # the fields that are uids, or lists of them

    page: int | None = param(None, doc="Number of the page, from 1.")
    page_size: int | None = param(None, doc="Objects on a page, 50 unless given.")
    total_pages: bool = param(False, doc="Also count all objects.")
    paging: bool = param(True, doc="Whether to page; `false` answers everything.")
    skip_paging: bool = param(False, doc="The old form of `paging=false`.")
    order: list[str] = param(doc="`field[:asc|desc]`, several with commas between.")
    fields: list[str] = param(split=False, doc="Members of the answer.")
    include_deleted: bool = param(False, doc="Whether deleted objects are shown, too.")
    skip_header: bool = param(False, doc="CSV: leave out the line of names.")

    @classmethod
    def parse(cls, query: QueryDict) -> Self:
        """The parameters, by whatever names they were sent."""
        sent = cls._names_sent(query)
        params = super().parse(cls._with_commas(query))
        for field in sorted(cls.uids):
            value = getattr(params, field)
            for uid in value if isinstance(value, list) else [value] if value else []:
                require_uid(uid, sent[field])
        params._check_paging("paging" in sent and "skip_paging" in sent)
        params.check(sent)
        return params

    def check(self, sent: Mapping[str, str]) -> None:
        """Combinations that must hold; `sent` are the fields that were given, with the names they were given by."""

    @property
    def is_paged(self) -> bool:
        return self.paging and not self.skip_paging

    @property
    def page_number(self) -> int:
        return self.page or 1

    @property
    def size(self) -> int:
        return self.page_size or DEFAULT_PAGE_SIZE

    def _check_paging(self, has_both_names: bool) -> None:
        if has_both_names:
            raise ApiError(codes.BOTH_NAMES, "skipPaging", "paging", "paging", "skipPaging")
        for name, value in (("page", self.page), ("pageSize", self.page_size)):
            if value is not None and value < 1:
                raise ApiError(codes.PAGE_TOO_SMALL, name)
        if not self.is_paged and (self.page or self.page_size or self.total_pages):
            raise ApiError(codes.PAGING_CONTRADICTED)

    @classmethod
    def _names_sent(cls, query: QueryDict) -> dict[str, str]:
        sent: dict[str, str] = {}
        for parameter in parameters_of(cls):
            names = [name for name in parameter.names if any(query.getlist(name))]
            if len(names) > 1:
                new, old = names[0], names[1]
                code = codes.BOTH_LISTS if parameter.is_list and parameter.field in cls.uids else codes.BOTH_NAMES
                raise ApiError(code, old, new, new, old)
            if names:
                sent[parameter.field] = names[0]
        return sent

    @classmethod
    def _with_commas(cls, query: QueryDict) -> QueryDict:
        lists = {
            name for parameter in parameters_of(cls) if parameter.is_list and parameter.field in cls.uids
            for name in parameter.names
        }  # fmt: skip
        changed = QueryDict(mutable=True)
        for name, values in query.lists():
            given = [text.replace(";", ",") for text in values] if name in lists else values
            if name in lists and len(given) > 1 and any("," in text for text in given):
                raise ApiError(PARAMETER_REPEATED, name)
            # An empty parameter says nothing, as in DHIS2.
            if any(given) or name not in lists:
                changed.setlist(name, given)
        return changed


def require_uid(uid: str, name: str) -> None:
    """Errors: 400 for what is no uid, naming the parameter."""
    if not is_uid(uid):
        raise ApiError(codes.UID_INVALID, uid, name, uid)


def require_path_uid(uid: str, name: str = "uid") -> None:
    """Errors: 400 for what is no uid, naming the part of the path."""
    if not is_uid(uid):
        raise ApiError(codes.PATH_UID_INVALID, uid, name, uid)


def check_updated(params: Any, code: Code) -> None:
    """Errors: 400 with `code` for a bound beside `updatedWithin`, 400 for a length of time that is none."""
    if not params.updated_within:
        return
    if params.updated_after is not None or getattr(params, "updated_before", None) is not None:
        raise ApiError(code)
    try:
        parse_duration(params.updated_within)
    except ValueError as error:
        raise ApiError(codes.DURATION_INVALID, params.updated_within) from error
