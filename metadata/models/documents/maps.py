"""Maps, the views that they lay over one another, and layers from other servers."""

from __future__ import annotations

from dhis2api.objects.columns import text as text_column
from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import (
    Item,
    flags,
    identity,
    integer,
    items,
    long_text,
    number,
    ref,
    text,
    text_list,
    texts,
    whole,
    whole_list,
)
from dhis2api.objects.models import (
    ApiObject,
    Attributed,
    Coded,
    Described,
    Document,
    Marked,
    Named,
    Shared,
    Translated,
    UniquelyNamed,
)
from metadata.models.documents.analytical import ANALYTICAL, FAVORITE, SUBSCRIBED
from sharing.access import favorite, named

MAP_VIEW_KLASS = "org.hisp.dhis.mapping.MapView"

MAP_VIEW = (
    text("layer", required=True),
    text("renderingStrategy", 50, required=True),
    *ANALYTICAL,
    ref("organisationUnitGroupSet"),
    ref("program"),
    ref("programStage"),
    ref("trackedEntityType"),
    *texts("programStatus", "eventStatus", "eventCoordinateField", "eventCoordinateFieldFallback", "eventPointColor"),
    *texts("colorLow", "colorHigh", "colorScale", "thematicMapType", "organisationUnitColor", "noDataColor"),
    *texts("labelFontSize", "labelFontWeight", "labelFontStyle", "labelFontColor", "labelTemplate"),
    *flags("labels", "hidden", "eventClustering", "followUp"),
    integer("method"),
    integer("classes"),
    integer("radiusLow"),
    integer("radiusHigh"),
    integer("areaRadius"),
    integer("eventPointRadius"),
    number("opacity"),
    long_text("config"),
    whole("styleDataItem"),
)
MAP_VIEW_ITEM = Item("MapViewItem", MAP_VIEW_KLASS, (identity(), text("name"), *MAP_VIEW))


class MapView(ApiObject, Coded, Translated, Document):
    """A layer of thematic data that stands on its own."""

    name = text_column(230, translation_key="NAME")

    class Wire(Declaration):
        klass = MAP_VIEW_KLASS
        order = 1900
        members = MAP_VIEW


class Map(ApiObject, Coded, Named, Described, Shared, Attributed, Translated, Marked, Document):
    """A map: a background and the views over it."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.mapping.Map"
        order = 2000
        access = favorite("MAP", external=True)
        attribute_flag = "map"
        favoritable = True
        subscribable = True
        members = (
            number("longitude"),
            number("latitude"),
            integer("zoom"),
            text("basemap"),
            whole_list("basemaps"),
            text("title"),
            text("shortName", 50),
            items("mapViews", MAP_VIEW_ITEM),
        )
        computed = FAVORITE | SUBSCRIBED


class ExternalMapLayer(ApiObject, Coded, UniquelyNamed, Shared, Translated, Document):
    """A layer that another server draws."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.mapping.ExternalMapLayer"
        order = 2000
        access = named("EXTERNAL_MAP_LAYER")
        members = (
            *texts("mapService", "mapLayerPosition", "imageFormat"),
            long_text("url"),
            long_text("attribution"),
            long_text("layers"),
            long_text("legendSetUrl"),
            ref("legendSet"),
            text_list("subdomains"),
            whole("options"),
        )
