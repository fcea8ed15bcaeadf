"""`manage.py serve`: it starts, answers, survives what is killed, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from dhis2api.embedded.accounts import remove_home
from dhis2api.embedded.home import find_home
from tests.harness.serve import COMMAND, Serve, processes_of, wait_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(home: Path, number: signal.Signals) -> None:
    with Serve(home) as server:
        assert len(processes_of(home)) > 3

        assert server.stop(number) == 0

    assert processes_of(home) == []


def test_second_start_has_nothing_to_prepare(home: Path) -> None:
    with Serve(home, command=COMMAND) as server:
        assert "Ready:" in server.output
        assert "Preparing" not in server.output


def test_children_end_with_a_killed_supervisor(home: Path) -> None:
    with Serve(home) as server:
        server.process.kill()
        server.process.wait()

        wait_for(lambda: processes_of(home) == [], server)


def test_home_is_usable_after_everything_was_killed_at_once(home: Path) -> None:
    with Serve(home) as server:
        for process in processes_of(home):
            process.suspend()  # so that no child acts on the death of another
        for process in processes_of(home):
            process.kill()
        server.process.wait()

    with Serve(home) as server:
        assert server.ask("/health/ready")[0] == 200

    assert processes_of(home) == []


def test_a_child_that_is_killed_while_it_starts_is_started_again(home: Path) -> None:
    with Serve(home) as server:
        for _ in range(2):
            known = server.find_child("redis-server")
            assert known is not None
            known.kill()
            wait_for(lambda known=known: server.find_child("redis-server") not in (None, known), server)

        wait_for(lambda: server.ask("/api/me", user="admin")[0] == 200, server)
        assert server.process.poll() is None


def test_orphans_of_a_killed_supervisor_are_ended_by_the_next(home: Path) -> None:
    """A stopped child cannot act on the signal that its parent's death sends."""
    with Serve(home) as server:
        orphans = [server.find_child(name) for name in ("postgres", "redis-server", "gunicorn")]
        for orphan in orphans:
            orphan.suspend()
        server.process.kill()
        server.process.wait()

        for orphan in orphans[1:]:
            orphan.resume()
        with Serve(home) as successor:
            assert successor.ask("/health/ready")[0] == 200
            assert not any(orphan.is_running() and orphan.status() != psutil.STATUS_ZOMBIE for orphan in orphans)


@pytest.mark.parametrize(("name", "value"), [("PORT", "http"), ("PORT", "70000"), ("DEMO", "no")])
def test_bad_option_is_refused(home: Path, name: str, value: str) -> None:
    server = Serve(home, **{name: value})
    server.start()

    assert server.process.wait(60) == 1
    assert f"{name} must be" in server.output


def test_a_clean_stop_leaves_nothing_outside_of_the_home(home: Path) -> None:
    """Sockets below a long path lie elsewhere while the server runs."""
    root = home.with_name(f"{home.name}-{'x' * 100}")
    if not find_home(home).places_file.exists():  # with its data elsewhere, a copy would have the same data
        subprocess.run(["cp", "-a", home, root], check=True)
    try:
        for _ in range(2):
            with Serve(root) as server:
                outside = find_home(root).run.parent
                assert outside.parent != root
                assert server.ask("/health/ready")[0] == 200
                assert server.stop() == 0
            assert not outside.exists()
    finally:
        remove_home(root)
