"""Metadata that a payload names, or that stored objects and other metadata lead to, with what the user may do with it.

What he may not read he cannot name; what is reached by key is known all the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from dhis2api.objects.registry import get_schema
from metadata import models
from metadata.enums import ProgramType as Kind
from metadata.holding import hold_all
from metadata.id_schemes import IdScheme, scheme_path
from metadata.models.categories import DEFAULT_CATEGORY_COMBO
from sharing.access import Verdict, judge
from tracker.importer.context import Context
from tracker.importer.known import (
    AssignedUser,
    End,
    OrgUnit,
    Program,
    ProgramStage,
    RelationshipType,
    TrackedEntityType,
)
from tracker.importer.preheat_names import Names
from tracker.rules.loading import rules_of
from users.models import User

PROGRAM = (
    "name", "access_level", "tracked_entity_type_id", "category_combo_id", "category_combo__uid", "feature_type",
    "display_incident_date", "only_enroll_once", "select_enrollment_dates_in_future", "select_incident_dates_in_future",
    "expiry_days", "expiry_period_type", "complete_events_expiry_days", "open_days_after_co_end_date", "program_type",
)  # fmt: skip
STAGE = (
    "program_id", "repeatable", "feature_type", "validation_strategy", "block_entry_form", "enable_user_assignment",
)  # fmt: skip
KINDS = {
    "TRACKED_ENTITY_INSTANCE": "trackedEntity",
    "PROGRAM_INSTANCE": "enrollment",
    "PROGRAM_STAGE_INSTANCE": "event",
}


def rows_named(
    model: Any,
    scheme: IdScheme,
    texts: Collection[str],
    *columns: str,
    keys: Collection[int] = (),
    also: Q | None = None,
) -> list[tuple[Any, ...]]:
    """Rows by what the payload calls them, or by key: (text, key, uid, …)."""
    if not texts and not keys and also is None:
        return []
    path = scheme_path(scheme)
    query = also or Q()
    if texts and path:
        query |= Q(**{f"{path}__in": list(texts)})
    if keys:
        query |= Q(pk__in=list(keys))
    if not query:
        return []
    return list(model.objects.filter(query).values_list(path or "uid", "pk", "uid", *columns))


def by_text(texts: Collection[str], found: Collection[tuple[str | None, Any]]) -> dict[str, Any]:
    """By what the payload calls them; a text that is the name of several objects names none."""
    named: dict[str, Any] = dict.fromkeys(texts)
    named.update((text, item) for text, item in found if text in named)
    for text, count in Counter(text for text, _ in found).items():
        if count > 1 and text in named:
            named[text] = None
    return named


def verdict_on(context: Context, schema: str, sharing: Any) -> Verdict:
    """What the importing user may do with an object of metadata."""
    return judge(get_schema(schema).rules, sharing, context.viewer.principal)


def load_org_units(context: Context, names: Names) -> None:
    rows = rows_named(models.OrganisationUnit, context.schemes.org_unit, names.org_units, "path")
    context.known.org_units = by_text(
        names.org_units, [(text, OrgUnit(pk, uid, path or "", text)) for text, pk, uid, path in rows]
    )


def load_stages(context: Context, names: Names) -> None:
    """The stages that events name or have, and those of event programs that are named without one."""
    known = context.known
    first: Q | None = None
    path = scheme_path(context.schemes.program) if names.programs_without_stage else None
    if path:
        programs = models.Program.objects.filter(
            **{f"{path}__in": list(names.programs_without_stage)}, program_type=Kind.WITHOUT_REGISTRATION
        )
        first = Q(program__in=programs)
    keys = {event.program_stage for event in known.events.values()}
    rows = rows_named(
        models.ProgramStage, context.schemes.program_stage, names.stages, "sharing", *STAGE, keys=keys, also=first
    )
    named = []
    for text, pk, uid, sharing, *rest in rows:
        verdict = verdict_on(context, "programStage", sharing)
        stage = ProgramStage(pk, uid, text or uid, *rest, bool(verdict.data_read), bool(verdict.data_write))
        known.stages_by_pk[pk] = stage
        if verdict.read:
            named.append((text, stage))
    known.stages = by_text(names.stages, named)
    links = models.ProgramStageDataElement.objects.filter(program_stage__in=list(known.stages_by_pk))
    if rows and not context.is_delete:
        for stage, element, compulsory in links.values_list("program_stage_id", "data_element_id", "compulsory"):
            known.stages_by_pk[stage].elements[element] = compulsory


def load_programs(context: Context, names: Names) -> None:
    """The programs that are named, those of stages and stored objects, and those that decide who may write stored
    tracked entities: the tracker programs of their types."""
    known = context.known
    keys = {stage.program for stage in known.stages_by_pk.values() if stage.program}
    keys |= {enrollment.program for enrollment in known.enrollments.values()}
    keys |= {event.program for event in known.events.values()}
    types = {entity.type for entity in known.tracked_entities.values()}
    rows = rows_named(
        models.Program, context.schemes.program, names.programs, "sharing", *PROGRAM, keys=keys,
        also=Q(tracked_entity_type__in=list(types), program_type=Kind.WITH_REGISTRATION) if types else None,
    )  # fmt: skip
    named = []
    for text, pk, uid, sharing, *rest in rows:
        verdict = verdict_on(context, "program", sharing)
        program = _program(text, pk, uid, verdict, *rest)
        known.programs_by_pk[pk] = program
        if program.has_registration and program.tracked_entity_type:
            known.programs_of_type.setdefault(program.tracked_entity_type, []).append(program)
        if verdict.read:
            named.append((text, program))
    known.programs = by_text(names.programs, named)
    if rows and not context.is_delete:
        _load_parts_of_programs(context)


def _program(text: str | None, pk: int, uid: str, verdict: Verdict, *columns: Any) -> Program:
    row = dict(zip(PROGRAM, columns, strict=True))
    return Program(
        pk=pk, uid=uid, shown=text or uid, name=row["name"],
        has_registration=row["program_type"] == Kind.WITH_REGISTRATION, access_level=row["access_level"],
        tracked_entity_type=row["tracked_entity_type_id"], category_combo=row["category_combo_id"],
        category_combo_uid=row["category_combo__uid"],
        has_default_combo=row["category_combo__uid"] == DEFAULT_CATEGORY_COMBO,
        feature_type=row["feature_type"], display_incident_date=row["display_incident_date"],
        only_enroll_once=row["only_enroll_once"],
        enrollment_dates_in_future=row["select_enrollment_dates_in_future"],
        incident_dates_in_future=row["select_incident_dates_in_future"], expiry_days=row["expiry_days"] or 0,
        expiry_period_type=row["expiry_period_type"],
        complete_events_expiry_days=row["complete_events_expiry_days"] or 0,
        open_days_after_co_end_date=row["open_days_after_co_end_date"] or 0,
        data_read=bool(verdict.data_read), data_write=bool(verdict.data_write),
    )  # fmt: skip


def _load_parts_of_programs(context: Context) -> None:
    known = context.known
    programs = list(known.programs_by_pk)
    attributes = models.ProgramTrackedEntityAttribute.objects.filter(program__in=programs)
    for program, attribute, mandatory in attributes.values_list(
        "program_id", "tracked_entity_attribute_id", "mandatory"
    ):
        known.programs_by_pk[program].attributes[attribute] = bool(mandatory)
    assigned = defaultdict(set)
    org_units = [unit.pk for unit in known.org_units.values() if unit]
    links = models.Program.organisation_units.through.objects.filter(
        program__in=programs, organisationunit__in=org_units
    )
    for program, org_unit in links.values_list("program_id", "organisationunit_id"):
        assigned[program].add(org_unit)
    stages = defaultdict(list)
    ordered = models.ProgramStage.objects.filter(program__in=programs).order_by("sort_order", "pk")
    for program, stage in ordered.values_list("program_id", "pk"):
        stages[program].append(stage)
    for key, program in known.programs_by_pk.items():
        program.org_units, program.stages = frozenset(assigned[key]), tuple(stages[key])


def load_rules(context: Context) -> None:
    """The rules of the programs that are written to; whoever imports need not be able to read them."""
    if context.is_delete or context.params.skip_rule_engine:
        return
    known = context.known
    named = {program.pk for program in known.programs.values() if program is not None}
    named |= {stage.program for stage in known.stages.values() if stage is not None and stage.program}
    known.rules = rules_of(named)


def load_types(context: Context, names: Names) -> None:
    """Tracked entity types: named, of stored tracked entities, of programs, of relationship types."""
    known = context.known
    keys = {entity.type for entity in known.tracked_entities.values()}
    keys |= {program.tracked_entity_type for program in known.programs_by_pk.values() if program.tracked_entity_type}
    ends = [end for type in known.relationship_types_by_pk.values() for end in (type.from_end, type.to_end)]
    keys |= {end.tracked_entity_type for end in ends if end.tracked_entity_type}
    rows = rows_named(
        models.TrackedEntityType, context.schemes.general, names.types, "sharing", "feature_type", "allow_audit_log",
        keys=keys,
    )  # fmt: skip
    named = []
    for text, pk, uid, sharing, feature_type, audited in rows:
        verdict = verdict_on(context, "trackedEntityType", sharing)
        found = TrackedEntityType(
            pk, uid, text or uid, feature_type, bool(audited), bool(verdict.data_read), bool(verdict.data_write)
        )
        known.types_by_pk[pk] = found
        if verdict.read:
            named.append((text, found))
    known.types = by_text(names.types, named)
    if rows and not context.is_delete:
        searchable = defaultdict(set)
        links = models.TrackedEntityTypeAttribute.objects.filter(tracked_entity_type__in=list(known.types_by_pk))
        for pk, attribute, mandatory, is_searchable in links.values_list(
            "tracked_entity_type_id", "tracked_entity_attribute_id", "mandatory", "searchable"
        ):
            known.types_by_pk[pk].attributes[attribute] = bool(mandatory)
            if is_searchable:
                searchable[pk].add(attribute)
        for pk, attributes in searchable.items():
            known.types_by_pk[pk].searchable = frozenset(attributes)


def load_relationship_types(context: Context, names: Names) -> None:
    known = context.known
    keys = {relationship.type for relationship in known.relationships.values()}
    rows = rows_named(
        models.RelationshipType, context.schemes.general, names.relationship_types, "sharing", "bidirectional",
        keys=keys,
    )  # fmt: skip
    if not rows:
        known.relationship_types = dict.fromkeys(names.relationship_types)
        return
    ends: dict[tuple[int, str], End] = {}
    constraints = models.RelationshipConstraint.objects.filter(relationship_type__in=[row[1] for row in rows])
    for pk, role, kind, type in constraints.values_list(
        "relationship_type_id", "role", "relationship_entity", "tracked_entity_type_id"
    ):
        ends[pk, role] = End(KINDS.get(kind, ""), type)
    nothing, named = End("", None), []
    for text, pk, uid, sharing, bidirectional in rows:
        verdict = verdict_on(context, "relationshipType", sharing)
        found = RelationshipType(
            pk, uid, text or uid, bidirectional, bool(verdict.data_write),
            ends.get((pk, "from"), nothing), ends.get((pk, "to"), nothing),
        )  # fmt: skip
        known.relationship_types_by_pk[pk] = found
        if verdict.read:
            named.append((text, found))
    known.relationship_types = by_text(names.relationship_types, named)


def load_users(context: Context, names: Names) -> None:
    """Those whom events are assigned to."""
    if not names.users:
        return
    found = User.objects.filter(Q(uid__in=names.users) | Q(username__in=names.users))
    for user in (AssignedUser(*row) for row in found.values_list("pk", "uid", "username")):
        context.known.users[user.uid] = context.known.users[user.username] = user


def hold_metadata(context: Context) -> None:
    """Keep everything that was found from being deleted; what was deleted meanwhile is not known any more."""
    known = context.known
    by_name: dict[Any, dict[str, Any]] = {
        models.OrganisationUnit: known.org_units, models.Program: known.programs,
        models.ProgramStage: known.stages, models.TrackedEntityType: known.types,
        models.TrackedEntityAttribute: known.attributes, models.DataElement: known.data_elements,
        models.CategoryOptionCombo: known.option_combos, models.RelationshipType: known.relationship_types,
    }  # fmt: skip
    by_key: dict[Any, dict[int, Any]] = {
        models.Program: known.programs_by_pk, models.ProgramStage: known.stages_by_pk,
        models.TrackedEntityType: known.types_by_pk, models.CategoryOptionCombo: known.option_combos_by_pk,
    }  # fmt: skip
    if known.rules:
        # They may write fields that nobody sent.
        by_key |= {
            models.TrackedEntityAttribute: known.attributes_by_pk, models.DataElement: known.data_elements_by_pk,
        }  # fmt: skip
    held = hold_all({
        model: {item.pk for item in named.values() if item} | by_key.get(model, {}).keys()
        for model, named in by_name.items()
    })  # fmt: skip
    for model, named in by_name.items():
        for text, item in named.items():
            if item and item.pk not in held[model]:
                named[text] = None
        for key in by_key.get(model, {}).keys() - held[model]:
            del by_key[model][key]
