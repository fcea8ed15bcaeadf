"""What synchronization remembers, and the trigger that leaves a note of deleted completeness registrations."""

import django.db.models.deletion
from django.db import migrations, models

# Only where there is somebody to be told, or was: before any remote everything is yet to be pushed anyway.
NOTE_REMOVALS = """
    CREATE FUNCTION note_removed_registration() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO synchronization_removedregistration
            (data_set_id, period_id, organisation_unit_id, attribute_option_combo_id)
        SELECT data_set_id, period_id, organisation_unit_id, attribute_option_combo_id FROM removed
        WHERE EXISTS (SELECT FROM configuration_systemsetting WHERE name = 'keyRemoteInstanceUrl')
            OR EXISTS (SELECT FROM synchronization_knownremote);
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_removed_registration AFTER DELETE ON datavalues_completedatasetregistration
        REFERENCING OLD TABLE AS removed
        FOR EACH STATEMENT EXECUTE FUNCTION note_removed_registration();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("datavalues", "0001_initial"), ("configuration", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='KnownRemote',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('url', models.CharField(max_length=2000, unique=True)),
                ('values_until', models.DateTimeField(null=True)),
                ('completions_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RemovedRegistration',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('data_set_id', models.BigIntegerField()),
                ('period_id', models.BigIntegerField()),
                ('organisation_unit_id', models.BigIntegerField()),
                ('attribute_option_combo_id', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ValuePush',
            fields=[
                ('remote', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='synchronization.knownremote')),
                ('last', models.DateTimeField()),
                ('reads_from', models.DateTimeField()),
                ('started', models.DateTimeField()),
                ('after', models.JSONField(null=True)),
                ('pushed', models.BigIntegerField(default=0)),
                ('refused_pages', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='MetadataVersion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.CharField(max_length=11, unique=True)),
                ('name', models.CharField(max_length=230, unique=True)),
                ('type', models.CharField(choices=[('BEST_EFFORT', 'Best Effort'), ('ATOMIC', 'Atomic')], max_length=11)),
                ('created', models.DateTimeField()),
                ('last_updated', models.DateTimeField()),
                ('import_date', models.DateTimeField(null=True)),
                ('hash_code', models.CharField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['created', 'id'], name='metadata_version_created')],
            },
        ),
        migrations.CreateModel(
            name='PushedObject',
            fields=[
                ('pk', models.CompositePrimaryKey('remote_id', 'kind', 'object_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.SmallIntegerField(choices=[(1, 'Tracked Entity'), (2, 'Event'), (3, 'Relationship')])),
                ('object_id', models.BigIntegerField()),
                ('version', models.DateTimeField()),
                ('pushed_at', models.DateTimeField()),
                ('remote', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='synchronization.knownremote')),
            ],
        ),
        migrations.RunSQL(NOTE_REMOVALS, "DROP FUNCTION note_removed_registration CASCADE"),
    ]
