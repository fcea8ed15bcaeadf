"""`python -m benchmarks [--quick]`: on an embedded PostgreSQL of its own, with the demo's metadata."""

from __future__ import annotations

import argparse
import os
import sys


def main() -> None:
    """Start the servers, run everything, print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--only", choices=("datastore", "datavalues", "metadata", "users"), help="one of the parts")
    arguments = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # noqa: PLC0415 - needs the settings that are named above

    django.setup()
    from benchmarks import datastore, datavalues, metadata, users  # noqa: PLC0415 - models exist after the set-up
    from tests.harness.cluster import Cluster  # noqa: PLC0415 - models exist after the set-up
    from tests.harness.databases import OwnDatabase  # noqa: PLC0415 - models exist after the set-up

    cluster = Cluster()
    try:
        cluster.start()
        scale = 10 if arguments.quick else 1
        if arguments.only in (None, "metadata"):
            metadata.run(cluster, sizes=(2_000 // scale, 20_000 // scale))
        if arguments.only in (None, "datastore"):
            datastore.run(cluster, sizes=(1_000 // scale, 10_000 // scale))
        if arguments.only in (None, "users"):
            users.run(cluster, sizes=(30_000 // scale, 300_000 // scale))
        if arguments.only in (None, "datavalues"):
            sizes, exports = (100_000 // scale, 1_000_000 // scale), (100_000 // scale, 1_000_000 // scale)
            with OwnDatabase(cluster):
                datavalues.run(sizes=sizes, exports=exports)
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
