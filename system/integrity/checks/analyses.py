"""Validation rules; dashboards, maps and visualizations; files."""

from __future__ import annotations

from system.integrity.declaring import INFO, SEVERE, WARNING, Check, ReportMember, Section

VALIDATION = Section("Validation rules", (
    Check(
        "validation_rules_without_groups", WARNING, "validationRules",
        "Validation rules in no group",
        "A validation rule is in no validation rule group.",
        "Analyses of a group leave it out.",
        "Put it into a group.",
        """
        SELECT uid, name FROM metadata_validationrule rule WHERE NOT EXISTS (
            SELECT 1 FROM metadata_validationrulegroup_validation_rules WHERE validationrule_id = rule.id
        )
        """,
        report=ReportMember("validationRulesWithoutGroups"),
    ),
    Check(
        "validation_rules_missing_value_strategy_null", SEVERE, "validationRules",
        "Validation rules that do not say what missing values mean",
        "A side of a validation rule has no missing value strategy.",
        "It is left to chance whether the rule is broken where data is missing.",
        "Choose a strategy for both sides.",
        """
        SELECT rule.uid, rule.name, string_agg(side.role, ', ' ORDER BY side.role) FROM metadata_validationrule rule
        JOIN metadata_validationruleexpression side ON side.validation_rule_id = rule.id
        WHERE coalesce(side.missing_value_strategy, '') = '' GROUP BY rule.id
        """,
    ),
))  # fmt: skip


def _forgotten(plural: str, table: str) -> Check:
    # Who looked at a favourite is not recorded here: what nobody changed for a year is taken for forgotten.
    return Check(
        f"{plural}_not_viewed_one_year",
        WARNING,
        plural,
        f"Forgotten {plural}",
        f"One of the {plural} was neither changed within a year nor is it anybody's favourite.",
        "What nobody uses makes lists longer.",
        "Ask its owner, and delete it.",
        f"""
        SELECT uid, name, to_char(last_updated, 'YYYY-MM-DD') FROM {table}
        WHERE last_updated < now() - interval '1 year' AND coalesce(favorites, '[]') IN ('[]', 'null')
        """,
    )


VISUALIZATIONS = Section("Visualizations", (
    Check(
        "dashboards_no_items", INFO, "dashboards",
        "Dashboards without items",
        "A dashboard has no item.",
        "There is nothing to see.",
        "Add items, or delete it.",
        """
        SELECT uid, name FROM metadata_dashboard
        WHERE coalesce(content -> 'dashboardItems', '[]') IN ('[]', 'null')
        """,
    ),
    _forgotten("dashboards", "metadata_dashboard"),
    _forgotten("maps", "metadata_map"),
    _forgotten("visualizations", "metadata_visualization"),
    Check(
        "push_analysis_no_recipients", WARNING, "pushAnalysis",
        "Push analyses without recipients",
        "A push analysis has no group of recipients.",
        "It is made and sent to nobody.",
        "Add a user group, or delete it.",
        """
        SELECT uid, name FROM metadata_pushanalysis
        WHERE coalesce(content -> 'recipientUserGroups', '[]') IN ('[]', 'null')
        """,
    ),
))  # fmt: skip

FILES = Section("File resources", (
    Check(
        "file_resources_no_icon", SEVERE, "fileResources",
        "Files of icons that are no icons",
        "A file was uploaded for an icon, and nothing refers to it.",
        "It takes up room in the file store.",
        "Delete the file.",
        "SELECT uid, name FROM files_fileresource WHERE domain = 'ICON' AND NOT assigned",
        of="files_fileresource WHERE domain = 'ICON'",
    ),
))  # fmt: skip
