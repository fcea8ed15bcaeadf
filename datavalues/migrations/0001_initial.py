"""The value table, written by hand: plain integers, a composite key, and one index for incremental sync."""

import django.db.models.deletion
from django.conf import settings
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

# What a statement really replaced, whoever was quicker: a trigger sees it, a look beforehand would not. Statements that
# only insert do not fire it. The values' writer stands in `stored_by`. Source: DHIS2 2.42, audits of data values.
# A session plans the trigger's statement once, mostly for a single row: a nested loop would then be kept for the next
# 100,000 rows, and compare each of them with every other.
AUDIT = """
    CREATE TABLE datavalue_audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        data_element_id integer NOT NULL,
        period_id integer NOT NULL,
        organisation_unit_id integer NOT NULL,
        category_option_combo_id integer NOT NULL,
        attribute_option_combo_id integer NOT NULL,
        audit_type text NOT NULL,
        created timestamptz NOT NULL,
        value text,
        modified_by text
    );
    CREATE INDEX datavalue_audit_key ON datavalue_audit (data_element_id, period_id, organisation_unit_id);

    CREATE FUNCTION audit_datavalue() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
    BEGIN
        IF current_setting('dhis2api.skip_audit', true) = 'on' THEN
            RETURN NULL;
        END IF;
        INSERT INTO datavalue_audit (
            data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id,
            audit_type, created, value, modified_by
        )
        SELECT data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id,
               CASE WHEN replaced.deleted THEN 'CREATE' WHEN written.deleted THEN 'DELETE' ELSE 'UPDATE' END,
               written.last_updated,
               CASE WHEN replaced.deleted THEN written.value ELSE replaced.value END,
               written.stored_by
        FROM replaced JOIN written USING (
            data_element_id, period_id, organisation_unit_id, category_option_combo_id, attribute_option_combo_id
        )
        WHERE replaced.deleted <> written.deleted
           OR NOT written.deleted AND replaced.value IS DISTINCT FROM written.value;
        RETURN NULL;
    END $$;
    CREATE TRIGGER audit_datavalue AFTER UPDATE ON datavalue
        REFERENCING OLD TABLE AS replaced NEW TABLE AS written
        FOR EACH STATEMENT EXECUTE FUNCTION audit_datavalue();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("metadata", "0001_initial"), ("files", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.RunSQL(DATAVALUE, "DROP TABLE datavalue"),
        migrations.RunSQL(AUDIT, "DROP TABLE datavalue_audit; DROP FUNCTION audit_datavalue CASCADE"),
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
        migrations.CreateModel(
            name='DataApprovalAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('APPROVE', 'Approve'), ('UNAPPROVE', 'Unapprove'), ('ACCEPT', 'Accept'), ('UNACCEPT', 'Unaccept')], max_length=10)),
                ('created', models.DateTimeField()),
                ('attribute_option_combo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.categoryoptioncombo')),
                ('creator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('level', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.dataapprovallevel')),
                ('organisation_unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.organisationunit')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.period')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.dataapprovalworkflow')),
            ],
        ),
        migrations.CreateModel(
            name='DataApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('accepted', models.BooleanField(default=False)),
                ('created', models.DateTimeField()),
                ('last_updated', models.DateTimeField()),
                ('attribute_option_combo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.categoryoptioncombo')),
                ('creator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('last_updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('level', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.dataapprovallevel')),
                ('organisation_unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.organisationunit')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.period')),
                ('workflow', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.dataapprovalworkflow')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('workflow', 'period', 'organisation_unit', 'attribute_option_combo', 'level'), name='data_approval_once')],
            },
        ),
        migrations.CreateModel(
            name='LockException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created', models.DateTimeField()),
                ('data_set', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.dataset')),
                ('organisation_unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.organisationunit')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.period')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('data_set', 'period', 'organisation_unit'), name='lock_exception_once')],
            },
        ),
        migrations.CreateModel(
            name='MinMaxDataElement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('min', models.IntegerField()),
                ('max', models.IntegerField()),
                ('generated', models.BooleanField(default=False)),
                ('data_element', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.dataelement')),
                ('option_combo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.categoryoptioncombo')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.organisationunit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('data_element', 'source', 'option_combo'), name='min_max_once'), models.CheckConstraint(condition=models.Q(('min__lt', models.F('max'))), name='min_max_in_order')],
            },
        ),
        migrations.CreateModel(
            name='DataValueFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute_option_combo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.categoryoptioncombo')),
                ('category_option_combo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.categoryoptioncombo')),
                ('data_element', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.dataelement')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.fileresource')),
                ('organisation_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.organisationunit')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metadata.period')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=['data_element', 'period', 'organisation_unit', 'category_option_combo', 'attribute_option_combo'], name='data_value_file_once')],
            },
        ),
    ]
