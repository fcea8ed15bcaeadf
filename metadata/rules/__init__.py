"""Rules of single metadata types, hung into the generic import by name when the app is ready."""

from functools import partial

from dhis2api.objects.importer.document_upkeep import protecting_documents
from dhis2api.objects.importer.hooks import hooks_of
from metadata.rules import (
    approval,
    axes,
    categories,
    category_bounds,
    category_mappings,
    data_elements,
    data_sets,
    deletion,
    documents,
    held_combos,
    notifications,
    option_combos,
    options,
    org_units,
    program_rules,
    programs,
    relationships,
    rendering,
    rule_actions,
    sharing,
    tracked_attributes,
    users,
)
from sharing.resource.grants import followers

ANALYTICAL = ("eventChart", "eventReport", "eventVisualization", "map", "mapView", "visualization")
MARKED = ("dashboard", "eventChart", "eventReport", "eventVisualization", "map", "visualization")
PROTECTED_BY_DOCUMENTS = ("category", "categoryOption", "dataElement", "dataSet")


def register() -> None:
    """Hang all rules of this app into the import, and into the dialog of sharing."""
    followers["program"].append(sharing.share_stage_of_event_program)
    followers["visualization"].append(sharing.share_expressions_of_visualization)

    units = hooks_of("organisationUnit")
    units.locks.append(org_units.lock_tree)
    units.checks.append(org_units.closes_after_opening)
    units.check_all.append(org_units.moves_are_allowed)
    units.check_all.append(org_units.parents_form_a_tree)
    units.after_write.append(org_units.write_paths)

    hooks_of("option").check_all.append(options.options_are_single_in_set)
    hooks_of("option").after_write.append(options.bump_set_versions)

    hooks_of("categoryOptionCombo").checks.append(categories.option_combo_keeps_its_identity)
    hooks_of("categoryOptionCombo").before_write.append(categories.name_option_combos)
    hooks_of("category").checks.append(category_bounds.options_are_few)
    hooks_of("categoryCombo").check_all.append(category_bounds.combinations_are_few)
    hooks_of("categoryCombo").check_all.append(category_bounds.data_keeps_its_option_combos)
    hooks_of("categoryCombo").after_write.append(categories.generate_for_single_combo)
    hooks_of("categoryCombo").before_vetoes.append(categories.lock_of_combos)
    hooks_of("categoryCombo").before_delete.append(categories.fall_back_to_default)
    hooks_of("categoryOption").before_vetoes.append(categories.lock_of_options)
    hooks_of("categoryOption").before_delete.append(categories.delete_option_combos)

    hooks_of("dataSet").checks.append(data_sets.period_type_is_known)
    hooks_of("dataSet").checks.append(data_sets.input_periods_are_valid)
    hooks_of("dataSet").after_write.append(data_sets.prune_sections)
    hooks_of("section").after_write.append(data_sets.bump_data_set_versions)

    hooks_of("user").checks.append(users.org_units_in_own_hierarchy)
    hooks_of("user").before_write.append(users.inherit_constraints)

    hooks_of("trackedEntityAttribute").checks.append(tracked_attributes.generated_values_are_texts)
    hooks_of("trackedEntityAttribute").checks.append(tracked_attributes.pattern_is_right)
    hooks_of("trackedEntityAttribute").checks.append(tracked_attributes.field_mask_is_a_text)
    hooks_of("dataElement").checks.append(tracked_attributes.field_mask_is_a_text)
    hooks_of("dataElement").check_all.append(data_elements.option_set_suits)
    hooks_of("categoryOptionCombo").check_all.append(option_combos.options_belong_to_combo)
    hooks_of("programRuleAction").check_all.append(rule_actions.actions_are_right)
    hooks_of("relationshipType").check_all.append(relationships.data_views_belong_to_sides)
    hooks_of("programStage").check_all.append(programs.next_date_is_a_date_of_the_stage)
    hooks_of("programStage").before_write.append(programs.delete_dropped_sections)
    hooks_of("relationshipType").checks.append(relationships.sides_are_complete)
    hooks_of("program").checks.append(programs.program_is_related_to_another)
    hooks_of("program").before_delete.append(relationships.delete_types_of_programs)
    hooks_of("programStage").check_all.append(programs.stages_have_programs)
    hooks_of("program").prepare.append(category_mappings.mappings_are_objects)
    hooks_of("program").check_all.append(category_mappings.mappings_are_right)
    hooks_of("program").check_all.append(programs.fields_are_readable)
    hooks_of("program").checks.append(rendering.fields_are_drawn_in_known_ways)
    hooks_of("program").after_write.append(programs.share_stages_of_event_programs)
    hooks_of("program").before_delete.append(deletion.delete_rules_of_programs)
    hooks_of("programStage").check_all.append(programs.fields_are_readable)
    hooks_of("programStage").checks.append(rendering.fields_are_drawn_in_known_ways)
    hooks_of("programStage").after_write.append(programs.share_stages_as_their_programs)
    for section in ("programSection", "programStageSection"):
        hooks_of(section).checks.append(rendering.section_is_drawn_in_a_known_way)
    hooks_of("programIndicator").check_all.append(category_mappings.indicators_use_mappings_of_their_program)
    hooks_of("programNotificationTemplate").before_write.append(notifications.fit_templates)
    hooks_of("programRule").check_all.append(program_rules.rule_names_are_single)
    hooks_of("programRuleAction").prepare.append(program_rules.read_old_names)
    hooks_of("programRuleVariable").checks.append(program_rules.variable_is_right)
    hooks_of("programRuleVariable").check_all.append(program_rules.variable_names_are_single)
    hooks_of("programRuleVariable").before_write.append(program_rules.fit_variables)

    hooks_of("dataApprovalLevel").check_all.append(approval.levels_are_single)
    hooks_of("dataApprovalLevel").after_write.append(approval.place_level)
    hooks_of("dataApprovalLevel").before_delete.append(approval.close_gap)

    hooks_of("dashboard").check_all.append(documents.dashboard_items_exist)
    hooks_of("dashboard").checks.append(documents.dashboard_columns_are_few)
    hooks_of("sqlView").checks.append(documents.sql_query_selects)
    hooks_of("attribute").vetoes.append(deletion.attribute_has_values)
    hooks_of("category").vetoes.append(deletion.category_is_combined)
    for named in deletion.UIDS:
        hooks_of(named).vetoes.append(partial(deletion.named_in_expressions, named))
    hooks_of("eventReport").prepare.append(documents.type_of_event_report)
    for singular in ANALYTICAL:
        hooks_of(singular).prepare.append(axes.complete_favourites)
    for singular in MARKED:
        hooks_of(singular).before_write.append(documents.keep_marks)
    for singular in PROTECTED_BY_DOCUMENTS:
        hooks_of(singular).vetoes.append(partial(protecting_documents, singular))
    hooks_of("categoryOptionCombo").vetoes.append(held_combos.option_combo_is_held)
    hooks_of("categoryCombo").vetoes.append(held_combos.combo_is_held)
    hooks_of("categoryOption").vetoes.append(held_combos.option_is_held)
