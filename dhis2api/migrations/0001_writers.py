"""The writers that incremental sync must know of: when each took its stamp, and when what it wrote became visible."""

from django.db import migrations

from dhis2api.objects.writers import LOCK

# The trigger runs at the commit. The lock ends when the writer's rows are visible, not before.
#
# One writer in a hundred sweeps: after ten minutes, those that began in one second become one row for all of them;
# after a month they are forgotten, since who pulls more rarely has everything anew.
WRITERS = f"""
    CREATE TABLE writer (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        started timestamptz NOT NULL,
        closed timestamptz,
        transaction xid8 DEFAULT pg_current_xact_id(),
        merged boolean NOT NULL DEFAULT false
    );
    CREATE INDEX writer_closed ON writer (closed, started);
    CREATE INDEX writer_transaction ON writer (transaction);
    CREATE FUNCTION close_writer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.id % 100 = 0 THEN
            DELETE FROM writer WHERE id IN (
                SELECT id FROM writer WHERE closed < NEW.started - interval '30 days' FOR UPDATE SKIP LOCKED
            );
            WITH gone AS (
                DELETE FROM writer WHERE id IN (
                    SELECT id FROM writer WHERE closed < NEW.started - interval '10 minutes' AND NOT merged
                    ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 10000
                ) RETURNING started, closed
            )
            INSERT INTO writer (started, closed, merged, transaction)
            SELECT min(started), max(closed), true, NULL FROM gone GROUP BY date_trunc('second', started);
        END IF;
        PERFORM pg_advisory_xact_lock_shared({LOCK});
        UPDATE writer SET closed = clock_timestamp() WHERE id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER close_writer AFTER INSERT ON writer
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.closed IS NULL) EXECUTE FUNCTION close_writer();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [migrations.RunSQL(WRITERS, "DROP TABLE writer; DROP FUNCTION close_writer()")]
