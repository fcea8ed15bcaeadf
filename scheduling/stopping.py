"""Whether this process has been told to stop, and whether it may just end."""

from __future__ import annotations

import threading

stopping = threading.Event()
# Held while there may be a job in hand; who gets it knows that there is none, and that none will be begun.
at_work = threading.Lock()
