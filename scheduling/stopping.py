"""Whether this process has been told to stop."""

from __future__ import annotations

import threading

stopping = threading.Event()
