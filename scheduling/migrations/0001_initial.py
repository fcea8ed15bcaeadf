"""Jobs, their payloads and their logs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('created', models.DateTimeField()),
                ('last_updated', models.DateTimeField()),
                ('translations', models.JSONField(blank=True, default=list)),
                ('attribute_values', models.JSONField(blank=True, default=dict)),
                ('name', models.CharField(max_length=230)),
                ('type', models.CharField(max_length=60)),
                ('scheduling_type', models.CharField(default='ONCE_ASAP', max_length=50)),
                ('cron_expression', models.CharField(blank=True, max_length=255, null=True)),
                ('delay', models.IntegerField(blank=True, null=True)),
                ('parameters', models.JSONField(blank=True, null=True)),
                ('enabled', models.BooleanField(default=True)),
                ('configurable', models.BooleanField(default=False)),
                ('is_system', models.BooleanField(default=False)),
                ('queue', models.CharField(choices=[('short', 'Short'), ('long', 'Long')], max_length=20)),
                ('alone', models.BooleanField(default=True)),
                ('status', models.CharField(choices=[('RESTING', 'Resting'), ('QUEUED', 'Queued'), ('RUNNING', 'Running'), ('COMPLETED', 'Completed'), ('FAILED', 'Failed'), ('STOPPED', 'Stopped')], default='QUEUED', max_length=20)),
                ('job_status', models.GeneratedField(db_persist=True, expression=models.Case(models.When(status='RUNNING', then=models.Value('RUNNING')), models.When(status='QUEUED', then=models.Value('SCHEDULED')), models.When(models.Q(models.Q(('status', 'RESTING'), _negated=True), ('enabled', False), _connector='OR'), then=models.Value('DISABLED')), models.When(scheduling_type='ONCE_ASAP', then=models.Value('NOT_STARTED')), default=models.Value('SCHEDULED')), output_field=models.CharField(blank=True, max_length=50, null=True))),
                ('last_executed_status', models.CharField(default='NOT_STARTED', max_length=50)),
                ('body_format', models.CharField(default='', max_length=60)),
                ('version', models.IntegerField(null=True)),
                ('user_uid', models.CharField(blank=True, max_length=11, null=True)),
                ('attempt', models.IntegerField(default=0)),
                ('worker', models.CharField(default='', max_length=255)),
                ('crashes', models.IntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_alive', models.DateTimeField(blank=True, null=True)),
                ('started', models.DateTimeField(blank=True, null=True)),
                ('finished', models.DateTimeField(blank=True, null=True)),
                ('slot', models.DateTimeField(null=True)),
                ('queue_name', models.CharField(blank=True, max_length=50, null=True)),
                ('queue_position', models.IntegerField(blank=True, null=True)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('error', models.TextField(null=True)),
                ('error_codes', models.CharField(blank=True, max_length=1023, null=True)),
                ('errors', models.TextField(null=True)),
                ('summary', models.TextField(null=True)),
                ('progress', models.TextField(null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('last_updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'job',
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.CharField(max_length=11)),
                ('level', models.CharField(choices=[('OFF', 'Off'), ('DEBUG', 'Debug'), ('LOOP', 'Loop'), ('INFO', 'Info'), ('WARN', 'Warn'), ('ERROR', 'Error')], max_length=5)),
                ('time', models.DateTimeField()),
                ('message', models.TextField()),
                ('completed', models.BooleanField(default=False)),
                ('data', models.JSONField(null=True)),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='scheduling.job')),
            ],
            options={
                'db_table': 'job_notification',
            },
        ),
        migrations.CreateModel(
            name='PayloadChunk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('data', models.BinaryField()),
                ('job', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='scheduling.job')),
            ],
            options={
                'db_table': 'job_payload',
            },
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('status', 'QUEUED')), fields=['queue', 'id'], name='job_queued'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('status', 'RUNNING')), fields=['lease_until'], name='job_running'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('status', 'RESTING')), fields=['id'], name='job_resting'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(fields=['type', 'id'], name='job_type'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('alone', True), ('status', 'RUNNING')), fields=('type',), name='job_alone_in_its_type'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'RUNNING')), fields=('type', 'user_uid'), name='job_one_of_a_user_and_type'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.UniqueConstraint(condition=models.Q(('configurable', True), ('is_system', True), _connector='OR'), fields=('name',), name='job_name_of_configured'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['job', 'id'], name='job_notification_log'),
        ),
        migrations.AddConstraint(
            model_name='payloadchunk',
            constraint=models.UniqueConstraint(fields=('job', 'position'), name='job_payload_position'),
        ),
    ]
