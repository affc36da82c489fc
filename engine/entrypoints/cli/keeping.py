"""Keeping the ledger: `verify`, `rebuild`, `recover`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.chain import Head
from engine.domain.errors import RunError, UnknownIncidentError
from engine.entrypoints.cli.standing import As, Incident, Json, Reason, in_office, show, who_acts

if TYPE_CHECKING:
    from engine.bootstrap.office import Office

DAMAGED = 3


def verify(
    incident: Annotated[
        str | None, typer.Argument(help="The incident; all of them when left out.", metavar="[INC]")
    ] = None,
    *,
    json_: Json = False,
) -> None:
    r"""Check that nothing on a timeline was changed, removed or added; the first event that does not fit is named.

    \b
    tocsin verify INC-7
    tocsin verify --json      an object with `timelines`

    The last event is also compared with the head kept outside the database, so that a missing end, or a timeline that
    is missing altogether, is found. Exit code 3 when something does not fit.
    """

    async def work(office: Office) -> list[dict[str, Any]]:
        known = {row.incident for row in await office.ledger.incidents()} | set(await office.ledger.known_heads())
        chosen = [incident] if incident else sorted(known)
        return [await _checked(office, name) for name in chosen]

    timelines = in_office(work)
    if json_:
        show({"timelines": timelines})
    else:
        for found in timelines:
            typer.echo(f"{found['incident']}: {_verdict(found)}")
        if not timelines:
            typer.echo("No incidents yet.")
    raise typer.Exit(0 if all(found["verified"] for found in timelines) else DAMAGED)


def rebuild(*, json_: Json = False) -> None:
    r"""Make every list and count again from the timelines.

    \b
    tocsin rebuild
    """

    async def work(office: Office) -> int:
        return await office.ledger.rebuild()

    events = in_office(work)
    if json_:
        show({"events": events})
    else:
        typer.echo(f"Rebuilt from {events} events.")


def recover(
    incident: Incident,
    *,
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Accept that events known outside are gone.")
    ] = False,
    reason: Reason,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Go on with a timeline whose end was lost. The loss, who accepted it and why become an event.

    Of an incident of which nothing is left they are kept in the file `losses` of the data folder; it is no longer
    looked for, and no other incident gets its number.

    \b
    tocsin recover INC-7 --accept-loss --reason "restored from the backup of 02:00"
    """
    from engine.domain.timeline import LossAccepted

    async def work(office: Office) -> int:
        who = who_acts(office, named)
        known, head = await office.ledger.known_head(incident), await _head(office, incident)
        if known is None or known.seq <= head.seq:
            raise RunError(f"Nothing of {incident} is missing.", hint=f"`tocsin verify {incident}` checks it.")
        if not accept_loss:
            missing = known.seq - head.seq
            raise RunError(
                f"{missing} of the {known.seq} events of {incident} are missing.",
                hint="Put the newer database back; --accept-loss goes on without them.",
            )
        if not head.seq:
            await office.ledger.give_up(incident, by=who.person, reason=reason)
            return known.seq
        event = LossAccepted(
            known_seq=known.seq, known_hash=known.hash, reason=reason, by=who.person, via=who.via, strength=who.strength
        )
        await office.desk.put(incident, [event])
        return known.seq - head.seq

    lost = in_office(work)
    if json_:
        show({"incident": incident, "lost": lost})
    else:
        typer.echo(f"{lost} events of {incident} are accepted as lost.")


def _verdict(found: dict[str, Any]) -> str:
    if found["verified"]:
        return f"verified: {found['events']} events, head {found['head']}"
    return f"DOES NOT FIT at event {found['seq']}: {found['reason']}"


async def _checked(office: Office, incident: str) -> dict[str, Any]:
    head = await _head(office, incident)
    found: dict[str, Any] = {"incident": incident, "verified": False, "events": head.seq, "head": head.hash}
    if not head.seq:
        return {**found, "seq": 1, "reason": "nothing of it is in the database, and it is known outside"}
    mismatch = await office.ledger.verify(incident)
    if mismatch is not None:
        return {**found, "seq": mismatch.seq, "reason": mismatch.reason}
    return {**found, "verified": True}


async def _head(office: Office, incident: str) -> Head:
    """Return the head of an incident; an empty one where nothing but the head outside tells of it."""
    try:
        return await office.ledger.head(incident)
    except UnknownIncidentError:
        if await office.ledger.known_head(incident) is None:
            raise
        return Head()
