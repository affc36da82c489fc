"""How a command ends: an exit code, and at most one line of what went wrong with one of what to do next.

Rules kept here: results go to the standard output, errors to the standard error; an error that Tocsin knows is never a
traceback; anything else is a bug, whose traceback goes to a file without secrets and without what was typed. A reader
that stops reading is no error worth a word.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer

from engine.domain.errors import EXIT_BUG, TocsinError

INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141
"""128 and the number of SIGPIPE: what the shell shows for a program that a closed pipe ended."""


def ended(command: Callable[[], object]) -> int:
    """Run a command and return its exit code, having said what went wrong."""
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        _say(error.format_message(), hint=_usage_hint(error))
        return error.exit_code
    except TocsinError as error:
        _say(error.message, hint=error.hint())
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Typer turns a closed pipe into the one SystemExit that comes this way.
        # Python flushes the output once more at its end; there must be somewhere for it to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort of the whole program
        _say(f"{type(error).__name__}: this is a fault of Tocsin.", hint=_bug_hint(error))
        return EXIT_BUG


def _say(message: str, *, hint: str) -> None:
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    if hint:
        typer.echo(f"hint: {' '.join(hint.split())}", err=True)


def _usage_hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return (
        f"`{context.command_path} --help` shows how it is used." if context else "`tocsin --help` shows the commands."
    )


def _bug_hint(error: Exception) -> str:
    path = _write_report(error)
    return f"Please report it with the file {path}." if path else "No report could be written: check TOCSIN_HOME."


def _write_report(error: Exception) -> Path | None:
    """Write what a report needs; the same fault writes the same file again."""
    import hashlib
    import tempfile

    text = _report(error)
    name = f"fault-{hashlib.sha256(text.encode()).hexdigest()[:12]}.log"
    for folder in (_logs(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8")
        except OSError:
            continue
        return path
    return None


def _logs() -> Path:
    from engine.settings.read import home_folder

    return home_folder() / "logs"


def _report(error: Exception) -> str:
    import platform
    import traceback
    from importlib.metadata import version

    from engine.settings.logs import Redaction
    from engine.settings.read import secret_values

    head = f"tocsin {version('tocsin')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n"
    return Redaction(secret_values()).text(head + "".join(traceback.format_exception(error)))
