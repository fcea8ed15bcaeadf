"""A server that runs: what it says, what it weighs, whom it lets in beside itself, how it gets over a death."""

from __future__ import annotations

import socket
from pathlib import Path

import psutil
import pytest

from tests.harness.serve import COMMAND, Serve, manage, wait_for


def test_web_processes_are_small(server: Serve) -> None:
    """Under 200 MB together, shared pages counted once, PostgreSQL and Redis not counted."""
    web = server.find_child("gunicorn")
    processes = [psutil.Process(server.process.pid), web, *web.children()]

    assert sum(process.memory_full_info().pss for process in processes) < 200e6


def test_greeting_names_url_login_and_a_first_command(server: Serve) -> None:
    assert f"http://localhost:{server.port}   user admin, password district" in server.output
    assert f"curl -u admin:district 'http://localhost:{server.port}/api/me'" in server.output


def test_second_supervisor_on_a_home_is_refused(server: Serve, home: Path) -> None:
    second = Serve(home, command=COMMAND)
    second.start()

    assert second.process.wait(60) == 1
    assert f"Another server (process {server.process.pid}) runs on {home}" in second.output
    assert server.ask("/health/ready")[0] == 200


def test_taken_port_is_named(server: Serve, home: Path) -> None:
    second = Serve(home, port=server.port)
    second.start()

    assert second.process.wait(60) == 1
    assert f"Cannot listen on 127.0.0.1 port {server.port}" in second.output


def test_commands_beside_the_server_find_its_database(server: Serve, home: Path) -> None:
    assert manage(home, "migrate", "--check").returncode == 0


def test_secret_key_is_long_and_private(server: Serve, home: Path) -> None:
    key = home / "secret_key"

    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) >= 50


def test_long_lists_of_identifiers_fit_into_an_address(server: Serve) -> None:
    """Mobile clients ask for some hundred objects by `id:in:[…]`."""
    fits = ",".join(["a2345678901"] * 5_000)
    assert server.ask(f"/api/constants?filter=id:in:[{fits}]", user="admin")[0] == 200

    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(b"GET /api/ping?" + b"x" * 66_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 414 URI Too Long")


@pytest.mark.parametrize(
    ("name", "told"), [("postgres", "PostgreSQL"), ("redis-server", "Redis"), ("gunicorn", "The web server")]
)
def test_a_killed_child_is_started_again(server: Serve, name: str, told: str) -> None:
    killed = server.find_child(name)

    killed.kill()

    wait_for(lambda: f"{told} ended with status -9; starting it again" in server.output, server)
    wait_for(lambda: (child := server.find_child(name)) is not None and child.pid != killed.pid, server)
    wait_for(lambda: server.ask("/health/ready")[0] == 200, server)
