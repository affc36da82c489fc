"""The clocks: real time, and the time of an exercise's story.

Rules kept here:
1. This is the only place that reads the system's clock.
2. A story's clock is a small file (`story instant`, `real instant`, `scale`), so that every process that
   reads it agrees; it moves by itself, faster than real time, and jumps forward only when it is told to.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from engine.domain.errors import RunError


class SystemClock:
    """Real time, for real incidents."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)

    def real_now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds of a clock that never jumps."""
        return time.monotonic()

    def real_delay(self, due: datetime) -> float:
        """Return the seconds until an instant comes."""
        return max(0.0, (due - self.now()).total_seconds())

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(max(0.0, seconds))


@dataclass(frozen=True, slots=True)
class Anchor:
    """At the real instant the story stood at its instant, and moves `scale` times as fast."""

    story: datetime
    real: datetime
    scale: float


class StoryClock(SystemClock):
    """The time of a story, kept in a file that several processes read."""

    def __init__(self, path: Path, *, start: datetime | None = None, scale: float = 1.0) -> None:
        """Open the story's clock, or start one at `start` when there is none yet."""
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._anchor = Anchor(start or self.real_now(), self.real_now(), scale)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._keep(self._anchor)

    def now(self) -> datetime:
        """Return the story's present instant."""
        anchor = self._current()
        return (anchor.story + (self.real_now() - anchor.real) * anchor.scale).astimezone(UTC)

    def real_delay(self, due: datetime) -> float:
        """Return the real seconds until a story instant comes."""
        return max(0.0, (due - self.now()).total_seconds() / self._current().scale)

    def jump(self, to: datetime) -> None:
        """Let the story stand at a later instant from now on.

        Raises:
            RunError: that instant is over.
        """
        if to < self.now():
            raise RunError("the story's clock only jumps forward", hint="Choose an instant that is still to come.")
        self._keep(Anchor(to, self.real_now(), self._current().scale))

    def reach(self, at: datetime) -> None:
        """Let the story stand at an instant from now on, unless it has come there by itself."""
        if at >= self.now():
            self._keep(Anchor(at, self.real_now(), self._current().scale))

    def jump_by(self, span: timedelta) -> None:
        """Let that much of the story pass at once."""
        self.jump(self.now() + span)

    def _current(self) -> Anchor:
        status = self._path.stat()
        seen = (status.st_ino, status.st_mtime_ns)
        if seen != self._seen:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            story, real = (datetime.fromisoformat(kept[name]) for name in ("story", "real"))
            self._anchor, self._seen = Anchor(story, real, float(Decimal(kept["scale"]))), seen
        return self._anchor

    def _keep(self, anchor: Anchor) -> None:
        values = {"story": anchor.story.isoformat(), "real": anchor.real.isoformat(), "scale": str(anchor.scale)}
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(values), encoding="utf-8")
        fresh.replace(self._path)
