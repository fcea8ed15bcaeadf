"""The tables of individual data. That of attribute values is written by hand: a composite key, indexes on expressions."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


# No foreign keys: docs/decisions.md says what protects references instead, and what keys would cost.
ATTRIBUTE_VALUES = """
    CREATE TABLE tracked_entity_attribute_value (
        tracked_entity_id bigint NOT NULL,
        attribute_id bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        value text NOT NULL,
        stored_by text,
        created_by_id bigint,
        -- of unique attributes: what no other tracked entity may have, the lower-case value within its scope
        unique_key text,
        -- of attributes that a program or type searches by: see tracker/pieces.py
        pieces integer[],
        PRIMARY KEY (tracked_entity_id, attribute_id)
    );
    -- `eq` and `sw`; long values are compared by their beginning first
    CREATE INDEX tracked_entity_attribute_value_text
        ON tracked_entity_attribute_value (attribute_id, lower(left(value, 100)) text_pattern_ops);
    CREATE UNIQUE INDEX tracked_entity_attribute_value_unique
        ON tracked_entity_attribute_value (attribute_id, unique_key) WHERE unique_key IS NOT NULL;

    CREATE INDEX tracked_entity_attribute_value_pieces
        ON tracked_entity_attribute_value USING gin (pieces) WHERE pieces IS NOT NULL;
