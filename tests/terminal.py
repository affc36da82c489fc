"""`tocsin` typed in this process: exit code, output and errors as whoever types it sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from engine.entrypoints.cli.main import main


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The object on the standard output."""
        return json.loads(self.out)

    def said(self, code: int, *words: str) -> None:
        """Check that it ended with an error of one line and a hint, which hold these words."""
        assert (self.code, self.out) == (code, ""), self
        lines = self.err.splitlines()
        assert lines[0].startswith(("error: ", "refused: "))
        assert lines[-1].startswith("hint: ")
        assert "Traceback" not in self.err
        assert [word for word in words if word not in self.err] == []


Run = Callable[..., Ran]


def typed(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command with the real command line."""

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, captured.out, captured.err)

    return run
