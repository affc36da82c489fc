"""Answering what is asked: `ack`, `done`, `answer`, `approve`, `decline`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.entrypoints.cli.standing import As, Incident, Json, Reason, Step, give, in_office, who_acts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.bootstrap.office import Office
    from engine.domain.fields import FieldSpec

Said = Annotated[str, typer.Option("--reason", "-r", help="A remark that stays on the timeline.")]
PerhapsStep = Annotated[
    str | None, typer.Argument(help="The step, like scope or preserve[2]; none: the handover.", metavar="[STEP]")
]
Set = Annotated[
    list[str] | None, typer.Option("--set", "-s", help="field=value, again for lists; field=@file or @file for JSON.")
]
Table = Annotated[
    list[str] | None, typer.Option("--table", help="field=@file.csv for a table; 'field=a;b;c' for a row of it.")
]

Files = Annotated[
    list[str] | None, typer.Option("--file", help="field=PATH: a file, which goes to the evidence vault.")
]


def ack(incident: Incident, step: Step, *, named: As = None, json_: Json = False) -> None:
    r"""Say that you are on it, so that nobody else is called; it stays open until it is answered.

    \b
    tocsin ack INC-7 depicted
    """
    from engine.domain import commands as cmd

    give(incident, cmd.Acknowledge(target=step), named=named, json_=json_, done=f"You are on {step}.")


def done(
    incident: Incident,
    step: Step,
    *,
    given: Set = None,
    tables: Table = None,
    files: Files = None,
    reason: Said = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Say that a task is done.

    \b
    tocsin done INC-7 screenshots
    tocsin done INC-7 'platform_reports[2]' --set reference=PR-4471 --set sent_at=2026-11-24T04:00+01:00
    """
    from engine.domain import commands as cmd

    values = _values(incident, step, given, tables=tables, files=files, named=named)
    command = cmd.Answer(target=step, verdict="done", values=values, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{step} is done.")


def answer(  # noqa: PLR0913 - each is an option that somebody types
    incident: Incident,
    step: Step,
    *,
    given: Set = None,
    tables: Table = None,
    files: Files = None,
    yes: Annotated[bool | None, typer.Option("--yes/--no", help="The answer to a question without a form.")] = None,
    reason: Said = "",
    named: As = None,
    json_: Json = False,
) -> None:
    r"""Answer a decision or fill in a form. At a terminal it asks for what is missing.

    \b
    tocsin answer INC-7 depicted --set anyone_minor=no --set kind="meeting or training" ...
    tocsin answer INC-7 contained --yes --reason "both copies are reported"
    tocsin answer INC-7 scope --set @answer.json
    tocsin answer INC-7 copies --table places=@places.csv
    tocsin done INC-7 file_authority --set reference=DPA-17 --file receipt=receipt.pdf
    tocsin answer INC-7 notify --reason "yes: names are shown"    your view, where you are consulted
    """
    from engine.domain import commands as cmd

    verdict: Any = "answer" if yes is None else ("yes" if yes else "no")
    values = _values(incident, step, given, tables=tables, files=files, named=named) if yes is None else {}
    command = cmd.Answer(target=step, verdict=verdict, values=values, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"{step} is answered.")


def approve(incident: Incident, step: Step, *, reason: Said = "", named: As = None, json_: Json = False) -> None:
    r"""Approve what a step will do, or what somebody answered, exactly as it is written now.

    \b
    tocsin approve INC-7 holding_text

    Nobody approves what they wrote themselves; an edit afterwards voids the approval.
    """
    from engine.domain import commands as cmd

    command = cmd.Answer(target=step, verdict="approve", reason=reason)
    give(incident, command, named=named, json_=json_, done=f"You approved {step}.")


def decline(
    incident: Incident, step: PerhapsStep = None, *, reason: Reason, named: As = None, json_: Json = False
) -> None:
    r"""Decline an approval, a task that will not be done, or, without a step, the command that you are offered.

    \b
    tocsin decline INC-7 holding_text --reason "it guesses who did it"
    tocsin decline INC-7 --reason "on a train until noon"
    """
    from engine.domain import commands as cmd

    if step is None:
        offered = cmd.DeclineHandover(reason=reason)
        give(incident, offered, named=named, json_=json_, done="You declined the command.")
        return
    command = cmd.Answer(target=step, verdict="decline", reason=reason)
    give(incident, command, named=named, json_=json_, done=f"You declined {step}.")


def break_glass(incident: Incident, step: Step, *, reason: Reason, named: As = None, json_: Json = False) -> None:
    r"""Go ahead alone with what nobody approves, where the playbook lets one person do so after a wait.

    \b
    tocsin break-glass INC-7 lock_original --reason "counsel cannot be reached, and copies spread"

    Others are asked at once to ratify it or to object; both stand on page one of the report.
    """
    from engine.domain import commands as cmd

    command = cmd.BreakGlass(target=step, reason=reason)
    give(incident, command, named=named, json_=json_, done=f"You went ahead alone with {step}; others look at it.")


def _values(
    incident: str,
    step: str,
    given: list[str] | None,
    *,
    tables: list[str] | None,
    files: list[str] | None,
    named: str | None,
) -> dict[str, Any]:
    from engine.entrypoints.cli.given import typed_inputs, typed_tables

    values: dict[str, Any] = {**typed_inputs(given or []), **typed_tables(tables or [])}
    if files:
        from engine.entrypoints.cli.giving import given_files

        values |= in_office(lambda office: given_files(office, incident, step, given=files))
    if sys.stdin.isatty() and sys.stdout.isatty():
        values |= _asked(incident, step, known=values, named=named)
    return values


def _asked(incident: str, step: str, *, known: dict[str, Any], named: str | None) -> dict[str, Any]:
    from engine.domain.answers import find_ask, view_meant
    from engine.domain.views import form_of

    async def work(office: Office) -> Mapping[str, FieldSpec]:
        look = await office.desk.look(incident)
        me = who_acts(office, named).person
        ask = view_meant(look.plan, look.incident, step, person=me) or find_ask(look.incident, step, approval=False)
        return form_of(look.plan, ask) if ask is not None else {}

    form = in_office(work)
    asked: dict[str, Any] = {}
    for name, spec in form.items():
        if name in known or spec.type == "file":
            continue
        options = f" [{', '.join(spec.options)}]" if spec.options else ""
        hint = f" ({spec.hint})" if spec.hint else ""
        typed = _typed_rows(name, spec) if spec.columns else _typed(f"{name}{hint}{options}")
        if typed:
            asked[name] = typed
    return asked


def _typed(label: str) -> str:
    return str(typer.prompt(label, default="", show_default=False))


def _typed_rows(name: str, spec: FieldSpec) -> list[str]:
    """Ask for row after row until one is left empty."""
    rows: list[str] = []
    label = f"{name}, a row ({' | '.join(column.name for column in spec.columns)}), empty to end"
    while typed := _typed(label):
        rows.append(typed)
    return rows
