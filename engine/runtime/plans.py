"""The plans of running incidents, compiled once from the playbook text each run is pinned to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.language.api import compile_playbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.plan import Plan
    from engine.language.api import ActionFacts
    from engine.ports.ledger import Ledger


class Plans:
    """Plans by the digest of their text."""

    def __init__(self, ledger: Ledger, *, actions: Mapping[str, ActionFacts]) -> None:
        self._ledger = ledger
        self._actions = actions
        self._known: dict[str, Plan] = {}

    async def of(self, digest: str, *, playbook: str) -> Plan:
        """Return the plan of a kept playbook text; raise `PlaybookError` when it no longer compiles."""
        plan = self._known.get(digest)
        if plan is None:
            text = await self._ledger.definition(digest)
            plan = compile_playbook(text.encode(), path=f"{playbook}.yaml", actions=self._actions)
            self._known[digest] = plan
        return plan
