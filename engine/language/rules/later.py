"""PB6: what the language knows and the engine cannot do yet. Refused when a plan is made, never ignored.

There is nothing of the kind now; the ids of what there was are never used again.
"""

from __future__ import annotations

from engine.language.checks import Check

CHECKS: tuple[Check, ...] = ()
