"""Reports, documents, SQL views and the SQL that is run around analytics tables: what is stored of them."""

from __future__ import annotations

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import choice, flags, long_text, ref, text, whole
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Named,
    Shared,
    Translated,
    UniquelyNamed,
)
from dhis2api.objects.models import Document as DocumentContent
from metadata.enums import CacheStrategy, SqlViewType
from sharing.access import TypeRules, named


class Report(ApiObject, Coded, UniquelyNamed, Shared, Translated, DocumentContent):
    """A report of a design of its own."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.report.Report"
        order = 2000
        access = named("REPORT", external=True)
        members = (
            text("type", 50),
            long_text("designContent"),
            ref("visualization"),
            whole("relativePeriods"),
            whole("reportParams"),
            choice("cacheStrategy", CacheStrategy),
        )


class Document(ApiObject, Coded, UniquelyNamed, Shared, Attributed, Translated, DocumentContent):
    """A file, or the address of a page."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.document.Document"
        order = 2000
        access = named("DOCUMENT", external=True)
        attribute_flag = "document"
        members = (long_text("url"), text("contentType"), *flags("external", "attachment"))


class SqlView(ApiObject, Coded, UniquelyNamed, Described, Shared, Attributed, Translated, DocumentContent):
    """A query that an administrator lets others run."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.sqlview.SqlView"
        order = 1010
        access = named("SQLVIEW", data=True, external=True)
        attribute_flag = "sqlView"
        members = (
            long_text("sqlQuery", required=True),
            choice("type", SqlViewType, default="VIEW"),
            choice("cacheStrategy", CacheStrategy, default="RESPECT_SYSTEM_SETTING"),
            text("updateJobId"),
        )


class AnalyticsTableHook(ApiObject, Coded, Named, Translated, DocumentContent):
    """SQL that is run when tables for analytics are made."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.analytics.AnalyticsTableHook"
        order = 1240
        access = TypeRules(create=("F_ANALYTICSTABLEHOOK_ADD",), delete=("F_ANALYTICSTABLEHOOK_DELETE",))
        members = (
            text("phase", 50),
            text("resourceTableType", 50),
            text("analyticsTableType", 50),
            long_text("sql"),
        )