"""
DROP_ATTRIBUTE_VALUES = "DROP TABLE tracked_entity_attribute_value"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('files', '0001_initial'),
        ('metadata', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=11)),
                ('username', models.CharField(max_length=255)),
                ('first_name', models.TextField()),
                ('surname', models.TextField()),
            ],
            options={
                'db_table': 'tracker_author',
                'constraints': [models.UniqueConstraint(fields=('uid', 'username', 'first_name', 'surname'), name='tracker_author_once')],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('geometry', models.JSONField(null=True)),
                ('deleted', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('created_at_client', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('updated_at_client', models.DateTimeField(null=True)),
                ('stored_by', models.TextField(null=True)),
                ('status', models.CharField(choices=[('ACTIVE', 'Active'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled')], default='ACTIVE', max_length=9)),
                ('enrolled_at', models.DateTimeField()),
                ('occurred_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('completed_by', models.TextField(null=True)),
                ('follow_up', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('organisation_unit', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.organisationunit')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.program')),
                ('updated_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
            ],
            options={
                'db_table': 'enrollment',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('geometry', models.JSONField(null=True)),
                ('deleted', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('created_at_client', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('updated_at_client', models.DateTimeField(null=True)),
                ('stored_by', models.TextField(null=True)),
                ('status', models.CharField(choices=[('ACTIVE', 'Active'), ('COMPLETED', 'Completed'), ('SCHEDULE', 'Schedule'), ('OVERDUE', 'Overdue'), ('SKIPPED', 'Skipped')], default='ACTIVE', max_length=9)),
                ('occurred_at', models.DateTimeField(null=True)),
                ('scheduled_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('completed_by', models.TextField(null=True)),
                ('follow_up', models.BooleanField(default=False)),
                ('data_values', models.JSONField(default=dict)),
                ('assigned_user', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('attribute_option_combo', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.categoryoptioncombo')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.enrollment')),
                ('organisation_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.organisationunit')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.program')),
                ('program_stage', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.programstage')),
                ('updated_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
            ],
            options={
                'db_table': 'event',
            },
        ),
        migrations.CreateModel(
            name='TemporaryOwnerAudit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracked_entity_uid', models.CharField(max_length=11)),
                ('program_uid', models.CharField(max_length=11)),
                ('username', models.CharField(max_length=255)),
                ('reason', models.TextField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'temporary_owner_audit',
                'indexes': [models.Index(fields=['tracked_entity_uid'], name='temporary_owner_audit_of')],
            },
        ),
        migrations.CreateModel(
            name='TrackedEntity',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('geometry', models.JSONField(null=True)),
                ('deleted', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('created_at_client', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('updated_at_client', models.DateTimeField(null=True)),
                ('stored_by', models.TextField(null=True)),
                ('inactive', models.BooleanField(default=False)),
                ('potential_duplicate', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('organisation_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.organisationunit')),
                ('tracked_entity_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.trackedentitytype')),
                ('updated_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
            ],
            options={
                'db_table': 'tracked_entity',
            },
        ),
        migrations.CreateModel(
            name='TemporaryOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('valid_till', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.program')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'temporary_owner',
            },
        ),
        migrations.CreateModel(
            name='Relationship',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('key', models.TextField()),
                ('deleted', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('created_at_client', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('from_enrollment', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.enrollment')),
                ('from_event', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.event')),
                ('relationship_type', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.relationshiptype')),
                ('to_enrollment', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.enrollment')),
                ('to_event', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.event')),
                ('from_tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
                ('to_tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'relationship',
            },
        ),
        migrations.CreateModel(
            name='ProgramOwnerHistory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start_date', models.DateTimeField()),
                ('end_date', models.DateTimeField()),
                ('created_by', models.TextField(null=True)),
                ('organisation_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.organisationunit')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.program')),
                ('tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'program_owner_history',
            },
        ),
        migrations.CreateModel(
            name='ProgramOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('created_by', models.TextField(null=True)),
                ('organisation_unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.organisationunit')),
                ('program', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.program')),
                ('tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'program_owner',
            },
        ),
        migrations.AddField(
            model_name='event',
            name='tracked_entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity'),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='tracked_entity',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity'),
        ),
        migrations.CreateModel(
            name='AttributeChangeLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(max_length=6)),
                ('previous_value', models.TextField(null=True)),
                ('current_value', models.TextField(null=True)),
                ('created_at', models.DateTimeField()),
                ('attribute', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.trackedentityattribute')),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'tracked_entity_change_log',
            },
        ),
        migrations.CreateModel(
            name='TrackerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.trackedentityattribute')),
                ('data_element', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.dataelement')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.event')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.fileresource')),
                ('tracked_entity', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.trackedentity')),
            ],
            options={
                'db_table': 'tracker_file',
            },
        ),
        migrations.CreateModel(
            name='EventChangeLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=11, null=True)),
                ('type', models.CharField(max_length=6)),
                ('previous_value', models.TextField(null=True)),
                ('current_value', models.TextField(null=True)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('data_element', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='metadata.dataelement')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.event')),
            ],
            options={
                'db_table': 'event_change_log',
                'indexes': [models.Index(fields=['event'], name='event_change_log_of')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('value', models.TextField()),
                ('stored_at', models.DateTimeField()),
                ('stored_by', models.TextField(null=True)),
                ('created_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.author')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.enrollment')),
                ('event', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.event')),
            ],
            options={
                'db_table': 'tracker_note',
                'indexes': [models.Index(condition=models.Q(('enrollment__isnull', False)), fields=['enrollment'], name='note_enrollment'), models.Index(condition=models.Q(('event__isnull', False)), fields=['event'], name='note_event')],
                'constraints': [models.CheckConstraint(condition=models.Q(('enrollment', None), ('event', None), _connector='XOR'), name='note_of_one_object')],
            },
        ),
        migrations.CreateModel(
            name='ReservedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField()),
                ('value', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('expiry_date', models.DateTimeField()),
                ('attribute', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.trackedentityattribute')),
            ],
            options={
                'db_table': 'reserved_value',
                'indexes': [models.Index(fields=['expiry_date'], name='reserved_value_expiry')],
                'constraints': [models.UniqueConstraint(models.F('attribute'), django.db.models.functions.text.Lower('value'), name='reserved_value_once')],
            },
        ),
        migrations.CreateModel(
            name='RuleMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template_uid', models.CharField(max_length=11)),
                ('created_at', models.DateTimeField()),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tracker.enrollment')),
            ],
            options={
                'db_table': 'program_rule_message',
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'template_uid'), name='program_rule_message_once')],
            },
        ),
        migrations.CreateModel(
            name='SequentialCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.TextField()),
                ('counter', models.BigIntegerField()),
                ('attribute', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='metadata.trackedentityattribute')),
            ],
            options={
                'db_table': 'sequential_counter',
                'constraints': [models.UniqueConstraint(fields=('attribute', 'key'), name='sequential_counter_once')],
            },
        ),
        migrations.AddIndex(
            model_name='trackedentity',
            index=models.Index(fields=['tracked_entity_type', 'id'], name='tracked_entity_type'),
        ),
        migrations.AddIndex(
            model_name='trackedentity',
            index=models.Index(fields=['organisation_unit'], name='tracked_entity_org_unit'),
        ),
        migrations.AddIndex(
            model_name='trackedentity',
            index=models.Index(fields=['updated_at'], name='tracked_entity_updated'),
        ),
        migrations.AddIndex(
            model_name='temporaryowner',
            index=models.Index(fields=['user', 'tracked_entity', 'program'], name='temporary_owner_of'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('from_tracked_entity__isnull', False)), fields=['from_tracked_entity'], name='related_from_tracked_entity'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('from_enrollment__isnull', False)), fields=['from_enrollment'], name='related_from_enrollment'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('from_event__isnull', False)), fields=['from_event'], name='related_from_event'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('to_tracked_entity__isnull', False)), fields=['to_tracked_entity'], name='related_to_tracked_entity'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('to_enrollment__isnull', False)), fields=['to_enrollment'], name='related_to_enrollment'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(condition=models.Q(('to_event__isnull', False)), fields=['to_event'], name='related_to_event'),
        ),
        migrations.AddIndex(
            model_name='relationship',
            index=models.Index(fields=['updated_at'], name='relationship_updated'),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted', False)), fields=('key',), name='relationship_once'),
        ),
        migrations.AddIndex(
            model_name='programownerhistory',
            index=models.Index(fields=['tracked_entity', 'program'], name='program_owner_history_of'),
        ),
        migrations.AddIndex(
            model_name='programowner',
            index=models.Index(fields=['program', 'organisation_unit'], name='program_owner_org_unit'),
        ),
        migrations.AddConstraint(
            model_name='programowner',
            constraint=models.UniqueConstraint(fields=('tracked_entity', 'program'), name='program_owner_once'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['enrollment'], name='event_enrollment'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['program', 'id'], name='event_program'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['program_stage', 'id'], name='event_program_stage'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('tracked_entity', None)), fields=['organisation_unit', 'program'], name='event_org_unit'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('assigned_user__isnull', False)), fields=['assigned_user'], name='event_assigned_user'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['updated_at'], name='event_updated'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['tracked_entity', 'program'], name='enrollment_tracked_entity'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['program', 'id'], name='enrollment_program'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['updated_at'], name='enrollment_updated'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(condition=models.Q(('tracked_entity', None)), fields=('program',), name='enrollment_of_event_program'),
        ),
        migrations.AddIndex(
            model_name='attributechangelog',
            index=models.Index(fields=['tracked_entity', 'attribute'], name='tracked_entity_change_log_of'),
        ),
        migrations.AddConstraint(
            model_name='trackerfile',
            constraint=models.UniqueConstraint(fields=('tracked_entity', 'attribute'), name='tracker_file_of_attribute'),
        ),
        migrations.AddConstraint(
            model_name='trackerfile',
            constraint=models.UniqueConstraint(fields=('event', 'data_element'), name='tracker_file_of_data_element'),
        ),
        migrations.RunSQL(ATTRIBUTE_VALUES, DROP_ATTRIBUTE_VALUES),
    ]
