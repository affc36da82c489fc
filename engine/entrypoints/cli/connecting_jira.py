"""What `tocsin connect jira` asks, and how each answer is tried.

Rule kept here: what can be chosen is what the account sees; whatever is typed is tried by Jira itself before the next
thing is asked.
"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from engine.bootstrap.connecting import (
    CLOUD_TOKENS,
    SERVER_TOKENS,
    Access,
    Offer,
    jira_reached,
    levels_of,
    offer,
    said,
    types_of,
    wanted_by,
)
from engine.domain.errors import ConfigError, IntegrationError
from engine.entrypoints.cli.keeping_settings import Changes, Present
from engine.settings.values import variable
from engine.settings.writing import jira_fields, jira_level, jira_types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.entrypoints.cli.terminal import Terminal

SHOWN: Final = ("jira_url", "jira_email", "jira_token", "jira_token_ends", "jira_project")
NO_LEVEL: Final = "none"
TYPES: Final = {"epic": "Epic", "ticket": "Task"}
"""What the incident and a person's step are made as, where nothing else is said."""


def steps(terminal: Terminal, present: Present) -> Changes:
    """Ask for everything, and return what is to be written."""
    terminal.say("Jira now:", *(present.told(name) for name in SHOWN), "")
    url = _url(terminal, present)
    access, seen, ends = _account(terminal, present, url=url)
    changes = Changes()
    changes.settings["jira_url"] = url
    if access.email:
        changes.settings["jira_email"] = access.email
    if ends:
        changes.settings["jira_token_ends"] = date.fromisoformat(ends)
    changes.secret("jira_token", access.token)
    project = _project(terminal, present, seen)
    changes.settings["jira_project"] = project
    _issues(terminal, present, changes, access=access, project=project)
    return changes


