"""A server that runs: what it says, what it weighs, whom it lets in beside itself."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.harness.serve import COMMAND, Serve, manage


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
