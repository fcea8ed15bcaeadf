"""Fourth stage: is each object right, and may this user write it?

The order of the tuple is DHIS2's: duplicates, the type's own rules, security, existence, content, uniqueness,
attributes, translations, uids. References were checked while they were resolved. All checks run for every object.
"""

from __future__ import annotations

from collections.abc import Callable

from dhis2api.objects.importer import checks, documents, uniqueness
from dhis2api.objects.importer.attribute_values import values_fit_types
from dhis2api.objects.importer.hooks import hooks_of
from dhis2api.objects.importer.preheat import Preheat
from dhis2api.objects.importer.records import Action, Bundle, ImportObject
from dhis2api.objects.registry import get_schema

# Checks of one object that is created or updated.
CONTENT: tuple[Callable[..., object], ...] = (
    checks.sharing_is_allowed,
    checks.exists_or_not,
    checks.content_fits_schema,
    documents.document_fits_schema,
    checks.attributes_are_assigned,
    checks.mandatory_attributes_present,
    checks.translations_are_single,
    checks.uid_is_well_formed,
)

# And of one whose collections or sharing alone change: what else is stored of it was judged when it was stored.
MEMBERS_ONLY: tuple[Callable[..., object], ...] = (
    checks.sharing_is_allowed,
    checks.exists_or_not,
    checks.named_content_fits_schema,
    checks.translations_are_single,
)


def validate(bundle: Bundle, heat: Preheat) -> None:
    """Add the faults of every object to it."""
    skip_content = bundle.params.skip_validation and bundle.principal.is_superuser
    for singular, objects in bundle.objects.items():
        schema = get_schema(singular)
        single = uniqueness.ids_are_single(schema, objects)
        for item in single:
            item.faults += checks.user_may(item, bundle, heat)
            if item.action is Action.DELETE:
                item.faults += checks.exists_or_not(item, bundle, heat)
        kept = [o for o in single if o.action is not Action.DELETE]
        for check_deletes in hooks_of(singular).check_deletes:
            check_deletes(bundle, [o for o in single if o.action is Action.DELETE])
        if skip_content:
            continue
        for item in kept:
            _check(item, bundle, heat)
        for check_all in hooks_of(singular).check_all:
            check_all(bundle, kept)
        uniqueness.unique_properties(schema, kept)
        uniqueness.unique_combinations(schema, kept)
        uniqueness.unique_attributes(schema, kept, heat)
        values_fit_types(bundle, kept, heat)
    for item in bundle.all_objects():
        item.faults.sort(key=lambda fault: fault.code.name or "")


def _check(item: ImportObject, bundle: Bundle, heat: Preheat) -> None:
    for check in hooks_of(item.schema.singular).checks:
        item.faults += check(item, bundle)
    for check in MEMBERS_ONLY if bundle.members_only else CONTENT:
        item.faults += check(item, bundle, heat)
