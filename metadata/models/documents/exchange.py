"""What sends data to other servers: exchanges, event hooks, routes. Their secrets are written and never shown."""

from __future__ import annotations

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import (
    Item,
    flag,
    integer,
    item,
    items,
    long_text,
    ref,
    text,
    text_list,
    texts,
    whole,
    whole_list,
)
from dhis2api.objects.models import ApiObject, Coded, Described, Document, Shared, Translated, UniquelyNamed
from sharing.access import named

EXCHANGE = "org.hisp.dhis.dataexchange.aggregate"

SOURCE_REQUEST = Item(
    "SourceRequest",
    f"{EXCHANGE}.SourceRequest",
    (
        *texts("name", "inputIdScheme", "outputDataElementIdScheme", "outputOrgUnitIdScheme", "outputIdScheme"),
        ref("visualization"),
        text_list("dx"),
        text_list("pe"),
        text_list("ou"),
        whole_list("filters"),
    ),
)
SOURCE = Item("Source", f"{EXCHANGE}.Source", (whole("params"), items("requests", SOURCE_REQUEST)))
API = Item(
    "Api",
    f"{EXCHANGE}.Api",
    (long_text("url"), text("username"), long_text("password", secret=True), long_text("accessToken", secret=True)),
)
TARGET = Item("Target", f"{EXCHANGE}.Target", (text("type"), item("api", API), whole("request")))
AUTH = Item(
    "Auth",
    "org.hisp.dhis.common.auth.AuthScheme",
    (
        *texts("type", "username", "clientId", "tokenUri"),
        long_text("password", secret=True),
        long_text("token", secret=True),
        long_text("clientSecret", secret=True),
    ),
)
HOOK_TARGET = Item(
    "EventHookTarget",
    "org.hisp.dhis.eventhook.Target",
    (*texts("type", "contentType"), long_text("url"), whole("headers"), item("auth", AUTH)),
)


class AggregateDataExchange(ApiObject, Coded, UniquelyNamed, Shared, Translated, Document):
    """What aggregate data goes to which server."""

    class Wire(Declaration):
        klass = f"{EXCHANGE}.AggregateDataExchange"
        order = 1900
        access = named("AGGREGATE_DATA_EXCHANGE", data=True)
        members = (item("source", SOURCE), item("target", TARGET))


class EventHook(ApiObject, Coded, UniquelyNamed, Described, Shared, Translated, Document):
    """Whom to tell of what happens."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.eventhook.EventHook"
        order = 1900
        access = named("EVENT_HOOK")
        members = (flag("disabled"), whole("source"), items("targets", HOOK_TARGET))


class Route(ApiObject, Coded, UniquelyNamed, Described, Shared, Translated, Document):
    """An address of another server that clients reach through this one."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.route.Route"
        order = 1200
        access = named("ROUTE")
        members = (
            long_text("url"),
            flag("disabled"),
            whole("headers"),
            item("auth", AUTH),
            text_list("authorities"),
            integer("responseTimeoutSeconds"),
        )
