"""Operations of migrations in groups: what is grouped, and what must not be."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField, AddIndex, AlterUniqueTogether, CreateModel, RunSQL
from django.db.migrations.operations.base import Operation

from dhis2api.migrating import Together, put_together


def make(name: str) -> CreateModel:
    return CreateModel(name, [("id", models.BigAutoField(primary_key=True))])


def add(model: str) -> AddField:
    return AddField(model, "added", models.IntegerField())


def groups(*operations: Operation) -> list[int]:
    """The sizes of the groups; 0 for an operation that stays alone."""
    return [len(one.operations) if isinstance(one, Together) else 0 for one in put_together(operations)]


def test_tables_are_made_in_one_group() -> None:
    assert groups(make("One"), make("Two"), add("Other"), AddIndex("Other", models.Index("added", name="i"))) == [4]


def test_a_field_of_a_table_of_the_group_begins_another() -> None:
    """The table is made as its model stands after the group: the column would be made twice."""
    assert groups(make("One"), make("Two"), add("One"), add("Two")) == [2, 2]


def test_the_same_constraint_changed_twice_makes_two_groups() -> None:
    assert groups(AlterUniqueTogether("One", {("a", "b")}), AlterUniqueTogether("One", {("a",)})) == [1, 1]


def test_other_operations_stay_alone() -> None:
    assert groups(make("One"), RunSQL("SELECT 1"), make("Two")) == [1, 0, 1]


def test_all_our_operations_stay_in_their_order() -> None:
    for migration in MigrationLoader(None).disk_migrations.values():
        grouped = put_together(migration.operations)
        flat = [inner for one in grouped for inner in (one.operations if isinstance(one, Together) else [one])]

        assert flat == migration.operations


def test_the_migrated_database_has_the_columns_and_indexes_of_the_models(db: None) -> None:
    """The template was migrated in groups."""
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                columns = {
                    one.name for one in connection.introspection.get_table_description(cursor, model._meta.db_table)
                }
                found = connection.introspection.get_constraints(cursor, model._meta.db_table)
                assert {field.column for field in model._meta.local_concrete_fields} == columns
                assert {index.name for index in model._meta.indexes} <= found.keys()
                assert {constraint.name for constraint in model._meta.constraints} <= found.keys()
