"""What a viewer sees of the demo: lines as they come, and below them, at a terminal, where the incident stands."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType
    from typing import Self

BANNER = "EXERCISE, story clock: everybody and everything in here is invented."


class View:
    """A live view at a terminal, plain lines elsewhere; `quiet` shows nothing."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(quiet=quiet, highlight=False, soft_wrap=True)
        self._live = (
            Live(console=self._console, refresh_per_second=8, transient=True) if self._console.is_terminal else None
        )
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._console.print(Text(BANNER, style="bold black on yellow"))
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.end()

    def said(self, at: datetime, who: str, text: str) -> None:
        """Show one line of the story."""
        flat = " ".join(text.split())
        self._console.print(
            Text.assemble(
                (f"{at:%a %d %b %H:%M}", "cyan"), f"  {self.seconds():5.1f} s  ", (f"{who:<6}", "bold"), f" {flat}"
            )
        )

    def plain(self, text: str, *, style: str = "") -> None:
        """Show a line that is not part of the story."""
        self._console.print(Text(text, style=style))

    def seconds(self) -> float:
        """Return how many real seconds have passed."""
        return time.monotonic() - self._began

    def state(self, at: datetime, status: dict[str, Any]) -> None:
        """Show where the incident stands, at a terminal."""
        if self._live is None:
            return
        table = Table.grid(padding=(0, 1))
        for phase in status["phases"]:
            settled = sum(step["settled"] for step in phase["steps"])
            bar = ProgressBar(total=max(1, len(phase["steps"])), completed=settled, width=24)
            table.add_row(phase["id"], bar, f"{settled}/{len(phase['steps'])}", phase["state"])
        times = f"story {at:%a %d %b %H:%M} · real {self.seconds():.0f} s"
        head = Text(f"EXERCISE · {status['incident']} · {status['state']} · {times}", style="bold")
        self._live.update(
            Group(head, table, *(Text(line, style="dim", overflow="ellipsis", no_wrap=True) for line in _under(status)))
        )

    def end(self) -> None:
        """Take the live view away; what follows are plain lines."""
        if self._live is not None:
            self._live.stop()


def _under(status: dict[str, Any]) -> tuple[str, str]:
    """Return the lines under the phases: what there is in Jira and for approval, and who is waited for."""
    steps = [step for phase in status["phases"] for step in phase["steps"]]
    tickets = {step["ticket"] for step in steps if step["ticket"]}
    running = sum(step["state"] in ("running", "retrying") for step in steps)
    approvals = [ask["title"] for ask in status["asks"] if ask["kind"] == "approval"]
    people = [ask["title"] for ask in status["asks"] if ask["kind"] != "approval"]
    asked = f"approvals asked {len(approvals)} · people asked {len(people)}"
    counts = f"tickets {len(tickets)} · acts under way {running} · {asked}"
    return counts, f"waiting: {', '.join([*approvals, *people]) or 'nobody'}"
