"""Somebody at a terminal: `tocsin` in a process of its own on a pseudo-terminal, read until it asks, and answered."""

from __future__ import annotations

import os
import pty
import re
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

PATIENCE = 60.0
ATTEMPTS = 6
PROGRAM = """
import os, signal
os.open(os.ttyname(0), os.O_RDWR)  # a session takes the first terminal that it opens as its own
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a background inherits that it is ignored
from engine.entrypoints.cli.main import main
main()
"""


class Keyboard:
    """A running command, what it has shown so far, and how it ended."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._read = 0
        self.shown = ""

    def expect(self, words: str) -> str:
        """Read until these words are shown, after what was read before; return what came with them."""
        while words not in self.shown[self._read :]:
            assert self._more(), f"it ended without {words!r}:\n{self.shown[self._read :]}"
        start, self._read = self._read, self.shown.index(words, self._read) + len(words)
        return self.shown[start : self._read]

    def type(self, line: str, *, after: str) -> None:
        """Wait for a question, and answer it."""
        self.expect(after)
        os.write(self._terminal, line.encode() + b"\n")

    def interrupt(self, *, after: str) -> None:
        """Press Ctrl-C at a question, and once more where it came in the moment before the question was listened to."""
        self.expect(after)
        for _ in range(ATTEMPTS):
            os.killpg(self._process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE / ATTEMPTS)
                return

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        while self._more():
            pass
        return self._process.wait(PATIENCE)

    def _more(self) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._terminal, selectors.EVENT_READ)
            ready = selector.select(PATIENCE)
        assert ready, f"it says nothing more:\n{self.shown[self._read :]}"
        try:
            read = os.read(self._terminal, 65536)
        except OSError:  # the other end of the terminal is closed
            return False
        text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", read.decode("utf-8", "replace"))
        self.shown += text.replace("\r\n", "\n")
        return bool(read)


@contextmanager
def at_the_keyboard(*arguments: str, environment: Mapping[str, str]) -> Iterator[Keyboard]:
    """Run a command on a terminal; it is killed when the block ends before it."""
    ours, its = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**variables, "COLUMNS": "200", **environment},
        start_new_session=True,
    )
    os.close(its)
    try:
        yield Keyboard(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
