"""One engine per data folder: a lock that dies with its process, and a note of where that process listens.

Rules kept here: the lock is the operating system's, so a killed process leaves none behind; the note is only believed
while somebody holds the lock; a mark stays behind, on disk, unless the process came to its own end; a folder that
cannot be written to is a matter of configuration.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from engine.domain.errors import BusyHomeError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK, NOTE, MARK = "serve.lock", "serve.json", "serve.open"
TOKEN = "api-token"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True)
class Serving:
    """The process that works on a data folder: its id, and the address of its pages and API."""

    pid: int
    url: str


@contextmanager
def held(home: Path) -> Iterator[bool]:
    """Hold a data folder alone; tell whether whoever held it before ended without a word.

    Raises:
        BusyHomeError: another process holds it.
        ConfigError: it cannot be written to.
    """
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / LOCK).open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            there = serving(home)
            who = f" (process {there.pid}, {there.url})" if there else ""
            raise BusyHomeError(f"Another engine already works on {home}{who}.") from None
        mark = home / MARK
        unclean = mark.exists()
        with writing(home):
            mark.touch()
            _flush(home)
        try:
            yield unclean
            mark.unlink()
        finally:
            (home / NOTE).unlink(missing_ok=True)


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Write to a data folder.

    Raises:
        ConfigError: it does not take what is written.
    """
    try:
        yield
    except OSError as error:
        place = error.filename or home
        raise ConfigError(
            f"The data folder cannot be written to: {place}: {error.strerror}.",
            hint="Look at the disk's space and at who may write there, or name another folder in TOCSIN_HOME.",
        ) from None


def announce(home: Path, url: str) -> None:
    """Write down where this process listens."""
    fresh = home / f"{NOTE}.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(Serving(os.getpid(), url))), encoding="utf-8")
    fresh.replace(home / NOTE)


def serving(home: Path) -> Serving | None:
    """Return who works on a data folder now, None when nobody does or it is not known yet."""
    try:
        with (home / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Serving(**json.loads((home / NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return None


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
