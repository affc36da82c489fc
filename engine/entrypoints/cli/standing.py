"""Who uses the command line, and how what they ask for is answered.

Rules kept here: a person is named by `--as` or TOCSIN_PERSON, else known by their login; who is not in people.yaml only
reads. A refusal ends with exit code 3, its reason and what to do next. With `--json` there is one JSON object, always.
"""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from engine.domain.errors import ConfigError, RunError
from engine.domain.values import zone_named

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from engine.bootstrap.office import Office
    from engine.domain.authority import Refusal
    from engine.domain.commands import AnyCommand, Who
    from engine.domain.events.shape import InputEvent

T = TypeVar("T")

As = Annotated[
    str | None, typer.Option("--as", help="Who you are: an id of people.yaml. Else TOCSIN_PERSON, else your login.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]
Incident = Annotated[str, typer.Argument(help="The incident, like INC-7.", metavar="INC")]
Step = Annotated[str, typer.Argument(help="The step, like scope or preserve[2].", metavar="STEP")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it stays on the timeline.")]
REFUSED = 3
FORM_HINT = (
    "Send it again with --set NAME=VALUE for each field, and --reason for why; "
    "`tocsin answer --help` shows how files and tables are given."
)


def in_office(work: Callable[[Office], Awaitable[T]]) -> T:
    """Open the office, do some work in it, and return what it came to."""
    import asyncio

    async def run() -> T:
        from engine.bootstrap.office import open_office

        async with open_office() as office:
            return await work(office)

    return asyncio.run(run())


def who_acts(office: Office, named: str | None) -> Who:
    """Return the person at the keyboard; raise when nobody knows them."""
    from engine.domain.commands import Who

    people = office.people
    given = named or office.settings.person
    if given is not None:
        person = people.person(given)
        if person is None:
            close = get_close_matches(given, [known.id for known in people.everyone()], n=1)
            there = f"Did you mean {close[0]}?" if close else "config/people.yaml lists everybody."
            raise ConfigError(f"There is no person {given}.", hint=there)
        if not people.admits(given):
            raise RunError(f"{person.name} is excluded in people.yaml, so nothing is done in that name.")
    else:
        login = getpass.getuser()
        person = people.by_login(login)
        if person is None:
            hint = "Say who you are with --as NAME or TOCSIN_PERSON, or write the login into config/people.yaml."
            raise RunError(f"Nobody in people.yaml has the login {login}, so you may only read.", hint=hint)
    return Who(person=person.id, via="cli", strength="local-shell", zone=person.zone)


def give(incident: str, command: AnyCommand, *, named: str | None, json_: bool, done: str) -> Sequence[InputEvent]:
    """Give a command to an incident, and say what it came to; return that."""
    from engine.domain.authority import Refusal

    async def work(office: Office) -> tuple[Sequence[InputEvent] | Refusal, str]:
        came = await office.desk.give(incident, command, who_acts(office, named))
        return came, came.advice(partial(_called, office)) if isinstance(came, Refusal) else ""

    result, hint = in_office(work)
    if isinstance(result, Refusal):
        told = FORM_HINT if result.rule == "form" else hint
        refuse(result.rule, result.message, hint=told, fields=dict(result.fields), json_=json_)
    if json_:
        show({"incident": incident, "accepted": [event.type for event in result]})
    else:
        typer.echo(done)
    return result


def refuse(rule: str, message: str, *, hint: str, fields: Mapping[str, str], json_: bool) -> NoReturn:
    """End with a refusal."""
    if json_:
        show({"refused": {"rule": rule, "message": message, "hint": hint, "fields": dict(fields)}})
    else:
        typer.echo(f"refused: {message.partition(':')[0] + '.' if fields else message}", err=True)
        for name, text in fields.items():
            typer.echo(f"  {name}: {text}", err=True)
        if hint:
            typer.echo(f"hint: {hint}", err=True)
    raise typer.Exit(REFUSED)


def _called(office: Office, person: str) -> str:
    """Return a person's name and the id that stands for them here."""
    known = office.people.person(person)
    return f"{known.name} ({person})" if known else person


def local(text: str, zone: str, *, named: bool = False) -> str:
    """Return an instant as people read it, in an incident's zone, which is named here or elsewhere."""
    at = datetime.fromisoformat(text).astimezone(zone_named(zone))
    return f"{at:%a %d %b %H:%M %Z}" if named else f"{at:%a %d %b %H:%M}"


def show(value: Mapping[str, Any]) -> None:
    """Write a JSON object."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
