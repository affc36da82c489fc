"""Every error Tocsin raises on purpose, and the exit code it ends a command with.

Rules kept here: one root; the class says whose fault it is; the docstring's first line is the default
message; `hint()` says what to do next. A refusal, a failed step or a missed due time is an event on the
timeline, never one of these. Anything that is not a `TocsinError` is a bug and ends with exit code 70.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.problem import Problem

EXIT_BUG = 70


class TocsinError(Exception):
    """Something went wrong that Tocsin knows about."""

    exit_code: ClassVar[int] = 3
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        self.message = message or _first_line(type(self))
        self._hint = hint
        super().__init__(self.message)

    def hint(self) -> str:
        """Return the one sentence that says what to do next, empty when there is nothing to add."""
        return self.default_hint if self._hint is None else self._hint


class PlaybookError(TocsinError):
    """The playbook cannot be used as it is written."""

    exit_code = 1
    default_hint = "`tocsin lint` shows every problem at once."

    def __init__(self, problems: Sequence[Problem], *, message: str | None = None, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        first = self.problems[0].hint if self.problems else ""
        told = f"{first} {self.default_hint}".strip() if hint is None else hint
        super().__init__(message or _first_problem(self.problems), hint=told)


class ConfigError(TocsinError):
    """The configuration cannot be used."""

    exit_code = 2
    default_hint = (
        "Check config/settings.toml and the TOCSIN_* environment variables; `tocsin doctor` shows what is read."
    )


class InputError(ConfigError):
    """What was given to a playbook does not fit it."""

    def __init__(self, wrong: Sequence[tuple[str, str]], *, playbook: str) -> None:
        self.wrong = tuple(wrong)
        """Input -> what is wrong with it, in order; every one at once."""
        super().__init__(
            "; ".join(f"{name}: {text.rstrip('.')}" for name, text in wrong) + ".",
            hint=f"`tocsin plan {playbook}` shows what it takes; give inputs as --input name=value.",
        )


class RunError(TocsinError):
    """That cannot be done with this incident."""

    exit_code = 3


class UnknownIncidentError(RunError):
    """There is no such incident."""

    default_hint = "`tocsin list` shows the incidents there are."


class IllegalTransitionError(RunError):
    """That change of state is not allowed."""


class IntegrityError(RunError):
    """The ledger does not fit its own chain."""

    default_hint = "Stop writing, keep a copy of the data folder, and run `tocsin verify`."


class LeaseLostError(RunError):
    """Another engine carries this incident now."""


class HeadMovedError(RunError):
    """The timeline has grown since it was last read."""


class BusyHomeError(RunError):
    """Another engine already uses this data folder."""

    default_hint = "Stop the other one first, or give this one its own TOCSIN_HOME."


class IntegrationError(TocsinError):
    """The other side did not do what was asked; it is certain that nothing was done."""

    exit_code = 4

    def __init__(
        self,
        message: str | None = None,
        *,
        hint: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable
        self.status = status
        """The status of an HTTP answer, where there was one."""
        self.retry_after = retry_after
        """Seconds the other side asked us to wait, when it said so."""


class TurnAwaitedError(IntegrationError):
    """The other side takes it later; nothing was done, and nothing is wrong."""

    def __init__(self, message: str | None = None, *, retry_after: float, looking: bool = False) -> None:
        super().__init__(message, hint="It is done when its turn comes.", retryable=True, retry_after=retry_after)
        self.retry_after: float = retry_after
        self.looking = looking
        """What had to wait was a look-up: what it looks for may be there."""


class OutcomeUnknownError(IntegrationError):
    """The call was sent and no answer came: it may or may not have been done."""

    def __init__(
        self, message: str | None = None, *, hint: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint, retryable=True, retry_after=retry_after)


class GoneError(IntegrationError):
    """What was to be changed is not there any more, or not for us to see."""


class WithheldError(IntegrationError):
    """It is kept from the other side on purpose: people would see there what they may not. It is not tried again."""


def _first_problem(problems: Sequence[Problem]) -> str | None:
    if not problems:
        return None
    more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
    return f"{problems[0].place()}: {problems[0].message}{more}"


def _first_line(kind: type[TocsinError]) -> str:
    return (kind.__doc__ or kind.__name__).splitlines()[0]
