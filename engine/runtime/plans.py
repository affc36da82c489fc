"""The plans of running incidents, compiled once per text: the one that a run is pinned to, or is about to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.catalogs import NO_CATALOGS
from engine.language.api import compile_pinned, compile_playbook
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
        self._followed: dict[str, Plan] = {}
        """Of texts that were judged when their incidents began."""

    async def of(self, digest: str, *, playbook: str) -> Plan:
        """Return the plan of a kept playbook text; raise `PlaybookError` when it no longer compiles."""
        plan = self._known.get(digest) or self._followed.get(digest)
        if plan is None:
            data = (await self._ledger.definition(digest)).encode()
            # It was accepted once; a rule or a catalog that changed since is no reason to stop.
            plan = compile_pinned(
                data, path=f"{playbook}.yaml", actions=self._actions, catalogs=self._catalogs.lenient()
            )
            self._followed[digest] = plan
        return plan

    def compiled(self, data: bytes, *, path: str) -> Plan:
        """Return the plan of a playbook's text; raise `PlaybookError` when it has errors."""
        known = self._known.get(digest_of(data))
        if known is None:
            known = compile_playbook(data, path=path, actions=self._actions, catalogs=self._catalogs)
            self._known[known.digest] = known
        return known
