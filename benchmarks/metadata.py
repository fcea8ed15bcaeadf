"""Metadata: import of new objects, the same again, and a long list of org units, at n and 10 n."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson
from django.db import connection, models, transaction

from benchmarks.cases import Case, print_cases
from benchmarks.measuring import measure
from dhis2api.objects.importer import MetadataImportParams, import_metadata
from dhis2api.objects.json_chunks import list_chunks
from dhis2api.objects.reading.context import ReadingContext
from dhis2api.objects.reading.listing import Selection, list_objects
from dhis2api.objects.registry import get_schema
from dhis2api.objects.uids import generate_uid
from metadata.models import (
    DataElement,
    DataElementGroup,
    DataElementGroupSet,
    OrganisationUnit,
    OrganisationUnitGroup,
)
from tests.harness.cluster import Cluster
from tests.harness.databases import OwnDatabase
from users.models import User

LEVELS = 6
FIELDS = "id,path,parent[id,name],organisationUnitGroups[id]"
# What the list costs PostgreSQL and orjson alone: one statement, one dump for each row.
RAW_LIST = """
    SELECT unit.uid, unit.path, parent.uid, parent.name,
        (SELECT coalesce(array_agg(found.uid), '{}') FROM metadata_organisationunitgroup found
         JOIN metadata_organisationunitgroup_organisation_units link ON link.organisationunitgroup_id = found.id
         WHERE link.organisationunit_id = unit.id)
    FROM metadata_organisationunit unit LEFT JOIN metadata_organisationunit parent ON parent.id = unit.parent_id
"""


def payload(size: int) -> dict[str, list[dict[str, Any]]]:
    """`size` objects: half of them org units of six levels, a third data elements, the rest groups and sets."""
    chance = random.Random(11)
    units = _units(size // 2, chance)
    elements = [_named("Element", number) | {
        "valueType": "NUMBER", "domainType": "AGGREGATE", "aggregationType": "SUM",
    } for number in range(size * 3 // 10)]  # fmt: skip
    groups = [_named("Group", number) | {"dataElements": _some(elements, chance)} for number in range(size // 10)]
    unit_groups = [
        _named("Unit group", number) | {"organisationUnits": _some(units, chance)} for number in range(size // 20)
    ]
    sets = [
        _named("Set", number) | {"dataElementGroups": _some(groups, chance)}
        for number in range(size - len(units) - len(elements) - len(groups) - len(unit_groups))
    ]
    return {
        "organisationUnits": units, "dataElements": elements, "dataElementGroups": groups,
        "organisationUnitGroups": unit_groups, "dataElementGroupSets": sets,
    }  # fmt: skip


def run(cluster: Cluster, sizes: tuple[int, ...]) -> None:
    """Measure all cases, each size in databases of its own, and print them."""
    print_cases("objects", [case for size in sizes for case in _cases(cluster, size)])


def _cases(cluster: Cluster, size: int) -> Iterator[Case]:
    body = payload(size)
    with OwnDatabase(cluster):
        known = {model: set(model._base_manager.values_list("pk", flat=True)) for model in _models()}
        first = measure(lambda: _import(body, "created"), prepare=_warm)
        again = measure(lambda: _import(body, "updated"), prepare=_warm)
        rows = [list(model._base_manager.exclude(pk__in=keys)) for model, keys in known.items()]
        shown = measure(_list, prepare=_warm)
        raw = measure(_raw_list)
    with OwnDatabase(cluster):
        created = measure(lambda: _create(rows))
    if shown.result != raw.result:
        raise AssertionError(f"{shown.result} units listed, expected {raw.result}")
    yield Case("import, new objects", size, first, created)
    yield Case("import, unchanged", size, again, first)
    yield Case("list of org units", raw.result, shown, raw)


def _models() -> list[type[models.Model]]:
    """The models and the tables between them, owners first."""
    own = [OrganisationUnit, DataElement, DataElementGroup, OrganisationUnitGroup, DataElementGroupSet]
    return own + [field.remote_field.through for model in own for field in model._meta.local_many_to_many]


def _import(body: dict[str, Any], kind: str) -> None:
    report = import_metadata(body, params=MetadataImportParams(), user=_admin())
    size = sum(len(objects) for objects in body.values())
    if getattr(report.stats, kind) != size:
        raise AssertionError(f"{report.stats}, expected {size} {kind}: {report.errors()[:3]}")


def _create(rows: list[list[models.Model]]) -> None:
    with transaction.atomic():
        for found in rows:
            if found:
                type(found[0])._base_manager.bulk_create(found, batch_size=2_000)


def _list() -> int:
    schema = get_schema("organisationUnit")
    context = ReadingContext(_admin().principal, "http://localhost/api")
    page = list_objects(schema, Selection(FIELDS), context, streams=True)
    return sum(chunk.count(b'"path"') for chunk in list_chunks({}, schema.plural, page.objects))


def _raw_list() -> int:
    with connection.cursor() as cursor:
        cursor.execute(RAW_LIST)
        lines = [
            orjson.dumps({
                "id": uid, "path": path, "parent": {"id": parent, "name": name},
                "organisationUnitGroups": [{"id": group} for group in groups],
            })
            for uid, path, parent, name, groups in cursor
        ]  # fmt: skip
    return len(lines)


def _warm() -> None:
    """Connect and import everything that the first call would."""
    import_metadata({}, params=MetadataImportParams(), user=_admin())


def _admin() -> User:
    return User.objects.get(username="admin")


def _units(count: int, chance: random.Random) -> list[dict[str, Any]]:
    levels: list[list[dict[str, Any]]] = [[] for _ in range(LEVELS)]
    for number in range(count):
        level = 0 if number == 0 else min(LEVELS - 1, 1 + number * (LEVELS - 1) // count)
        unit = _named("Unit", number) | {"openingDate": "2020-01-01"}
        if level:
            unit["parent"] = {"id": chance.choice(levels[level - 1] or levels[0])["id"]}
        levels[level].append(unit)
    return [unit for level in levels for unit in level]


def _named(kind: str, number: int) -> dict[str, Any]:
    return {"id": generate_uid(), "name": f"{kind} {number} of the benchmark", "shortName": f"{kind} {number}"}


def _some(objects: list[dict[str, Any]], chance: random.Random) -> list[dict[str, str]]:
    return [{"id": found["id"]} for found in chance.sample(objects, min(20, len(objects)))]
