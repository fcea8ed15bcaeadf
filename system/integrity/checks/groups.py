"""Groups with fewer than two members, which group nothing."""

from __future__ import annotations

from system.integrity.declaring import WARNING, Check, Section

# name of the check, type of the issues, words; table of the groups, table of the members, its column of the group
KINDS = (
    ("category_option_groups_scarce", "categoryOptionGroups", "category option groups",
     "metadata_categoryoptiongroup", "metadata_categoryoptiongroup_category_options", "categoryoptiongroup_id"),
    ("category_option_group_sets_scarce", "categoryOptionGroupSets", "category option group sets",
     "metadata_categoryoptiongroupset", "metadata_categoryoptiongroupset_category_option_groups",
     "categoryoptiongroupset_id"),
    ("data_element_groups_scarce", "dataElementGroups", "data element groups",
     "metadata_dataelementgroup", "metadata_dataelementgroup_data_elements", "dataelementgroup_id"),
    ("indicator_groups_scarce", "indicatorGroups", "indicator groups",
     "metadata_indicatorgroup", "metadata_indicatorgroup_indicators", "indicatorgroup_id"),
    ("indicator_group_sets_scarce", "indicatorGroupSets", "indicator group sets",
     "metadata_indicatorgroupset", "metadata_indicatorgroupset_indicator_groups", "indicatorgroupset_id"),
    ("orgunit_groups_scarce", "organisationUnitGroups", "org unit groups",
     "metadata_organisationunitgroup", "metadata_organisationunitgroup_organisation_units", "organisationunitgroup_id"),
    ("program_indicator_groups_scarce", "programIndicatorGroups", "program indicator groups",
     "metadata_programindicatorgroup", "metadata_programindicatorgroup_program_indicators",
     "programindicatorgroup_id"),
    ("user_groups_scarce", "userGroups", "user groups",
     "users_usergroup", "users_usergroup_users", "usergroup_id"),
    ("validation_rule_groups_scarce", "validationRuleGroups", "validation rule groups",
     "metadata_validationrulegroup", "metadata_validationrulegroup_validation_rules", "validationrulegroup_id"),
)  # fmt: skip


def _scarce(name: str, issues: str, words: str, groups: str, members: str, column: str) -> Check:
    return Check(
        name, WARNING, issues,
        f"{words[0].upper()}{words[1:]} with fewer than two members",
        f"One of the {words} has one member or none.",
        "A group is there to see several things together.",
        "Add the members that are missing, or delete it.",
        f"""
        SELECT groups.uid, groups.name, 'members: ' || count(member.{column})
        FROM {groups} groups LEFT JOIN {members} member ON member.{column} = groups.id
        GROUP BY groups.id HAVING count(member.{column}) < 2
        """,
    )  # fmt: skip


GROUPS = Section("Group size", tuple(_scarce(*kind) for kind in KINDS))
