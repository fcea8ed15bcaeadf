"""Redis as a child: a cache and a bell, in memory only, reached by a socket in a private directory."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping

from dhis2api.embedded.home import EmbeddedError, Home
from dhis2api.embedded.postgres import tail
from dhis2api.embedded.processes import Escalation, end_processes, find_processes, start_child, stop_child
from dhis2api.embedded.programs import find_redis_server

STOP: Escalation = ((signal.SIGTERM, 10.0),)
READY_SECONDS = 30.0
# Nothing that must last is kept here, so nothing is written to disk; what may be forgotten goes when memory is short.
SETTINGS: Mapping[str, str] = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "loglevel": "warning",
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
}


class RedisServer:
    """One server for one home."""

    name = "Redis"

    def __init__(self, home: Home) -> None:
        self.home = home
        self.log = home.logs / "redis.log"
        self.child: subprocess.Popen[bytes] | None = None

    def end_orphans(self) -> None:
        """Stop what an earlier supervisor left behind."""
        end_processes(find_processes(directory=self.home.redis), STOP)
        self.home.redis_socket.unlink(missing_ok=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it answers after `wait_until_ready`."""
        command = [str(find_redis_server())]
        for name, value in (SETTINGS | {"unixsocket": str(self.home.redis_socket)}).items():
            command += [f"--{name}", value]
        with open(self.log, "ab") as output:
            self.child = start_child(command, directory=self.home.redis, environment={"LC_ALL": "C"}, output=output)
        return self.child

    def wait_until_ready(self) -> None:
        """Return when the server answers.

        Errors: EmbeddedError with the end of its log when the server gave up.
        """
        from redis import Redis
        from redis.exceptions import ConnectionError as NotReady

        client = Redis(unix_socket_path=str(self.home.redis_socket))
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                client.ping()
                break
            except NotReady as error:
                if self.child is None or self.child.poll() is not None or time.monotonic() > deadline:
                    raise EmbeddedError(f"Redis does not start:\n{tail(self.log)}") from error
                time.sleep(0.02)
        client.close()

    def stop(self) -> None:
        """Stop the server and wait until it has ended."""
        if self.child is not None:
            stop_child(self.child, STOP)
