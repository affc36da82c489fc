"""Logs: one JSON object per line, quiet below their level, and never a secret."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from engine.settings.logs import Redaction, configure_logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Give the process its own logging back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the records written so far."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_json_and_bound_to_its_step() -> None:
    """What is bound once is in every record."""
    stream = io.StringIO()
    configure_logs(stream, level="INFO")
    structlog.contextvars.bind_contextvars(incident="INC-1", step="lock", attempt=2)
    structlog.get_logger("tocsin").info("step done", seconds=1.5)
    (record,) = lines(stream)
    assert record | {"at": ""} == {
        "event": "step done", "seconds": 1.5, "incident": "INC-1", "step": "lock", "attempt": 2, "level": "info",
        "logger": "tocsin", "at": "",
    }  # fmt: skip


def test_secrets_are_hidden_by_value_and_by_name() -> None:
    """Also inside of other values, in other libraries' records and in tracebacks."""
    stream = io.StringIO()
    configure_logs(stream, secrets=["xoxb-hush"])
    structlog.get_logger("a").warning("said xoxb-hush", deep=[{"Authorization": "Bearer x", "n": "xoxb-hush!"}])
    logging.getLogger("other").warning("calling with %s", "xoxb-hush")
    try:
        int("xoxb-hush")
    except ValueError:
        structlog.get_logger("a").exception("failed", idempotency_key="k")
    assert "hush" not in stream.getvalue()
    first, second, third = lines(stream)
    assert first["deep"] == [{"Authorization": "[hidden]", "n": "[hidden]!"}]
    assert second["event"] == "calling with [hidden]"
    assert third["idempotency_key"] == "k"
    assert "ValueError: invalid literal for int() with base 10: '[hidden]'" in third["exception"]


def test_nothing_below_the_level_is_written() -> None:
    """On the command line only warnings show."""
    stream = io.StringIO()
    configure_logs(stream)
    structlog.get_logger("a").info("all is well")
    logging.getLogger("b").debug("details")
    assert stream.getvalue() == ""


def test_a_secret_that_starts_another_leaves_nothing_of_it() -> None:
    """The longer one is hidden first."""
    assert Redaction(["abcd", "abcdef"]).text("abcdef abcd") == "[hidden] [hidden]"
