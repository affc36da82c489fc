"""The plans of running incidents, compiled once per text: the one that a run is pinned to, or is about to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.catalogs import NO_CATALOGS
from engine.language.api import compile_playbook
from engine.language.api import digest as digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.catalogs import Catalogs
    from engine.domain.plan import Plan
    from engine.language.api import ActionFacts
    from engine.ports.ledger import Ledger


class Plans:
    """Plans by the digest of their text."""

    def __init__(self, ledger: Ledger, *, actions: Mapping[str, ActionFacts], catalogs: Catalogs = NO_CATALOGS) -> None:
        self._ledger = ledger
        self._actions = actions
        self._catalogs = catalogs
        self._known: dict[str, Plan] = {}

    async def of(self, digest: str, *, playbook: str) -> Plan:
        """Return the plan of a kept playbook text; raise `PlaybookError` when it no longer compiles."""
        plan = self._known.get(digest)
        if plan is None:
            text = await self._ledger.definition(digest)
            # It was accepted once; a catalog that changed since is no reason to stop.
            plan = self._made(text.encode(), path=f"{playbook}.yaml", catalogs=self._catalogs.lenient())
        return plan

    def compiled(self, data: bytes, *, path: str) -> Plan:
        """Return the plan of a playbook's text; raise `PlaybookError` when it has errors."""
        return self._made(data, path=path, catalogs=self._catalogs)

    def _made(self, data: bytes, *, path: str, catalogs: Catalogs) -> Plan:
        known = self._known.get(digest_of(data))
        if known is None:
            known = compile_playbook(data, path=path, actions=self._actions, catalogs=catalogs)
            self._known[known.digest] = known
        return known
