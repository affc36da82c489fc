"""Structured logs: one JSON object per line, without secrets.

Rules kept here: whatever a record holds, the values of known secrets and of keys that name a secret are replaced
before it is written; records of other libraries go the same way; nothing below `level` is written. What the disk does
not take is said on the standard error, in the same words.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 4
"""A shorter secret is no secret, and hiding it would hide ordinary words."""

CHATTY: Final = ("httpx", "uvicorn.error", "uvicorn.access")
"""Libraries whose every request is a record at INFO."""

_SECRET_KEY = re.compile(r"token|secret|password|passwd|authorization|cookie|api[_-]?key|database_url", re.IGNORECASE)
_IDEMPOTENCY = "idempotency_key"


class Redaction:
    """Hides secrets in everything that a record holds; also used for texts that end in a report."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one secret may be the beginning of another.
        self._secrets = sorted({item for item in secrets if len(item) >= SHORTEST}, key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._kept(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Return a text in which every known secret is hidden."""
        for item in self._secrets:
            text = text.replace(item, HIDDEN)
        return text

    def _kept(self, key: str, value: object) -> object:
        return HIDDEN if _SECRET_KEY.search(key) and key != _IDEMPOTENCY else self._value(value)

    def _value(self, value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return self.text(value)
            case Mapping():
                return {str(key): self._kept(str(key), item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._value(item) for item in value]
            case _:
                return self.text(str(value))


def configure_logs(target: TextIO | Path, *, secrets: Iterable[str] = (), level: str = "WARNING") -> None:
    """Send every record, also of other libraries, to a stream or a file that grows."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    after: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        Redaction(secrets),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    handler = _handler(target)
    foreign: list[Processor] = [*before, structlog.stdlib.ExtraAdder()]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=after, foreign_pre_chain=foreign))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _handler(target: TextIO | Path) -> logging.Handler:
    if isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
        return FileElseStderr(target, encoding="utf-8")
    return logging.StreamHandler(target)


class FileElseStderr(logging.FileHandler):
    """Writes to a file; a full disk makes nobody mute.

    Its name has no underscore: Prefect takes the root logger away from handlers whose class begins with one.
    """

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + self.terminator
            try:
                self._write(line)
            except OSError:
                sys.stderr.write(line)
                sys.stderr.flush()
        except Exception:  # noqa: BLE001 - what the standard library does with whatever goes wrong here
            self.handleError(record)

    def _write(self, line: str) -> None:
        if self.stream is None:  # Prefect closes every handler when it is imported
            self.stream = self._open()
        self.stream.write(line)
        self.flush()
