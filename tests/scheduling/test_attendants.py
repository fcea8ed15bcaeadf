"""What waits on the outer world beside the jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import Error, InterfaceError, OperationalError, connection

from scheduling import attendants
from scheduling.stopping import stopping


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only the attendants of the test; they are told to stop behind it."""
    monkeypatch.setattr(attendants, "_attendants", {})
    yield
    stopping.clear()


@pytest.mark.parametrize("error", [
    ValueError("secret"), TypeError("secret"), OSError("secret"), OperationalError("secret"), InterfaceError("secret"),
    Error("a statement"),
])  # fmt: skip
def test_an_attendant_outlives_what_goes_wrong(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody would start its thread anew. What is told of it quotes nothing of what was to be sent."""
    looked: list[int] = []

    def look() -> None:
        looked.append(1)
        if len(looked) == 1:
            raise error
        stopping.set()

    attendants.register_attendant("mail", look, seconds=0.001)
    (thread,) = attendants.start_attendants()
    thread.join(10)

    assert len(looked) == 2
    assert type(error).__name__ in caplog.text
    assert "secret" not in caplog.text


def test_an_attendant_stops_in_its_pause() -> None:
    seen = threading.Event()
    attendants.register_attendant("mail", seen.set, seconds=3600.0)
    (thread,) = attendants.start_attendants()
    assert seen.wait(10)

    stopping.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.usefixtures("own_database")
def test_who_pauses_for_long_holds_no_connection_meanwhile() -> None:
    """`snapshot` and `reset` need the database alone."""
    held: list[bool] = []
    attendant = attendants.Attendant("old", lambda: connection.ensure_connection(), 3600.0)

    def look_once() -> None:
        attendants._look(attendant)
        held.append(connection.connection is not None)
        connection.close()

    thread = threading.Thread(target=look_once)
    thread.start()
    thread.join(10)
    assert held == [False]
