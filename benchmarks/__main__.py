"""`python -m benchmarks [--quick]`: on an embedded PostgreSQL of its own, with the demo's metadata."""

from __future__ import annotations

import argparse
import os
import sys

PARTS = (
    "metadata",
    "datastore",
    "users",
    "datavalues",
    "scale",
    "clients",
    "tracker",
    "tracker-reads",
    "tracker-rules",
    "orgunit-changes",
    "analytics",
    "validation",
    "predictors",
)


def main() -> None:
    """Start the servers, run everything, print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--only", choices=PARTS, help="one of the parts")
    parser.add_argument("--values", type=int, help="of `analytics`: so many data values, and no other number")
    arguments = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 - needs the settings that are named above

    django.setup()
    from benchmarks import (  # noqa: PLC0415 - models exist after the set-up
        analytics,
        clients,
        datastore,
        datavalues,
        metadata,
        orgunit_changes,
        predictors,
        scale,
        tracker,
        tracker_reads,
        tracker_rules,
        users,
        validation,
    )
    from tests.harness.cluster import Cluster  # noqa: PLC0415 - models exist after the set-up
    from tests.harness.databases import OwnDatabase  # noqa: PLC0415 - models exist after the set-up

    cluster = Cluster()
    try:
        cluster.start()
        factor = 10 if arguments.quick else 1
        if arguments.only in (None, "metadata"):
            metadata.run(cluster, sizes=(2_000 // factor, 20_000 // factor))
        if arguments.only in (None, "datastore"):
            datastore.run(cluster, sizes=(1_000 // factor, 10_000 // factor))
        if arguments.only in (None, "users"):
            users.run(cluster, sizes=(30_000 // factor, 300_000 // factor))
        if arguments.only in (None, "datavalues"):
            sizes, exports = (100_000 // factor, 1_000_000 // factor), (100_000 // factor, 1_000_000 // factor)
            with OwnDatabase(cluster):
                datavalues.run(sizes=sizes, exports=exports)
        if arguments.only in (None, "scale"):
            with OwnDatabase(cluster):
                scale.run(size=1_000_000 // factor, present=10_000_000 // factor)
        if arguments.only in (None, "clients"):
            with OwnDatabase(cluster) as database:
                clients.run(database, requests=40 // factor)
        if arguments.only in (None, "tracker"):
            with OwnDatabase(cluster):
                tracker.run(sizes=(4_000 // factor, 40_000 // factor), total=1_000_000 // factor)
        if arguments.only in (None, "tracker-reads"):
            with OwnDatabase(cluster):
                tracker_reads.run(people=500_000 // factor)
        if arguments.only in (None, "tracker-rules"):
            with OwnDatabase(cluster):
                tracker_rules.run(sizes=(1_000 // factor, 10_000 // factor))
        if arguments.only in (None, "orgunit-changes"):
            orgunit_changes.run(cluster, sizes=(500, 5_000), uploads=500 // factor)
        if arguments.only in (None, "analytics"):
            values = (arguments.values,) if arguments.values else (1_000_000 // factor, 10_000_000 // factor)
            with OwnDatabase(cluster) as database:
                analytics.run(database, sizes=values)
        if arguments.only in (None, "validation"):
            validation.run(cluster, sizes=(1_000 // factor // 10, 1_000 // factor))
        if arguments.only in (None, "predictors"):
            predictors.run(cluster, sizes=(1_000 // factor // 10, 1_000 // factor))
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
