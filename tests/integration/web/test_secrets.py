"""Secrets come from the environment or from a file, and their values stand in no message."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.ports.web import Secrets
from integrations.system.secrets import EnvironmentSecrets


def test_a_secret_is_found(tmp_path: Path) -> None:
    """In the environment, or in the file it points to; a line end is no part of it."""
    file = tmp_path / "token"
    file.write_text("from-file\n", encoding="utf-8")
    environ = {"TOCSIN_SECRET_A": "plain", "TOCSIN_SECRET_B_FILE": str(file)}
    secrets: Secrets = EnvironmentSecrets(environ)
    assert (secrets.resolve("A"), secrets.resolve("B")) == ("plain", "from-file")
    file.write_text("rotated", encoding="utf-8")
    assert secrets.resolve("B") == "rotated"


@pytest.mark.parametrize("name", ["GONE", "EMPTY", "UNREADABLE", "lower", "A=B"])
def test_a_missing_secret_is_named(name: str) -> None:
    """What is missing, empty or unreadable is said with what to do."""
    environ = {"TOCSIN_SECRET_EMPTY": " \n", "TOCSIN_SECRET_UNREADABLE_FILE": "/nowhere/at/all"}
    with pytest.raises(ConfigError) as raised:
        EnvironmentSecrets(environ).resolve(name)
    assert raised.value.hint()
