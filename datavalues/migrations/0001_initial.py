"""The value table, written by hand: plain integers, a composite key, and one index for incremental sync."""

import django.db.models.deletion
from django.db import migrations, models

# No foreign keys: docs/decisions.md says what protects the references instead, and what keys would cost.
DATAVALUE = """
    CREATE TABLE datavalue (
        data_element_id integer NOT NULL,
        period_id integer NOT NULL,
        organisation_unit_id integer NOT NULL,
        category_option_combo_id integer NOT NULL,
        attribute_option_combo_id integer NOT NULL,
        followup boolean NOT NULL DEFAULT false,
        deleted boolean NOT NULL DEFAULT false,
        created timestamptz NOT NULL,
        last_updated timestamptz NOT NULL,
        value text,
        comment text,
        stored_by text,
        PRIMARY KEY (
            data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id
        )
    );
    CREATE INDEX datavalue_last_updated ON datavalue (last_updated);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("metadata", "0001_initial")]

    operations = [
        migrations.RunSQL(DATAVALUE, "DROP TABLE datavalue"),
        migrations.CreateModel(
            name="CompleteDataSetRegistration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("completed", models.BooleanField(default=True)),
                ("date", models.DateField()),
                ("stored_by", models.CharField(max_length=255, null=True)),
                ("last_updated_by", models.CharField(max_length=255, null=True)),
                ("last_updated", models.DateTimeField()),
                (
                    "attribute_option_combo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metadata.categoryoptioncombo",
                    ),
                ),
                (
                    "data_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metadata.dataset"
                    ),
                ),
                (
                    "organisation_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="metadata.organisationunit"
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metadata.period"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("data_set", "period", "organisation_unit", "attribute_option_combo"),
                        name="complete_data_set_registration_once",
                    )
                ],
            },
        ),
    ]
