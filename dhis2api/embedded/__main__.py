"""`python -m dhis2api.embedded`: the supervisor, without Django."""

from __future__ import annotations

import sys

from dhis2api.embedded.supervisor import serve

sys.exit(serve(sys.argv[1:]))
