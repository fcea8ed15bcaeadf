"""Settings of gunicorn in one place for `serve`, Docker and the tests (`-c python:dhis2api.embedded.gunicorn_config`).

A worker answers with threads; the application is loaded before the fork, so that the workers share its memory.
"""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from gunicorn.http import message

from dhis2api.figures import forget_dead_processes

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8080')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
preload_app = True
timeout = 600  # seconds; long imports keep a worker's threads busy
graceful_timeout = 10  # seconds that requests under way are given at the end
keepalive = 5
limit_request_line = 64 * 1024  # bytes: a client may ask for some thousand objects by their identifiers
message.MAX_REQUEST_LINE = limit_request_line  # gunicorn's own maximum of 8190 would silently be taken instead
control_socket_disable = True
loglevel = "warning"

gc.disable()  # while the application is loaded, which makes no garbage; a tenth of the start went into looking for it


def on_starting(server: Arbiter) -> None:
    """Figures for Prometheus begin at nought with the server."""
    forget_dead_processes()


def when_ready(server: Arbiter) -> None:
    """Keep the collector from touching, and so copying, what the workers share with the master."""
    gc.collect()
    gc.freeze()
    gc.enable()
