"""Data sets and their forms."""

from __future__ import annotations

from system.integrity.declaring import WARNING, Check, ReportMember, Section, Shape, repeated

DATA_SETS = Section("Data sets", (
    Check(
        "datasets_empty", WARNING, "dataSets",
        "Data sets without data elements",
        "A data set has no data element.",
        "There is nothing to fill in.",
        "Add data elements, or delete it.",
        """
        SELECT uid, name FROM metadata_dataset sets WHERE NOT EXISTS (
            SELECT 1 FROM metadata_datasetelement own WHERE own.data_set_id = sets.id
        )
        """,
    ),
    Check(
        "datasets_not_assigned_to_org_units", WARNING, "dataSets",
        "Data sets of no org unit",
        "A data set is assigned to no org unit.",
        "Nobody can fill it in.",
        "Assign it to those who report it, or delete it.",
        """
        SELECT uid, name FROM metadata_dataset sets WHERE NOT EXISTS (
            SELECT 1 FROM metadata_dataset_organisation_units own WHERE own.dataset_id = sets.id
        )
        """,
        report=ReportMember("dataSetsNotAssignedToOrganisationUnits"),
    ),
    Check(
        "datasets_custom_data_entry_forms_empty", WARNING, "dataSets",
        "Data sets with an empty form",
        "A data set has a custom form without content.",
        "The empty page is shown instead of the form that would be made from its sections.",
        "Design the form, or remove it.",
        """
        SELECT sets.uid, sets.name, form.name FROM metadata_dataset sets
        JOIN metadata_dataentryform form ON form.id = sets.data_entry_form_id
        WHERE coalesce(trim(form.html_code), '') = ''
        """,
    ),
    Check(
        "datasets_same_name", WARNING, "dataSets",
        "Data sets of the same name",
        "Two or more data sets have the same name.",
        "Whoever enters data cannot tell them apart.",
        "Give them different names.",
        repeated("SELECT uid, name, name AS key FROM metadata_dataset"),
    ),
    Check(
        "data_elements_in_data_set_not_in_form", WARNING, "dataSets",
        "Data elements that the form leaves out",
        "A data element of a data set is neither in its custom form nor, if it has none, in one of its sections.",
        "It cannot be filled in, and the data set is never complete.",
        "Put it into the form, or take it out of the data set.",
        """
        WITH formed AS (
            SELECT sets.id, sets.uid, sets.name, form.html_code,
                   EXISTS (SELECT 1 FROM metadata_section part WHERE part.data_set_id = sets.id) AS has_sections
            FROM metadata_dataset sets LEFT JOIN metadata_dataentryform form ON form.id = sets.data_entry_form_id
        )
        SELECT formed.uid, formed.name, NULL, array_agg(element.name || ':' || element.uid ORDER BY element.name)
        FROM formed JOIN metadata_datasetelement own ON own.data_set_id = formed.id
        JOIN metadata_dataelement element ON element.id = own.data_element_id
        WHERE CASE
            WHEN coalesce(trim(formed.html_code), '') <> '' THEN position(element.uid IN formed.html_code) = 0
            WHEN formed.has_sections THEN NOT EXISTS (
                SELECT 1 FROM metadata_section part
                JOIN metadata_section_data_elements cell ON cell.section_id = part.id
                WHERE part.data_set_id = formed.id AND cell.dataelement_id = element.id
            )
            ELSE false END
        GROUP BY formed.id, formed.uid, formed.name
        """,
        slow=True, programmatic=True, report=ReportMember("dataElementsInDataSetNotInForm", Shape.REFS),
    ),
))  # fmt: skip
