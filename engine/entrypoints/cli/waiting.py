"""What waits for people: `inbox` for one person in every incident, `tasks` for everybody in one.

Rule kept here: whatever is listed comes with the command that answers it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.errors import RunError
from engine.entrypoints.cli.standing import As, Incident, Json, in_office, local, show, who_acts

if TYPE_CHECKING:
    from engine.bootstrap.office import Office


def inbox(
    *,
    everybody: Annotated[bool, typer.Option("--all", help="What waits for anybody.")] = False,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Show what waits for you, with the command that answers it.

    \b
    tocsin inbox --as carla
    tocsin inbox --all --json    an object with `asks`
    """

    async def work(office: Office) -> list[dict[str, Any]]:
        me = None if everybody else who_acts(office, named).person
        names = dict.fromkeys(row.incident for row in await office.ledger.open_asks())
        found = [ask for name in names for ask in await _asked(office, name)]
        return _sorted([ask for ask in found if me is None or me in ask["people"]])

    asks = in_office(work)
    if json_:
        show({"asks": asks})
        return
    if not asks:
        typer.echo("Nothing waits for anybody." if everybody else "Nothing waits for you.")
    for ask in asks:
        typer.echo(f"{ask['incident']} {_kind(ask)}: {ask['title']} ({_due(ask)})")
        typer.echo(f"    {ask['command']}")


def tasks(incident: Incident, *, named: As = None, json_: Json = False) -> None:
    r"""Show what is open in an incident, for whom and until when: yours first.

    \b
    tocsin tasks INC-7
    tocsin tasks INC-7 --json    an object with `tasks`
    """

    async def work(office: Office) -> list[dict[str, Any]]:
        me = _reader(office, named)
        found = [{**ask, "mine": me in ask["people"]} for ask in await _asked(office, incident)]
        names = {ask["id"]: ", ".join(office.desk.called(person) for person in ask["people"]) for ask in found}
        ordered = sorted(_sorted(found), key=lambda ask: not ask["mine"])
        return [{**ask, "names": names[ask["id"]]} for ask in ordered]

    asks = in_office(work)
    if json_:
        show({"incident": incident, "tasks": asks})
        return
    if not asks:
        typer.echo(f"Nothing is open in {incident} that waits for anybody.")
    for ask in asks:
        mark = "▸" if ask["mine"] else "·"
        typer.echo(f"{mark} {_kind(ask)}: {ask['title']} ({ask['names']}; {_due(ask)})")
        typer.echo(f"    {ask['command']}")


async def _asked(office: Office, incident: str) -> list[dict[str, Any]]:
    """Return what is asked in an incident, an offer of the command too."""
    from engine.reports.status import status as status_of

    look = await office.desk.look(incident)
    found = status_of(look.plan, look.incident, now=look.now)
    asks: list[dict[str, Any]] = found["asks"]
    offer = found["handover"]
    asked = [{"incident": incident, **ask, "command": _command(incident, ask)} for ask in asks]
    offered = [_offered(office, incident, offer)] if offer else []
    return [{**ask, "zone": found["zone"]} for ask in (*offered, *asked)]


def _offered(office: Office, incident: str, offer: dict[str, Any]) -> dict[str, Any]:
    return {
        "incident": incident,
        "id": f"handover:{offer['number']}",
        "kind": "handover",
        "step": "",
        "title": f"take the command from {office.desk.called(offer['by'])}?",
        "by": [],
        "people": [offer["to"]],
        "due": None,
        "due_text": "",
        "missed": False,
        "ticket": None,
        "on_it": None,
        "command": f"tocsin accept {incident}   or   tocsin decline {incident} --reason ...",
    }


def _reader(office: Office, named: str | None) -> str:
    """Return who reads; somebody whom nobody knows may read all the same."""
    try:
        return who_acts(office, named).person
    except RunError:
        if named is not None:
            raise
        return ""


def _sorted(asks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(asks, key=lambda ask: (ask["kind"] != "handover", ask["due"] is None, ask["due"] or ""))


def _kind(ask: dict[str, Any]) -> str:
    return "ratification" if ask.get("ratifies") else str(ask["kind"])


def _due(ask: dict[str, Any]) -> str:
    by_law = f"due: {ask['due_text']}" if ask["due_text"] else "no due time"
    due = f"due {_at(ask, ask['due'])}" if ask["due"] else by_law
    taken = f"; {ask['on_it']['person']} is on it since {_at(ask, ask['on_it']['since'])}" if ask["on_it"] else ""
    return f"{due}{', missed' if ask['missed'] else ''}{taken}"


def _at(ask: dict[str, Any], instant: str) -> str:
    """Return an instant on the clock that the incident's status goes by."""
    return local(instant, ask["zone"], named=True)


def _command(incident: str, ask: dict[str, Any]) -> str:
    verb = {"approval": "approve", "decision": "answer"}.get(ask["kind"], "done")
    if ask["kind"] == "view":
        return f"tocsin answer {incident} '{ask['id']}' --set view=..."
    step = f"'{ask['step']}'" if "[" in ask["step"] else ask["step"]
    return f"tocsin {verb} {incident} {step}"
