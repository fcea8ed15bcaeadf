"""One way to break each check of data integrity: what the functions return is what the check must then find, too.

Rows are written past the import, which refuses most of this.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.utils import timezone

from dhis2api.objects.uids import generate_uid
from files.models import FileResource
from metadata.models import (
    Category,
    CategoryCombo,
    CategoryOption,
    CategoryOptionCombo,
    CategoryOptionGroup,
    CategoryOptionGroupSet,
    Dashboard,
    DataElement,
    DataElementGroup,
    DataElementGroupSet,
    DataEntryForm,
    DataSet,
    DataSetElement,
    Indicator,
    IndicatorGroup,
    IndicatorGroupSet,
    IndicatorType,
    Map,
    Option,
    OptionGroup,
    OptionSet,
    OrganisationUnit,
    OrganisationUnitGroup,
    OrganisationUnitGroupSet,
    Period,
    Program,
    ProgramIndicator,
    ProgramIndicatorGroup,
    ProgramRule,
    ProgramRuleAction,
    ProgramRuleVariable,
    ProgramStage,
    PushAnalysis,
    Section,
    TrackedEntityAttribute,
    TrackedEntityType,
    ValidationRule,
    ValidationRuleExpression,
    ValidationRuleGroup,
    Visualization,
)
from tracker.models import Event, TrackedEntity
from users.models import User, UserGroup, UserRole

Found = str | set[str]
VIOLATIONS: dict[str, Callable[[], Found]] = {}
NUMBERS = count(1)
LONG_AGO = timezone.now() - timedelta(days=800)
SQUARE = [[0, 50], [10, 50], [10, 60], [0, 60], [0, 50]]


def breaks(*names: str) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    """The function breaks these checks."""

    def add(function: Callable[..., Found]) -> Callable[..., Found]:
        VIOLATIONS.update(dict.fromkeys(names, function))
        return function

    return add


def make(model: type[models.Model], **given: Any) -> Any:
    """A row that nothing refers to, with a name of its own."""
    number = next(NUMBERS)
    known = {field.name for field in model._meta.get_fields()}
    defaults = {
        "name": f"Odd thing {number}", "short_name": f"Odd {number}", "category_combo": combo_of_nothing,
        "attribute_combo": combo_of_nothing, "sort_order": 1,
    }  # fmt: skip
    values = {name: value() if callable(value) else value for name, value in defaults.items() if name in known}
    return model.objects.create(**values | given)


def combo_of_nothing() -> CategoryCombo:
    return CategoryCombo.objects.get(name="default")


def age(row: models.Model) -> str:
    type(row).objects.filter(pk=row.pk).update(last_updated=LONG_AGO)
    return row.uid


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def unit(parent: OrganisationUnit | None = None, **given: Any) -> OrganisationUnit:
    parent = OrganisationUnit.objects.get(parent=None) if parent is None else parent
    uid = generate_uid()
    given = {"opening_date": date(2020, 1, 1), "parent": parent, "path": f"{parent.path}/{uid}"} | given
    return make(OrganisationUnit, uid=uid, hierarchy_level=parent.hierarchy_level + 1, **given)


def point(longitude: float, latitude: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def category(*options: CategoryOption) -> Category:
    row = make(Category, data_dimension=False)
    row.category_options.add(*options)
    return row


def combo(*categories: Category) -> CategoryCombo:
    row = make(CategoryCombo)
    row.categories.add(*categories)
    return row


def option_combo(of: CategoryCombo, *options: CategoryOption, **given: Any) -> CategoryOptionCombo:
    row = make(CategoryOptionCombo, category_combo=of, **given)
    row.category_options.add(*options)
    return row


def element(**given: Any) -> DataElement:
    values = {"domain_type": "AGGREGATE", "value_type": "NUMBER", "aggregation_type": "SUM"}
    return make(DataElement, **values | given)


def data_set(*elements: DataElement, **given: Any) -> DataSet:
    row = make(DataSet, **{"period_type": "Monthly"} | given)
    for member in elements:
        DataSetElement.objects.create(uid=generate_uid(), data_set=row, data_element=member)
    return row


def empty_form() -> DataEntryForm:
    return make(DataEntryForm, html_code=" ")


def indicator(numerator: str = "1", denominator: str = "1", **given: Any) -> Indicator:
    kind = given.pop("indicator_type", None) or IndicatorType.objects.first()
    return make(Indicator, numerator=numerator, denominator=denominator, indicator_type=kind, **given)


def user(name: str | None = None) -> User:
    return get_user_model().objects.create(
        username=name or f"odd_user{next(NUMBERS)}a", first_name="Odd", surname="One", password=""
    )


def program(**given: Any) -> Program:
    return make(Program, **{"program_type": "WITHOUT_REGISTRATION"} | given)


def rule(**given: Any) -> ProgramRule:
    return make(ProgramRule, **{"program": program(), "condition": "true", "priority": 1} | given)


def action(kind: str, **given: Any) -> ProgramRuleAction:
    return ProgramRuleAction.objects.create(
        **{"program_rule": rule(), "program_rule_action_type": kind} | given
    )  # fmt: skip


# Categories


@breaks("categories_no_options")
def category_without_options() -> Found:
    return make(Category).uid


@breaks("categories_same_category_options")
def categories_of_the_same_options() -> Found:
    options = [make(CategoryOption), make(CategoryOption)]
    category(options[0])
    return {category(*options).uid, category(*reversed(options)).uid}


@breaks("categories_dimensions_no_visualizations")
def dimension_that_nobody_shows() -> Found:
    shown = make(Category, data_dimension=True)
    make(Visualization, content={"rows": [{"id": shown.uid}]})
    return make(Category, data_dimension=True).uid


def _another_default(model: type[models.Model], uid: str) -> Callable[[], Found]:
    def rename() -> Found:
        other = generate_uid()
        model.objects.filter(uid=uid).update(uid=other)
        return other

    return rename


for _kind, _model, _uid in (
    ("category", Category, "GLevLNI9wkl"), ("category_combo", CategoryCombo, "bjDvmb4bfuf"),
    ("category_option", CategoryOption, "xYerKDKCefk"), ("category_option_combo", CategoryOptionCombo, "HllvX50cXC0"),
):  # fmt: skip
    VIOLATIONS[f"categories_one_default_{_kind}"] = _another_default(_model, _uid)


@breaks("categories_unique_category_combo")
def combos_of_the_same_categories() -> Found:
    one, two = category(), category()
    combo(one)
    return {combo(one, two).uid, combo(two, one).uid}


@breaks("category_options_shared_within_category_combo")
def combo_whose_categories_share_an_option() -> Found:
    shared, other = make(CategoryOption), make(CategoryOption)
    return combo(category(shared, other), category(shared)).uid


@breaks("category_combos_unused")
def combo_that_nothing_uses() -> Found:
    used = combo()
    data_set(category_combo=used)
    return combo().uid


@breaks("invalid_category_combos")
def combos_of_which_something_is_missing() -> Found:
    option = make(CategoryOption)
    whole = combo(category(option))
    option_combo(whole, option)
    return {combo().uid, combo(category()).uid, combo(category(option)).uid}


@breaks("cocs_wrong_cardinality")
def option_combo_with_an_option_too_many() -> Found:
    options = [make(CategoryOption), make(CategoryOption)]
    whole = combo(category(*options))
    option_combo(whole, options[0])
    return option_combo(whole, *options).uid


@breaks("category_option_combos_disjoint")
def option_combo_with_a_strange_option() -> Found:
    inside, outside = make(CategoryOption), make(CategoryOption)
    whole = combo(category(inside))
    option_combo(whole, inside)
    return option_combo(whole, outside).uid


@breaks("category_option_combos_no_names")
def option_combos_without_names() -> Found:
    return {option_combo(combo(), name="").uid, option_combo(combo(), name=None).uid}


@breaks("category_option_combos_have_duplicates")
def option_combos_of_the_same_options() -> Found:
    option = make(CategoryOption)
    whole = combo(category(option))
    option_combo(combo(category(option)), option)
    return {option_combo(whole, option).uid, option_combo(whole, option).uid}


@breaks("catoptioncombos_no_catcombo")
def option_combo_of_no_combo() -> Found:
    execute("ALTER TABLE metadata_categoryoptioncombo ALTER category_combo_id DROP NOT NULL")
    row = CategoryOptionCombo.objects.exclude(name="default").first()
    CategoryOptionCombo.objects.filter(pk=row.pk).update(category_combo=None)
    return row.uid


@breaks("category_options_no_categories")
def option_in_no_category() -> Found:
    return make(CategoryOption).uid


@breaks("category_options_excess_groupset_membership")
def option_in_two_groups_of_a_set() -> Found:
    once, twice = make(CategoryOption), make(CategoryOption)
    groups = [make(CategoryOptionGroup), make(CategoryOptionGroup)]
    groups[0].category_options.add(once, twice)
    groups[1].category_options.add(twice)
    make(CategoryOptionGroupSet).category_option_groups.add(*groups)
    return twice.uid


@breaks("category_option_group_sets_incomplete")
def group_set_that_misses_an_option() -> Found:
    options = [make(CategoryOption), make(CategoryOption)]
    category(*options)
    partial, whole = make(CategoryOptionGroup), make(CategoryOptionGroup)
    partial.category_options.add(options[0])
    whole.category_options.add(*options)
    make(CategoryOptionGroupSet).category_option_groups.add(whole)
    incomplete = make(CategoryOptionGroupSet)
    incomplete.category_option_groups.add(partial)
    return incomplete.uid


@breaks("category_options_default_incorrect_sharing")
def default_option_that_is_private() -> Found:
    CategoryOption.objects.filter(uid="xYerKDKCefk").update(sharing={"public": "rw------"})
    return "xYerKDKCefk"


# Data elements and data sets


@breaks("data_elements_without_datasets", "data_elements_aggregate_no_groups", "data_elements_aggregate_no_data",
        "data_elements_aggregate_no_analysis")  # fmt: skip
def element_that_nobody_knows() -> Found:
    element(domain_type="TRACKER")
    return element().uid


@breaks("data_elements_aggregate_abandoned")
def element_that_was_forgotten() -> Found:
    element()
    return age(element())


@breaks("data_elements_aggregate_with_different_period_types")
def element_of_two_period_types() -> Found:
    once, twice = element(), element()
    data_set(once, twice)
    data_set(once)
    data_set(twice, period_type="Quarterly")
    return twice.uid


@breaks("data_elements_violating_exclusive_group_sets")
def element_in_two_groups_of_a_set() -> Found:
    once, twice = element(), element()
    groups = [make(DataElementGroup), make(DataElementGroup)]
    groups[0].data_elements.add(once, twice)
    groups[1].data_elements.add(twice)
    make(DataElementGroupSet).data_element_groups.add(*groups)
    return twice.uid


@breaks("data_elements_can_aggregate_with_none_operator")
def number_that_is_not_added_up() -> Found:
    element(value_type="TEXT", aggregation_type="NONE")
    return element(aggregation_type="NONE").uid


@breaks("data_elements_cannot_aggregate_operator_not_none")
def text_that_is_to_be_added_up() -> Found:
    return element(value_type="TEXT").uid


@breaks("datasets_empty", "datasets_not_assigned_to_org_units")
def empty_data_set() -> Found:
    return data_set().uid


@breaks("datasets_custom_data_entry_forms_empty")
def data_set_of_an_empty_form() -> Found:
    data_set(data_entry_form=make(DataEntryForm, html_code="<p>"))
    return data_set(data_entry_form=empty_form()).uid


@breaks("datasets_same_name")
def data_sets_of_one_name() -> Found:
    return {data_set(name="Twice").uid, data_set(name="Twice").uid}


@breaks("data_elements_in_data_set_not_in_form")
def element_that_the_form_leaves_out() -> Found:
    inside, outside = element(), element()
    data_set(inside)
    data_set(inside, data_entry_form=make(DataEntryForm, html_code=f"<input id='{inside.uid}-x-val'>"))
    custom = data_set(inside, outside, data_entry_form=make(DataEntryForm, html_code=f"<input id='{inside.uid}'>"))
    sections = data_set(inside, outside)
    make(Section, data_set=sections).data_elements.add(inside)
    return {custom.uid, sections.uid}


# Org units


def _root() -> OrganisationUnit:
    uid = generate_uid()
    return make(OrganisationUnit, uid=uid, path=f"/{uid}", hierarchy_level=1, opening_date=date(2020, 1, 1))


@breaks("orgunits_orphaned")
def second_root() -> Found:
    return _root().uid


@breaks("orgunits_multiple_roots")
def two_roots() -> Found:
    first = OrganisationUnit.objects.get(parent=None).uid
    return {first, _root().uid}


@breaks("org_units_with_cyclic_references")
def units_below_themselves() -> Found:
    top = unit()
    below = unit(top)
    unit(below)
    OrganisationUnit.objects.filter(pk=top.pk).update(parent=below)
    return {top.uid, below.uid}


@breaks("orgunits_openingdate_gt_closeddate")
def unit_closed_before_it_was_opened() -> Found:
    unit(closed_date=date(2020, 1, 1))
    return unit(closed_date=date(2019, 12, 31)).uid


@breaks("org_units_not_in_compulsory_group_sets")
def unit_missing_from_a_compulsory_group_set() -> Found:
    outside = unit()
    group = make(OrganisationUnitGroup)
    group.organisation_units.add(*OrganisationUnit.objects.exclude(pk=outside.pk))
    for is_compulsory in (True, False):
        make(OrganisationUnitGroupSet, compulsory=is_compulsory).organisation_unit_groups.add(group)
    OrganisationUnitGroupSet.objects.exclude(organisation_unit_groups=group).update(compulsory=False)
    return outside.uid


@breaks("organisation_units_violating_exclusive_group_sets")
def unit_in_two_groups_of_a_set() -> Found:
    once, twice = unit(), unit()
    groups = [make(OrganisationUnitGroup), make(OrganisationUnitGroup)]
    groups[0].organisation_units.add(once, twice)
    groups[1].organisation_units.add(twice)
    make(OrganisationUnitGroupSet).organisation_unit_groups.add(*groups)
    return twice.uid


@breaks("organisation_units_without_groups", "orgunits_no_coordinates")
def unit_without_anything() -> Found:
    return unit().uid


@breaks("organisation_unit_groups_without_group_sets")
def group_in_no_set() -> Found:
    return make(OrganisationUnitGroup).uid


@breaks("orgunits_null_island")
def unit_in_the_gulf() -> Found:
    unit(geometry=point(0, 1))
    return unit(geometry=point(0.5, 0.5)).uid


@breaks("orgunits_invalid_geometry")
def units_that_cannot_be_drawn() -> Found:
    unit(geometry=polygon(SQUARE))
    bow = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    wrong = (point(0, 91), polygon(SQUARE[:-1]), polygon(SQUARE[:3]), polygon(bow), {"type": "Polygon"})
    return {unit(geometry=geometry).uid for geometry in wrong}


@breaks("orgunits_not_contained_by_parent")
def unit_outside_its_parent() -> Found:
    hole = [[4, 54], [6, 54], [6, 56], [4, 56], [4, 54]]
    parent = unit(geometry=polygon(SQUARE, hole))
    far = [[[longitude + 20, latitude] for longitude, latitude in SQUARE]]
    scattered = unit(geometry={"type": "MultiPolygon", "coordinates": [[SQUARE], far]})
    unit(parent, geometry=point(1, 51))
    unit(scattered, geometry=point(21, 51))
    return {unit(parent, geometry=point(5, 55)).uid, unit(scattered, geometry=point(15, 51)).uid}


@breaks("orgunits_multiple_spaces")
def unit_of_two_blanks() -> Found:
    return unit(name="Two  blanks").uid


@breaks("orgunits_trailing_spaces")
def unit_that_ends_with_a_blank() -> Found:
    return {unit(name="Blank ").uid, unit(short_name=" Blank").uid}


@breaks("orgunits_same_name_and_parent")
def siblings_of_one_name() -> Found:
    parent = unit()
    unit(name="Bo Town")
    return {unit(parent, name="Bo Town").uid, unit(parent, name="botown").uid}


# Indicators


@breaks("indicators_not_grouped", "indicator_no_analysis")
def indicator_that_nobody_knows() -> Found:
    return indicator().uid


@breaks("indicators_duplicated_terms")
def indicators_of_the_same_terms() -> Found:
    indicator("#{a}+#{b}", "2")
    return {indicator("#{a}+#{b}").uid, indicator("#{b} + #{a}").uid}


@breaks("indicators_exact_duplicates")
def indicators_that_differ_by_blanks() -> Found:
    indicator("#{b}+#{a}")
    return {indicator("#{a}+#{b}").uid, indicator("#{a} + #{b}").uid}


@breaks("indicators_with_identical_formulas")
def indicators_of_one_formula() -> Found:
    indicator("#{a} + #{b}")
    return {indicator("#{a}+#{b}").uid, indicator("#{a}+#{b}", indicator_type=make(IndicatorType, factor=7)).uid}


@breaks("indicator_types_duplicated")
def types_of_one_factor() -> Found:
    return {make(IndicatorType, factor=77).uid, make(IndicatorType, factor=77).uid}


@breaks("indicators_with_invalid_numerator")
def indicators_with_numerators_that_are_none() -> Found:
    indicator("#{fbfJHSPpUQD} + 1", "1 +")
    return {indicator("1 +").uid, indicator("#{fbfJHSPpUQD} == 1").uid, indicator("V{event_count}").uid}


@breaks("indicators_with_invalid_denominator")
def indicator_with_a_denominator_that_is_none() -> Found:
    indicator("1 +", "N{fbfJHSPpUQD}")
    return indicator("1", "sum(1)").uid


@breaks("indicators_violating_exclusive_group_sets")
def indicator_in_two_groups_of_a_set() -> Found:
    once, twice = indicator(), indicator()
    groups = [make(IndicatorGroup), make(IndicatorGroup)]
    groups[0].indicators.add(once, twice)
    groups[1].indicators.add(twice)
    make(IndicatorGroupSet).indicator_groups.add(*groups)
    return twice.uid


# Groups


def _scarce(model: type[models.Model]) -> Callable[[], Found]:
    return lambda: make(model).uid


for _name, _model in (
    ("category_option_groups", CategoryOptionGroup), ("category_option_group_sets", CategoryOptionGroupSet),
    ("data_element_groups", DataElementGroup), ("indicator_groups", IndicatorGroup),
    ("indicator_group_sets", IndicatorGroupSet), ("orgunit_groups", OrganisationUnitGroup),
    ("program_indicator_groups", ProgramIndicatorGroup), ("validation_rule_groups", ValidationRuleGroup),
):  # fmt: skip
    VIOLATIONS[f"{_name}_scarce"] = _scarce(_model)


@breaks("user_groups_scarce")
def group_of_one() -> Found:
    group = make(UserGroup)
    group.users.add(user())
    make(UserGroup).users.add(user(), user())
    return group.uid


# Options, periods


@breaks("options_sets_empty", "options_sets_unused")
def empty_option_set() -> Found:
    return make(OptionSet, value_type="TEXT").uid


@breaks("option_groups_empty")
def empty_option_group() -> Found:
    return make(OptionGroup).uid


@breaks("option_sets_wrong_sort_order")
def option_set_with_a_gap() -> Found:
    sets = []
    for numbers in ((1, 2, 3), (1, 3), (1, 1)):
        sets.append(make(OptionSet, value_type="TEXT"))
        for place, number in enumerate(numbers):
            make(Option, option_set=sets[-1], sort_order=number, code=f"{place}")
    return {row.uid for row in sets[1:]}


def period(iso: str, start: date) -> str:
    Period.objects.create(iso=iso, period_type="Monthly", start_date=start, end_date=start + timedelta(days=27))
    return iso


@breaks("periods_same_start_date_period_type")
def periods_of_one_beginning() -> Found:
    return {period("190002", date(1900, 2, 1)), period("19000201", date(1900, 2, 1))}


@breaks("periods_3y_future")
def period_far_ahead() -> Found:
    return period("209902", date(2099, 2, 1))


@breaks("periods_distant_past")
def period_long_ago() -> Found:
    return period("190002", date(1900, 2, 1))


# Programs


@breaks("program_rules_no_action")
def rule_that_does_nothing() -> Found:
    return rule().uid


@breaks("program_rules_no_priority")
def rule_that_assigns_at_any_time() -> Found:
    action("SHOWERROR", program_rule=rule(priority=None))
    return action("ASSIGN", program_rule=rule(priority=None), content="#{x}").program_rule.uid


@breaks("program_rules_without_condition")
def rule_that_never_holds() -> Found:
    return {rule(condition=None).uid, rule(condition=" ").uid}


@breaks("program_rules_message_no_template")
def rule_that_sends_nothing() -> Found:
    return action("SENDMESSAGE", template_uid="a1234567890").program_rule.uid


@breaks("program_indicators_without_expression")
def program_indicator_without_expression() -> Found:
    return make(ProgramIndicator, program=program()).uid


def variable(kind: str) -> str:
    return make(ProgramRuleVariable, program=program(), program_rule_variable_source_type=kind).uid


@breaks("program_rule_variables_without_data_element")
def variable_of_no_element() -> Found:
    variable("CALCULATED_VALUE")
    return variable("DATAELEMENT_CURRENT_EVENT")


@breaks("program_rule_variables_without_attribute")
def variable_of_no_attribute() -> Found:
    return variable("TEI_ATTRIBUTE")


@breaks("program_rule_actions_without_data_object")
def action_on_nothing() -> Found:
    action("ASSIGN", content="#{x}")
    action("HIDEFIELD", data_element=element())
    return {action("HIDEFIELD").uid, action("ASSIGN").uid}


@breaks("program_rule_actions_without_notification")
def action_without_template() -> Found:
    action("SENDMESSAGE", template_uid="a1234567890")
    return action("SCHEDULEMESSAGE").uid


@breaks("program_rule_actions_without_section")
def action_without_section() -> Found:
    return action("HIDESECTION").uid


@breaks("program_rule_actions_without_stage_id")
def action_without_stage() -> Found:
    return action("HIDEPROGRAMSTAGE").uid


@breaks("program_stages_no_programs")
def stage_of_no_program() -> Found:
    return make(ProgramStage).uid


@breaks("programs_inconsistent_tracked_entity_type")
def programs_of_the_wrong_kind() -> Found:
    program(program_type="WITH_REGISTRATION", tracked_entity_type=TrackedEntityType.objects.first())
    with_type = program(tracked_entity_type=TrackedEntityType.objects.first())
    return {program(program_type="WITH_REGISTRATION").uid, with_type.uid}


@breaks("programs_custom_data_entry_forms_empty")
def programs_of_empty_forms() -> Found:
    by_stage = program()
    make(ProgramStage, program=by_stage, data_entry_form=empty_form())
    return {program(data_entry_form=empty_form()).uid, by_stage.uid}


def _event(**changed: Any) -> str:
    row = Event.objects.filter(deleted=False).first()
    Event.objects.filter(pk=row.pk).update(**changed)
    return row.uid


@breaks("single_events_null_occurred_date")
def single_event_without_date() -> Found:
    Program.objects.update(program_type="WITHOUT_REGISTRATION")
    return _event(occurred_at=None)


@breaks("tracked_entity_attribute_null_value")
def attribute_without_value() -> Found:
    entity = TrackedEntity.objects.first()
    execute(
        """
        UPDATE tracked_entity_attribute_value SET value = '' WHERE (tracked_entity_id, attribute_id) IN (
            SELECT tracked_entity_id, attribute_id FROM tracked_entity_attribute_value
            WHERE tracked_entity_id = %s LIMIT 1
        )
        """,
        entity.pk,
    )
    return entity.uid


@breaks("tracker_associate_is_deprecated")
def tracker_associates() -> Found:
    attribute = make(TrackedEntityAttribute, value_type="TRACKER_ASSOCIATE", aggregation_type="NONE")
    return {attribute.uid, element(value_type="TRACKER_ASSOCIATE").uid}


@breaks("tracker_geometry_invalid_srid")
def geometry_of_another_system() -> Found:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    good = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    TrackedEntity.objects.update(geometry=point(1, 1) | {"crs": good})
    return _event(geometry=point(1, 1) | {"crs": crs})


# Users


@breaks("users_with_no_user_role")
def user_without_role() -> Found:
    return user().uid


def _beside(related: str) -> Callable[[], Found]:
    def place() -> Found:
        inside, outside, nowhere = user(), user(), user()
        top = unit()
        below, beside = unit(top), unit()
        for account, place in ((inside, below), (outside, beside), (nowhere, beside)):
            account.organisation_units_rows.create(organisation_unit=place)
        for account in (inside, outside):
            getattr(account, related).create(organisation_unit=top)
        return outside.uid

    return place


VIOLATIONS["users_capture_ou_not_in_data_view_ou"] = _beside("data_view_organisation_units_rows")
VIOLATIONS["users_capture_ou_not_in_tei_search_ou"] = _beside("tei_search_organisation_units_rows")


def _user_with(authority: str) -> Callable[[], Found]:
    def give() -> Found:
        account = user()
        account.user_roles.add(make(UserRole, authorities=[authority]))
        return account.uid

    return give


VIOLATIONS["users_with_all_authority"] = _user_with("ALL")
VIOLATIONS["users_with_app_hub_authority"] = _user_with("M_dhis-web-app-management")


@breaks("users_with_invalid_usernames")
def users_of_bad_names() -> Found:
    for good in ("anna", "anna.b-c_d@example.org", "a" * 255, "1234"):
        user(good)
    return {user(bad).uid for bad in ("ann", ".anna", "anna-", "an..na", "an na", "an+na")}


@breaks("user_roles_no_authorities", "user_roles_with_no_users")
def role_of_nothing_and_nobody() -> Found:
    return make(UserRole).uid


# Validation rules, favourites, files


def validation_rule() -> ValidationRule:
    return make(ValidationRule, period_type="Monthly", operator="equal_to")


@breaks("validation_rules_without_groups")
def rule_in_no_group() -> Found:
    return validation_rule().uid


@breaks("validation_rules_missing_value_strategy_null")
def rule_without_strategy() -> Found:
    broken = validation_rule()
    for row, strategy in ((validation_rule(), "NEVER_SKIP"), (broken, "")):
        ValidationRuleExpression.objects.create(
            uid=generate_uid(), validation_rule=row, role="leftSide", expression="1", missing_value_strategy=strategy
        )
    return broken.uid


@breaks("dashboards_no_items")
def empty_dashboards() -> Found:
    make(Dashboard, content={"dashboardItems": [{"id": "a1234567890"}]})
    return {make(Dashboard).uid, make(Dashboard, content={"dashboardItems": []}).uid}


def _forgotten(model: type[models.Model]) -> Callable[[], Found]:
    def forget() -> Found:
        make(model)
        age(make(model, favorites=["M5zQapPyTZI"]))
        return age(make(model))

    return forget


for _name, _model in (("dashboards", Dashboard), ("maps", Map), ("visualizations", Visualization)):
    VIOLATIONS[f"{_name}_not_viewed_one_year"] = _forgotten(_model)


@breaks("push_analysis_no_recipients")
def push_analysis_for_nobody() -> Found:
    make(PushAnalysis, content={"recipientUserGroups": [{"id": "a1234567890"}]})
    return make(PushAnalysis).uid


@breaks("file_resources_no_icon")
def file_of_no_icon() -> Found:
    files = [
        FileResource.objects.create(
            name="i.png", content_type="image/png", content_length=1, content_md5="0", domain="ICON",
            storage_status="STORED", storage_key=f"icon/{number}", assigned=number == 0,
        )
        for number in range(2)
    ]  # fmt: skip
    return files[1].uid


# Expressions


def sided(left: str, right: str) -> ValidationRule:
    """A validation rule."""
    made = make(ValidationRule, period_type="Monthly", operator="equal_to")
    for role, text in (("leftSide", left), ("rightSide", right)):
        ValidationRuleExpression.objects.create(validation_rule=made, role=role, expression=text)
    return made


@breaks("validation_rules_with_invalid_left_side_expression")
def rule_with_a_left_side_that_is_none() -> Found:
    sided("1", "(2")
    return sided("N{fbfJHSPpUQD}", "2").uid


@breaks("validation_rules_with_invalid_right_side_expression")
def rule_with_a_right_side_that_is_none() -> Found:
    sided("(2", "1")
    return sided("1", "avg(#{fbfJHSPpUQD})").uid


@breaks("program_indicators_with_invalid_expressions")
def program_indicator_with_an_expression_that_is_none() -> Found:
    make(ProgramIndicator, program=program(), expression="V{event_count}", filter="1 +")
    return make(ProgramIndicator, program=program(), expression="#{fbfJHSPpUQD}", filter="true").uid


@breaks("program_indicators_with_invalid_filters")
def program_indicator_with_a_filter_that_is_none() -> Found:
    make(ProgramIndicator, program=program(), expression="1 +", filter="V{event_count} > 1")
    return make(ProgramIndicator, program=program(), expression="1", filter="1 >").uid
