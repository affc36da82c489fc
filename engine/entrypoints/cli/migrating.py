"""`tocsin migrate`: a running incident goes over to another version of its playbook, after a look at what that means.

Rules kept here: without `--yes` nothing is changed, and whoever may read may look; a version is a file, or a number,
which stands for the file in the playbooks folder if it has that number, else for a text that an incident has followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.domain.errors import ConfigError, PlaybookError
from engine.entrypoints.cli.standing import REFUSED, As, Incident, Json, give, in_office, show

if TYPE_CHECKING:
    from engine.bootstrap.office import Office
    from engine.domain.plan import Plan
    from engine.runtime.desk import Look

FOLLOWED = "followed before"
PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a playbook: its plan, its text, and where it was found."""

    plan: Plan
    text: str
    found: str


def migrate(
    incident: Incident,
    *,
    to: Annotated[str, typer.Option("--to", help="The other version: its number, or its file.", metavar="VERSION")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; it stays on the timeline.")] = "",
    given: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="What the other version asks anew: key=value.")
    ] = None,
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Take a running incident over to another version of its playbook; first see what that means.

    \b
    tocsin migrate INC-7 --to 4                                     what would change, and what is in the way
    tocsin migrate INC-7 --to video-leak.yaml --yes --reason "the union has to be told"
    tocsin migrate INC-7 --to 4 --input region=eu --yes --reason "the region decides now"

    What is done stays done, what is asked keeps its target, what has not begun follows the other version. What does not
    fit is refused, each by the name of its rule. The commander decides.
    """
    from engine.domain.commands import MigrateIncident
    from engine.entrypoints.cli.given import typed_inputs

    inputs = dict(typed_inputs(given or []))
    if not yes:
        _preview(incident, to, inputs=inputs, json_=json_)
        return
    _, version = in_office(lambda office: _found(office, incident, to))
    command = MigrateIncident(text=version.text, reason=reason, inputs=inputs)
    give(incident, command, named=named, json_=json_, done=f"{incident} follows version {version.plan.version} now.")


def _preview(incident: str, to: str, *, inputs: dict[str, Any], json_: bool) -> None:
    from engine.domain.commands import MigrateIncident, Who
    from engine.domain.mapping.change import Change
    from engine.domain.migrating import differences, in_the_way

    async def work(office: Office) -> tuple[Look, Version]:
        return await _found(office, incident, to)

    look, version = in_office(work)
    change = Change(look.plan, version.plan, look.incident)
    command = MigrateIncident(text=PREVIEW, reason=PREVIEW, inputs=inputs)
    found = in_the_way(change, command, Who(person="", via="cli"), now=look.now)
    if json_:
        show(
            {
                "incident": incident,
                "playbook": look.plan.playbook,
                "from": {"version": look.plan.version, "digest": look.plan.digest},
                "to": {"version": version.plan.version, "digest": version.plan.digest, "found": version.found},
                "possible": not found,
                "changes": [{"what": one.what, "means": one.means} for one in differences(change)],
                "in_the_way": [{"rule": one.rule, "place": one.place, "why": one.why} for one in found],
            }
        )
    else:
        typer.echo(f"{incident}: {look.plan.playbook}, version {look.plan.version}")
        typer.echo(f"would follow version {version.plan.version} ({version.found})")
        for one in differences(change):
            typer.echo(f"  {one.what}: {one.means}")
        if version.plan.version == look.plan.version and version.plan.digest != look.plan.digest:
            typer.echo(f"  version: {version.plan.version} as before; count it up with each change")
        typer.echo("In the way:" if found else "Nothing is in the way.")
        for obstacle in found:
            typer.echo(f"  {obstacle.place} ({obstacle.rule}): {obstacle.why}")
        typer.echo(_next(incident, to, possible=not found))
    if found:
        raise typer.Exit(REFUSED)


def _next(incident: str, to: str, *, possible: bool) -> str:
    if not possible:
        return "Nothing was changed. Let the new version keep these, or let the incident end with the one it has."
    return f'Nothing was changed. To do it: tocsin migrate {incident} --to {to} --yes --reason "..."'


async def _found(office: Office, incident: str, to: str) -> tuple[Look, Version]:
    """Return where an incident stands, and the version that is meant."""
    from engine.entrypoints.cli.files import pinned, playbook_named

    look = await office.desk.look(incident)
    if not to.isdecimal():
        path = playbook_named(to)
        data = pinned(path)
        return look, Version(office.plans.compiled(data, path=str(path)), data.decode(), str(path))
    found = [*_in_folder(office, look.plan.playbook), *await _followed(office, look.plan.playbook)]
    there = [version for version in found if version.plan.version == int(to)]
    texts = {version.plan.digest: version for version in reversed(there)}
    if not texts:
        known = ", ".join(dict.fromkeys(str(version.plan.version) for version in found)) or "none"
        raise ConfigError(f"There is no version {to} of {look.plan.playbook}.", hint=f"There are: {known}.")
    if there[0].found != FOLLOWED or len(texts) == 1:
        return look, there[0]
    raise ConfigError(f"Several texts call themselves version {to}.", hint="Give the file.")


def _in_folder(office: Office, playbook: str) -> list[Version]:
    from engine.entrypoints.cli.files import pinned, playbook_named

    try:
        path = playbook_named(playbook)
        data = pinned(path)
        return [Version(office.plans.compiled(data, path=str(path)), data.decode(), str(path))]
    except (ConfigError, PlaybookError):
        return []


async def _followed(office: Office, playbook: str) -> list[Version]:
    """Return the versions of a playbook that incidents have followed."""
    found = []
    for text in (await office.ledger.definitions()).values():
        if playbook not in text:
            continue
        try:
            found.append(Version(office.plans.compiled(text.encode(), path=f"{playbook}.yaml"), text, FOLLOWED))
        except PlaybookError:  # another playbook, or written for an older Tocsin
            continue
    return found