def _url(terminal: Terminal, present: Present) -> str:
    def wrong(url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            return "Give an address that starts with https:// and holds no password."
        tried = asyncio.run(jira_reached(url))
        return "" if tried.ok else f"{tried.says} {tried.hint}"

    def ask() -> str:
        return terminal.text(
            "Jira's address (like https://example.atlassian.net)",
            variable=variable("jira_url"),
            now=present.value("jira_url"),
        ).rstrip("/")

    return terminal.until(ask, wrong=wrong)


def _account(terminal: Terminal, present: Present, *, url: str) -> tuple[Access, Offer, str]:
    cloud = str(urlsplit(url).hostname).endswith(("atlassian.net", "jira.com", "api.atlassian.com"))
    if terminal.asks and not present.value("jira_token"):
        page = CLOUD_TOKENS if cloud else f"{url}{SERVER_TOKENS}, Personal Access Tokens"
        terminal.say(
            "",
            "Take an account of Tocsin's own: what it writes is known by its author. Signed in as it, make a token:",
            "",
            page,
            "",
        )
    why = ""
    for _ in range(terminal.tries):
        access = Access(url=url, email=_mail(terminal, present, cloud=cloud), token=_token(terminal, present))
        try:
            seen = asyncio.run(offer(access))
        except IntegrationError as refused:
            why = said(refused)
            terminal.say(f"  {why}")
            continue
        terminal.say(f"  ok       it lets us in as {seen.account}")
        changed = access.token != present.value("jira_token")
        return access, seen, _ends(terminal, present, changed=changed)
    raise ConfigError(why, hint="Run the command again when you have the right token; nothing was changed.")


def _mail(terminal: Terminal, present: Present, *, cloud: bool) -> str:
    label = "The account's mail" if cloud else "The account's mail (on Jira Cloud; Enter for none, on Data Center)"
    return terminal.text(label, variable=variable("jira_email"), now=present.value("jira_email"), needed=cloud)


def _token(terminal: Terminal, present: Present) -> str:
    return terminal.secret("Its token", variable=variable("jira_token"), now=present.value("jira_token"))


def _ends(terminal: Terminal, present: Present, *, changed: bool) -> str:
    """Ask for the day on which the token ends: Jira tells it once, when the token is made."""

    def wrong(text: str) -> str:
        try:
            date.fromisoformat(text or "2000-01-01")
        except ValueError:
            return "Write it like 2027-05-31."
        return ""

    now = present.value("jira_token_ends")
    if not changed and now:
        return now
    label = "The day on which it ends, like 2027-05-31 (Enter if it was not told)"
    name = variable("jira_token_ends")
    return terminal.until(
        lambda: terminal.text(label, variable=name, now="" if changed and terminal.asks else now, needed=False),
        wrong=wrong,
    )


def _project(terminal: Terminal, present: Present, seen: Offer) -> str:
    if not seen.projects:
        raise ConfigError(
            "The account sees no project.", hint="Let it browse, create and edit issues in one, then run this again."
        )
    if terminal.asks:
        terminal.say("", "The project that gets the tickets:")
    now = present.value("jira_project")
    return terminal.choose("Project", seen.projects, variable=variable("jira_project"), now=now)


def _issues(terminal: Terminal, present: Present, changes: Changes, *, access: Access, project: str) -> None:
    """Choose issue types among those of the project, and fill in what they require."""
    kinds = asyncio.run(types_of(access, project))
    ids = {name: type_id for type_id, name in kinds}
    current = {**TYPES, **jira_types(present.jira_file)}
    chosen: dict[str, str] = {}
    for role, says in (("epic", "an incident"), ("ticket", "a person's step")):
        now = next((name for type_id, name in kinds if current[role] in (name, type_id)), "")
        if terminal.asks or now:
            if terminal.asks:
                terminal.say("", f"The issue type of {says}:")
            options = [(name, "") for name in ids]
            chosen[role] = terminal.choose("Issue type", options, variable="", now=now) if terminal.asks else now
            continue
        hint = f"Name one of these as `types` in {present.jira_file}: {', '.join(ids)}."
        raise ConfigError(f"The project {project} has no issue type {current[role]!r}.", hint=hint)
    changes.types |= {role: name for role, name in chosen.items() if current[role] not in (name, ids[name])}
    types = [ids[name] for name in chosen.values()]
    _fields(terminal, present, changes, access=access, project=project, types=types)
    _level(terminal, present, changes, levels=asyncio.run(levels_of(access, project, type_id=ids[chosen["ticket"]])))


def _fields(
    terminal: Terminal, present: Present, changes: Changes, *, access: Access, project: str, types: list[str]
) -> None:
    known = jira_fields(present.jira_file)
    wanted = asyncio.run(wanted_by(access, project, types=types))
    left = [one for one in wanted if not {one.id, one.name} & known]
    if left and not terminal.asks:
        names = ", ".join(f"{one.name} ({one.id})" for one in left)
        terminal.say(f"note: the project requires {names}; write `fields` into {present.jira_file}.")
        return
    for one in left:
        terminal.say("", f"The project requires the field {one.name}; every ticket of ours gets the same value:")
        if one.options:
            value = terminal.choose(one.name, [(option, "") for option in one.options], variable="")
        else:
            value = terminal.text(one.name, variable="")
        changes.fields[one.id] = (one.name, value)


def _level(terminal: Terminal, present: Present, changes: Changes, *, levels: Sequence[str]) -> None:
    """Choose who sees restricted tickets, where what is written is not there; nobody is asked whose level is there."""
    now = jira_level(present.jira_file)
    if not terminal.asks or now in levels or not (now or levels):
        return
    terminal.say("", "Tickets of restricted steps are seen by those of one security level; without one, none are made:")
    options = [*((level, "") for level in levels), (NO_LEVEL, "restricted steps stay in Slack and the command line")]
    chosen = terminal.choose("Level", options, variable="", now=NO_LEVEL if not levels else "")
    wanted = "" if chosen == NO_LEVEL else chosen
    changes.level = wanted if wanted != now else None
