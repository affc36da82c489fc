"""Every way a command can end: its exit code, and what is said of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from engine.domain.errors import ConfigError, IntegrationError, RunError
from engine.entrypoints.cli.endings import ended


def raising(error: BaseException) -> Callable[[], object]:
    """Make a command that ends with an error."""

    def command() -> object:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("a"), 2),
        (RunError("a"), 3),
        (IntegrationError("a"), 4),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int) -> None:
    """Scripts can tell whose fault it was."""
    assert ended(raising(error)) == code


def test_an_error_is_one_line_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Even when its message has several lines."""
    ended(raising(RunError("First.\nSecond.", hint="Do this.")))
    assert capsys.readouterr().err == "error: First. Second.\nhint: Do this.\n"


def test_a_fault_leaves_a_report_without_secrets(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report has the traceback; a known secret in it is hidden, and the same fault writes one file."""
    monkeypatch.setenv("TOCSIN_JIRA_TOKEN", "hush-hush")

    def fault() -> object:
        raise ZeroDivisionError("with hush-hush")

    assert ended(fault) == ended(fault) == 70
    (report,) = (home / "logs").iterdir()
    text = report.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "ZeroDivisionError: with [hidden]" in text
    said = capsys.readouterr().err
    assert str(report) in said
    assert "Traceback" not in said
    assert "hush" not in said


def test_a_fault_without_a_home_is_still_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """The report goes to the folder for temporary files."""
    assert ended(raising(ZeroDivisionError())) == 70
    path = Path(capsys.readouterr().err.split("with the file ")[1].strip().removesuffix("."))
    assert "ZeroDivisionError" in path.read_text(encoding="utf-8")
    path.unlink()
