"""Query parameters of lists and single objects (DHIS2 2.42, metadata API, parameters)."""

from __future__ import annotations

from enum import StrEnum

from dhis2api.objects.importer.params import MetadataImportParams
from dhis2api.web.paging import PagingParams
from dhis2api.web.params import Params, extras, param


class Junction(StrEnum):
    AND = "AND"
    OR = "OR"


class Defaults(StrEnum):
    INCLUDE = "INCLUDE"
    EXCLUDE = "EXCLUDE"


class ObjectParams(Params):
    """Parameters of one object."""

    fields: list[str] = param(
        split=False, repeatable=True, doc="Members to show: names, nesting, presets, transformers."
    )
    defaults: Defaults = param(Defaults.INCLUDE, doc="EXCLUDE drops references to the system's default objects.")
    translate: bool = param(False, doc="Show display names in `locale`.")
    locale: str = param("", doc="Language of display names, such as `fr`; needs translate=true.")

    @property
    def fields_text(self) -> str:
        return ",".join(self.fields)


class DeleteParams(Params):
    """Parameters of a deletion."""

    force: bool = param(False, doc="For superusers: empty optional references of other metadata, which would veto.")


class ListParams(PagingParams):
    """Parameters of a list of objects."""

    fields: list[str] = param(
        split=False, repeatable=True, doc="Members to show: names, nesting, presets, transformers."
    )
    filter: list[str] = param(split=False, repeatable=True, doc="`property:operator:value`; repeat for several.")
    root_junction: Junction = param(Junction.AND, doc="Whether all filters must match, or any.")
    query: str = param("", doc="Identifier or code, or a part of the name.")
    order: list[str] = param(repeatable=True, doc="`property:asc|desc|iasc|idesc`.")
    defaults: Defaults = param(
        Defaults.INCLUDE, doc="EXCLUDE drops the system's default objects and references to them."
    )
    translate: bool = param(False, doc="Show display names in `locale`.")
    locale: str = param("", doc="Language of display names, such as `fr`; needs translate=true.")
    separator: str = param(",", doc="CSV: what stands between cells.")
    array_separator: str = param(";", doc="CSV: what stands between the items of a collection.")
    skip_header: bool = param(False, doc="CSV: leave the line of names out.")

    @property
    def fields_text(self) -> str:
        return ",".join(self.fields)

    @property
    def order_text(self) -> str:
        return ",".join(self.order)


class MetadataExportParams(Params):
    """Parameters of `GET /api/metadata`; `{type}=true`, `{type}:fields` and kin come as extras."""

    fields: list[str] = param(
        split=False, repeatable=True, aliases=("defaultFields",), doc="For all types; default :owner."
    )
    filter: list[str] = param(
        split=False, repeatable=True, aliases=("defaultFilter",), doc="For types without their own."
    )
    order: list[str] = param(repeatable=True, aliases=("defaultOrder",), doc="For types without their own.")
    root_junction: Junction = param(Junction.AND, doc="Whether all filters must match, or any.")
    defaults: Defaults = param(Defaults.INCLUDE, doc="EXCLUDE drops the system's default objects.")
    skip_sharing: bool = param(False, doc="Leave sharing and users out.")
    translate: bool = param(False, doc="Show display names in `locale`.")
    locale: str = param("", doc="Language of display names; needs translate=true.")
    download: bool = param(False, doc="Answer as an attachment.")
    types: dict[str, list[str]] = extras("`{type}=true` selects a type; `{type}:fields|filter|order` are its own.")

    @property
    def nests(self) -> bool:
        """Whether the caller names fields, which may nest; what objects own grows with them alone."""
        return bool(self.fields) or any(name.endswith(":fields") for name in self.types)


class MetadataBodyParams(MetadataImportParams):
    """Parameters of `POST /api/metadata`, whose body may be CSV."""

    class_key: str = param("", doc="CSV: what the file describes, one of `/api/metadata/csvImportClasses`.")
    first_row_is_header: bool = param(True, doc="CSV: pass over the first row.")
    run_async: bool = param(False, name="async", doc="Import as a job; answer at once.")
