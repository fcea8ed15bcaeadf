"""Option sets and groups of options."""

from __future__ import annotations

from system.integrity.declaring import INFO, WARNING, Check, Section

OPTIONS = Section("Option sets", (
    Check(
        "options_sets_empty", WARNING, "optionSets",
        "Option sets without options",
        "An option set has no option.",
        "Where it is used, nothing can be chosen.",
        "Add options, or delete it.",
        """
        SELECT uid, name FROM metadata_optionset sets
        WHERE NOT EXISTS (SELECT 1 FROM metadata_option WHERE option_set_id = sets.id)
        """,
    ),
    Check(
        "options_sets_unused", WARNING, "optionSets",
        "Option sets that nothing uses",
        "An option set belongs to no data element, tracked entity attribute or custom attribute.",
        "It is loaded by phones and shown in lists for nothing.",
        "Use it, or delete it.",
        """
        SELECT uid, name FROM metadata_optionset WHERE id NOT IN (
            SELECT option_set_id FROM metadata_dataelement WHERE option_set_id IS NOT NULL
            UNION SELECT comment_option_set_id FROM metadata_dataelement WHERE comment_option_set_id IS NOT NULL
            UNION SELECT option_set_id FROM metadata_trackedentityattribute WHERE option_set_id IS NOT NULL
            UNION SELECT option_set_id FROM metadata_attribute WHERE option_set_id IS NOT NULL
        )
        """,
    ),
    Check(
        "option_groups_empty", WARNING, "optionGroups",
        "Option groups without options",
        "An option group has no option.",
        "Program rules that show or hide it do nothing.",
        "Add options, or delete it.",
        """
        SELECT uid, name FROM metadata_optiongroup groups
        WHERE NOT EXISTS (SELECT 1 FROM metadata_optiongroup_options WHERE optiongroup_id = groups.id)
        """,
    ),
    Check(
        "option_sets_wrong_sort_order", INFO, "optionSets",
        "Option sets whose numbers have gaps",
        "The sort orders of an option set's options do not follow one another, or one is there twice.",
        "Apps that go through the options by number stop at the gap.",
        "Save the option set again with its options in order.",
        """
        SELECT sets.uid, sets.name, string_agg(option.sort_order::text, ', ' ORDER BY option.sort_order)
        FROM metadata_optionset sets JOIN metadata_option option ON option.option_set_id = sets.id
        GROUP BY sets.id
        HAVING count(DISTINCT option.sort_order) <> count(*)
            OR max(option.sort_order) - min(option.sort_order) + 1 <> count(*)
        """,
    ),
))  # fmt: skip
