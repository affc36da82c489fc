"""Running `tocsin` in this process: exit code, output and errors as whoever types it sees them."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engine.entrypoints.cli.main import main


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def tocsin(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the real command line."""

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, captured.out, captured.err)

    return run
