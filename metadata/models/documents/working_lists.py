"""Saved filters of the capture apps: of events, of tracked entities, of the stages of a program."""

from __future__ import annotations

from dhis2api.objects.declarations import Declaration
from dhis2api.objects.members import flag, integer, ref, text, whole, whole_list
from dhis2api.objects.models import ApiObject, Coded, Described, Document, Named, Shared, Translated
from sharing.access import TypeRules

WORKING_LIST = TypeRules(
    shareable=True,
    default_private=True,
    implicit_private=True,
    create=("F_PROGRAMSTAGE_ADD",),
    delete=("F_PROGRAMSTAGE_DELETE",),
)


class EventFilter(ApiObject, Coded, Named, Described, Shared, Translated, Document):
    """A list of events; it names its program and stage by uid."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.programstagefilter.EventFilter"
        access = WORKING_LIST
        members = (text("program", 11, required=True), text("programStage", 11), whole("eventQueryCriteria"))


class TrackedEntityInstanceFilter(ApiObject, Coded, Named, Described, Shared, Translated, Document):
    """A list of tracked entities in a program."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.trackedentityfilter.TrackedEntityFilter"
        access = WORKING_LIST
        members = (
            ref("program", required=True),
            integer("sortOrder"),
            whole("style"),
            text("enrollmentStatus", 50),
            flag("followup"),
            whole("enrollmentCreatedPeriod"),
            whole("entityQueryCriteria"),
            whole_list("eventFilters"),
        )


class ProgramStageWorkingList(ApiObject, Coded, Named, Described, Shared, Translated, Document):
    """A list of the events of a stage."""

    class Wire(Declaration):
        klass = "org.hisp.dhis.programstageworkinglist.ProgramStageWorkingList"
        access = WORKING_LIST
        members = (
            ref("program", required=True),
            ref("programStage", required=True),
            whole("programStageQueryCriteria"),
        )
