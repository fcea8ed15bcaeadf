"""Programs, and the individual data that is kept by them."""

from __future__ import annotations

from system.integrity.declaring import SEVERE, WARNING, Check, Section

SRID = """
    SELECT uid, {name} AS name, geometry -> 'crs' #>> '{{properties,name}}' AS comment FROM {table}
    WHERE jsonb_typeof(geometry -> 'crs') = 'object'
      AND geometry -> 'crs' #>> '{{properties,name}}' !~ '(4326|CRS84)$'
"""

PROGRAMS = Section("Programs", (
    Check(
        "program_stages_no_programs", SEVERE, "programStages",
        "Program stages of no program",
        "A program stage belongs to no program.",
        "No event can be entered for it.",
        "Delete it.",
        "SELECT uid, name FROM metadata_programstage WHERE program_id IS NULL",
    ),
    Check(
        "programs_inconsistent_tracked_entity_type", SEVERE, "programs",
        "Programs whose kind and tracked entity type disagree",
        "A program with registration has no tracked entity type, or one without registration has one.",
        "Apps cannot open it.",
        "Set or remove the tracked entity type.",
        """
        SELECT uid, name, program_type FROM metadata_program
        WHERE (program_type = 'WITH_REGISTRATION') = (tracked_entity_type_id IS NULL)
        """,
    ),
    Check(
        "programs_custom_data_entry_forms_empty", WARNING, "programs",
        "Programs with an empty form",
        "A program, or a stage of it, has a custom form without content.",
        "The empty page is shown instead of the form that would be made from its sections.",
        "Design the form, or remove it.",
        """
        SELECT program.uid, program.name, NULL, array_agg(form.name ORDER BY form.name) FROM metadata_program program
        JOIN (
            SELECT id AS program_id, data_entry_form_id FROM metadata_program
            UNION SELECT program_id, data_entry_form_id FROM metadata_programstage
        ) AS own ON own.program_id = program.id
        JOIN metadata_dataentryform form ON form.id = own.data_entry_form_id
        WHERE coalesce(trim(form.html_code), '') = '' GROUP BY program.id
        """,
    ),
    Check(
        "single_events_null_occurred_date", SEVERE, "events",
        "Single events without a date",
        "An event of a program without registration has no date.",
        "Analysis, which asks for periods, never finds it.",
        "Enter the date.",
        """
        SELECT event.uid, program.name FROM event JOIN metadata_program program ON program.id = event.program_id
        WHERE program.program_type = 'WITHOUT_REGISTRATION' AND event.occurred_at IS NULL AND NOT event.deleted
        """,
        of="event WHERE tracked_entity_id IS NULL", slow=True,
    ),
    Check(
        "tracked_entity_attribute_null_value", SEVERE, "trackedEntities",
        "Attribute values that are empty",
        "A tracked entity has an attribute without a value.",
        "What has no value should have no row; searches and exports show it as something.",
        "Enter the value, or delete it.",
        """
        SELECT entity.uid, attribute.name FROM tracked_entity_attribute_value held
        JOIN tracked_entity entity ON entity.id = held.tracked_entity_id
        JOIN metadata_trackedentityattribute attribute ON attribute.id = held.attribute_id
        WHERE held.value IS NULL OR held.value = ''
        """,
        of="", slow=True,
    ),
    Check(
        "tracker_associate_is_deprecated", SEVERE, "trackedEntityAttributes",
        "Tracker associates",
        "A tracked entity attribute or a data element is of the type TRACKER_ASSOCIATE, which was given up.",
        "No app shows it any more.",
        "Use a relationship instead.",
        """
        SELECT uid, name, 'tracked entity attribute' FROM metadata_trackedentityattribute
        WHERE value_type = 'TRACKER_ASSOCIATE'
        UNION ALL SELECT uid, name, 'data element' FROM metadata_dataelement WHERE value_type = 'TRACKER_ASSOCIATE'
        """,
    ),
    Check(
        "tracker_geometry_invalid_srid", WARNING, "trackedEntities",
        "Geometries of another coordinate system",
        "The geometry of a tracked entity, enrollment or event is of another coordinate system than EPSG:4326.",
        "Maps show it at the wrong place.",
        "Convert it to longitude and latitude.",
        " UNION ALL ".join((
            SRID.format(name="'tracked entity'", table="tracked_entity"),
            SRID.format(name="'enrollment'", table="enrollment"),
            SRID.format(name="'event'", table="event"),
        )),
        of="", slow=True,
    ),
))  # fmt: skip
