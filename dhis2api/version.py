"""Which DHIS2 this server speaks as, and which build of ours it is."""

DHIS2_VERSION = "2.42.1"  # clients choose their calls by it
REVISION = "dhis2api-0.1.0"
BUILD_TIME = "2026-11-21T00:00:00.000"
