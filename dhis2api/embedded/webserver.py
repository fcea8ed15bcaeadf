"""The web server as a child: gunicorn on a socket that the supervisor opened, so that it survives a restart."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from dhis2api.embedded.home import EmbeddedError, Home
from dhis2api.embedded.processes import Escalation, end_processes, find_processes, start_child, stop_child
from dhis2api.embedded.schema import PROJECT

# Requests under way get gunicorn's `graceful_timeout`.
STOP: Escalation = ((signal.SIGTERM, 15.0), (signal.SIGQUIT, 3.0))
READY_SECONDS = 120.0


def open_listener(address: str, port: int) -> socket.socket:
    """A bound socket that does not listen yet: the port is ours before anything is started.

    Errors: EmbeddedError when the port is taken.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise EmbeddedError(
            f"Cannot listen on {address} port {port}: {error.strerror}. "
            f"Stop what uses it, or choose another port: make serve PORT={port + 1 if port < 65535 else 8080}"
        ) from error
    return listener


def web_command(descriptor: int) -> list[str]:
    """The command that serves on an open listening socket, given by its file descriptor."""
    gunicorn = [sys.executable, "-m", "gunicorn", "dhis2api.wsgi:application"]
    return [*gunicorn, "-c", "python:dhis2api.embedded.gunicorn_config", "--bind", f"fd://{descriptor}"]


class WebServer:
    """gunicorn with its workers."""

    name = "The web server"
    log: Path | None = None  # it writes to the terminal

    def __init__(self, home: Home, listener: socket.socket, environment: Mapping[str, str]) -> None:
        self.home = home
        self.listener = listener
        self.environment = environment
        self.child: subprocess.Popen[bytes] | None = None

    def end_orphans(self) -> None:
        """Stop what an earlier supervisor left behind; its pid file's name on the command line tells it from others."""
        end_processes(find_processes(argument=str(self.home.web_pid_file)), STOP)
        self.home.web_pid_file.unlink(missing_ok=True)

    def start(self) -> None:
        """Start the server; it answers after `wait_until_ready`."""
        self.child = start_child(
            [*web_command(self.listener.fileno()), "--pid", self.home.web_pid_file],
            directory=PROJECT,
            environment=self.environment,
            descriptors=[self.listener.fileno()],
        )

    def wait_until_ready(self) -> None:
        """Return when a request is answered, whatever the answer.

        Errors: EmbeddedError when it gave up; it has told why on the terminal.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if self.child is None or self.child.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError("The web server does not start; its messages are above.")
            time.sleep(0.05)

    def _answers(self) -> bool:
        address, port = self.listener.getsockname()[:2]
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
        connection = http.client.HTTPConnection(reachable, port, timeout=READY_SECONDS)
        try:
            connection.request("GET", os.environ.get("CONTEXT_PATH", "").rstrip("/") + "/api/ping")
            connection.getresponse()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def stop(self) -> None:
        """Let requests under way finish, then end."""
        if self.child is not None:
            stop_child(self.child, STOP)
