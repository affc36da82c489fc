"""`tocsin oncall`: who holds each role now, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.chain import instant_text
from engine.domain.errors import ConfigError
from engine.entrypoints.cli.standing import Json, in_office, show

if TYPE_CHECKING:
    from engine.bootstrap.office import Office
    from engine.runtime.choosing import Choice

EXIT_AWAY = 4


def oncall(
    *,
    at: Annotated[str, typer.Option("--at", help="An instant with its zone, like 2026-11-24T03:00+01:00.")] = "",
    json_: Json = False,
) -> None:
    r"""Show who would hold each role, from which rota or list.

    \b
    tocsin oncall
    tocsin oncall --at 2026-12-24T20:00+01:00
    tocsin oncall --json    an object with `at` and `roles`

    A rota that cannot be read leaves its role to the list; that is said, and the exit code is 4.
    """
    asked = _instant(at) if at else None

    async def work(office: Office) -> dict[str, Any]:
        moment = asked or office.clock.now()
        choices = await office.choosing.choose(office.people.roles, at=moment)
        return {"at": instant_text(moment), "roles": [_as_json(office, choice) for choice in choices]}

    found = in_office(work)
    if json_:
        show(found)
    else:
        _print(found["roles"])
    raise typer.Exit(EXIT_AWAY if any(role["trouble"] for role in found["roles"]) else 0)


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no instant.", hint="Write it like 2026-11-24T03:00+01:00.") from None
    if moment.tzinfo is None:
        raise ConfigError(f"{text!r} has no zone.", hint=f"Write {text}+01:00, or {text}Z.")
    return moment


def _as_json(office: Office, choice: Choice) -> dict[str, Any]:
    found = choice.on_call
    named = [office.people.person(person) for person in choice.people]
    return {
        "role": choice.role,
        "people": list(choice.people),
        "names": [person.name for person in named if person is not None],
        "rota": found.rota if found else None,
        "on_call": (found.person or None) if found else None,
        "trouble": found.trouble if found else "",
    }


def _print(roles: list[dict[str, Any]]) -> None:
    width = max((len(role["role"]) for role in roles), default=0)
    for role in roles:
        why = f"on call in rota {role['rota']}, then the list" if role["on_call"] else "the list"
        people = f"{', '.join(role['names'])} ({why})" if role["people"] else "nobody"
        typer.echo(f"{role['role']:<{width}}  {people}")
    for role in roles:
        if role["trouble"]:
            typer.echo(
                f"warning: rota {role['rota']} did not say who holds {role['role']}: {role['trouble']}", err=True
            )
