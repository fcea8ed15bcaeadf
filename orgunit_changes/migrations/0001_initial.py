"""The tables of change requests and of what goes with them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('metadata', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'orgunit_form',
            },
        ),
        migrations.CreateModel(
            name='FormVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.CharField(max_length=255)),
                ('questions', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='orgunit_changes.form')),
            ],
            options={
                'db_table': 'orgunit_form_version',
                'unique_together': {('form', 'version_id')},
            },
        ),
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('json', models.JSONField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField(db_index=True)),
                ('device_created_at', models.DateTimeField(blank=True, null=True)),
                ('device_updated_at', models.DateTimeField(blank=True, null=True)),
                ('deleted', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instances', to='orgunit_changes.form')),
                ('form_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgunit_changes.formversion')),
                ('org_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='metadata.organisationunit')),
            ],
            options={
                'db_table': 'orgunit_instance',
            },
        ),
        migrations.CreateModel(
            name='OrgUnitChangeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(unique=True)),
                ('status', models.CharField(choices=[('new', 'New'), ('validated', 'Validated'), ('rejected', 'Rejected')], default='new', max_length=20)),
                ('requested_fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('approved_fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('rejection_comment', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField(db_index=True)),
                ('updated_at', models.DateTimeField(db_index=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('new_name', models.CharField(blank=True, max_length=230, null=True)),
                ('new_group_count', models.PositiveIntegerField(default=0)),
                ('new_latitude', models.FloatField(blank=True, null=True)),
                ('new_longitude', models.FloatField(blank=True, null=True)),
                ('new_altitude', models.FloatField(blank=True, null=True)),
                ('new_location_accuracy', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True)),
                ('new_opening_date', models.DateField(blank=True, null=True)),
                ('new_closed_date', models.DateField(blank=True, null=True)),
                ('old_name', models.CharField(blank=True, max_length=230, null=True)),
                ('old_latitude', models.FloatField(blank=True, null=True)),
                ('old_longitude', models.FloatField(blank=True, null=True)),
                ('old_altitude', models.FloatField(blank=True, null=True)),
                ('old_opening_date', models.DateField(blank=True, null=True)),
                ('old_closed_date', models.DateField(blank=True, null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('new_groups', models.ManyToManyField(blank=True, db_table='orgunit_change_request_new_groups', related_name='+', to='metadata.organisationunitgroup')),
                ('new_parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='metadata.organisationunit')),
                ('new_reference_instances', models.ManyToManyField(blank=True, db_table='orgunit_change_request_new_instances', related_name='+', to='orgunit_changes.instance')),
                ('old_groups', models.ManyToManyField(blank=True, db_table='orgunit_change_request_old_groups', related_name='+', to='metadata.organisationunitgroup')),
                ('old_parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='metadata.organisationunit')),
                ('old_reference_instances', models.ManyToManyField(blank=True, db_table='orgunit_change_request_old_instances', related_name='+', to='orgunit_changes.instance')),
                ('org_unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='change_requests', to='metadata.organisationunit')),
                ('updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'orgunit_change_request',
            },
        ),
        migrations.CreateModel(
            name='AppliedChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('request_uuid', models.UUIDField()),
                ('org_unit_uid', models.CharField(db_index=True, max_length=11)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('applied_at', models.DateTimeField()),
                ('applied_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applied_changes', to='orgunit_changes.orgunitchangerequest')),
            ],
            options={
                'db_table': 'orgunit_applied_change',
            },
        ),
        migrations.CreateModel(
            name='OrgUnitType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('short_name', models.CharField(max_length=255)),
                ('depth', models.PositiveIntegerField(blank=True, null=True)),
                ('reference_forms', models.ManyToManyField(blank=True, related_name='+', to='orgunit_changes.form')),
            ],
            options={
                'db_table': 'orgunit_type',
            },
        ),
        migrations.AddField(
            model_name='orgunitchangerequest',
            name='new_org_unit_type',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='orgunit_changes.orgunittype'),
        ),
        migrations.AddField(
            model_name='orgunitchangerequest',
            name='old_org_unit_type',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='orgunit_changes.orgunittype'),
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('app_id', models.CharField(max_length=255, unique=True)),
                ('color', models.CharField(default='#2c6693', max_length=7)),
                ('needs_authentication', models.BooleanField(default=True)),
                ('is_default', models.BooleanField(default=False)),
                ('forms', models.ManyToManyField(blank=True, related_name='projects', to='orgunit_changes.form')),
            ],
            options={
                'db_table': 'orgunit_project',
            },
        ),
        migrations.AddField(
            model_name='orgunittype',
            name='projects',
            field=models.ManyToManyField(blank=True, related_name='org_unit_types', to='orgunit_changes.project'),
        ),
        migrations.AddField(
            model_name='instance',
            name='project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='orgunit_changes.project'),
        ),
        migrations.CreateModel(
            name='ReferenceInstance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orgunit_changes.form')),
                ('instance', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='references', to='orgunit_changes.instance')),
                ('org_unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reference_instances', to='metadata.organisationunit')),
            ],
            options={
                'db_table': 'orgunit_reference_instance',
            },
        ),
        migrations.CreateModel(
            name='SourceVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField(unique=True)),
                ('is_default', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'orgunit_source_version',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_default_source_version')],
            },
        ),
        migrations.CreateModel(
            name='OrgUnitProfile',
            fields=[
                ('org_unit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='change_profile', serialize=False, to='metadata.organisationunit')),
                ('uuid', models.UUIDField(unique=True)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('altitude', models.FloatField(blank=True, null=True)),
                ('org_unit_type', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='profiles', to='orgunit_changes.orgunittype')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgunit_changes.sourceversion')),
            ],
            options={
                'db_table': 'orgunit_profile',
            },
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_default_project'),
        ),
        migrations.AlterUniqueTogether(
            name='referenceinstance',
            unique_together={('org_unit', 'form')},
        ),
    ]
