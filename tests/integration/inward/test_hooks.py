"""Hooks of the tracker: signed, and no more than a hint of which ticket to read."""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.domain.errors import IntegrationError
from engine.runtime.inward.tickets import TicketHook
from integrations.jira import take_up, verified
from tests.integration.inward.rig import house

if TYPE_CHECKING:
    from collections.abc import Mapping

WARN = "warn_hosts.task.1"


async def test_a_row_that_holds_no_ticket_is_finished_as_such(home: Path) -> None:
    """And a ticket that is not ours says nothing."""
    async with house(home) as rig:
        await rig.bench.ledger.put("jira", "1", {"key": "SEC-1"})
        stranger = {"key": "SEC-99", "category": "done", "resolution": "", "accepted": True, "comments": []}
        empty = dict.fromkeys(("changed_by", "changed_by_mail", "change", "assignee", "assignee_mail", "due"), "")
        await rig.bench.ledger.put("jira", "2", stranger | empty)
        await rig.idle()
        assert await rig.outcomes() == ["not understood", "no ticket of ours"]


async def test_a_signed_hook_is_a_hint_of_which_ticket_to_read(home: Path) -> None:
    """Read by key, put once; unsigned it is refused, about another ticket it is nothing."""
    async with house(home, engine=False) as rig:
        incident = await rig.declared()
        async with rig.bench.engine():
            key = await rig.ticket(incident, WARN)
        hook = TicketHook(
            verify=_ticket, take_up=partial(take_up, tracker=rig.tracker, inbox=rig.bench.ledger), places=rig.places
        )
        await rig.close("ben", key)
        body, other = (json.dumps({"issue": {"key": name}}).encode() for name in (key, "SEC-999"))
        assert [await hook.receive(body, signed(body)), await hook.receive(body, signed(body))] == [True, False]
        assert not await hook.receive(other, signed(other))
        assert await rig.watch.look() == 0
        with pytest.raises(IntegrationError, match="without a valid signature"):
            await hook.receive(body, signed(other))


def signed(body: bytes) -> dict[str, str]:
    """Sign a body as Jira does."""
    return {"X-Hub-Signature": "sha256=" + hmac.new(b"a secret", body, hashlib.sha256).hexdigest()}


def _ticket(body: bytes, headers: Mapping[str, str]) -> str:
    return verified(body, headers=headers, secret="a secret").ticket
