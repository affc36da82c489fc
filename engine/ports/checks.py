"""One thing that was looked at in a system that Tocsin works with, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, whether it is right, what was found, and what to do next where something is to be done.

    `odd` says that it works as it is and that somebody should look at it all the same.
    """

    name: str
    ok: bool
    says: str
    hint: str = ""
    odd: bool = False
