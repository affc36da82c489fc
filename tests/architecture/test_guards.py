"""The guards of tests/conftest.py hold."""

import os
import socket
from pathlib import Path

import pytest


def test_a_test_without_a_home_of_its_own_cannot_store_anything() -> None:
    """The default home lies below a file, whose name says what to do."""
    with pytest.raises(OSError, match="this-test-did-not-ask-for-the-home-fixture"):
        Path(os.environ["TOCSIN_HOME"]).mkdir(parents=True)


def test_the_home_fixture_gives_an_empty_folder(home: Path) -> None:
    """A test that asks gets an empty folder, and the program sees it too."""
    assert os.environ["TOCSIN_HOME"] == str(home)
    assert not list(home.iterdir())


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "tocsin.example"])
def test_a_connection_that_leaves_this_machine_is_refused(host: str) -> None:
    """Neither a name nor an address of elsewhere is tried at all."""
    with pytest.raises(PermissionError, match="stay on loopback"):
        socket.create_connection((host, 443), timeout=1)


def test_a_connection_to_loopback_is_allowed() -> None:
    """Local counterparts can be reached, by name and by address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port), timeout=5) as client:
                assert client.getpeername()[1] == port
