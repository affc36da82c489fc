"""What `tocsin doctor --connect` asks Slack, each right by a call that changes nothing.

Rules kept here: one thing that is wrong hides no other, but for what the same token would be refused; no message holds
a token. Whether channels can be made is asked with an empty name, which Slack never makes a channel of: what it says
against it tells the right from the name. Of a signing secret Slack tells nothing.
Sources: the errors of conversations.create and the header `x-oauth-scopes` in Slack's method reference.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from engine.domain.errors import IntegrationError
from engine.ports.checks import Check
from integrations.slack.api import RefusedError
from integrations.slack.methods import METHODS, needed_scopes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from engine.ports.people import Person
    from engine.ports.time import Clock
    from integrations.slack.api import SlackApi

SKEW: Final = 60.0
"""Seconds; beyond five minutes signed requests are refused."""
BOT, ROTATING, APP = "xoxb-", "xoxe.", "xapp-"
_NAMELESS: Final = frozenset({"invalid_name_required", "no_channel", "missing_argument", "invalid_name"})
_ROTATED: Final = (
    "This token is exchanged every few hours (token rotation), which Tocsin does not do: make the app anew from"
    " `tocsin slack manifest`, since rotation cannot be switched off."
)
_REINSTALL: Final = "On the app's page: OAuth & Permissions, Scopes, add them, then Install App, Reinstall."

FOR: Final[Mapping[str, str]] = {
    "bookmarks:read": "links at the top of the channel",
    "bookmarks:write": "links at the top of the channel",
    "channels:history": "reading a message that somebody marks",
    "chat:write": "messages",
    "commands": "/incident",
    "files:read": "files that people give in forms",
    "files:write": "long texts as files",
    "groups:history": "finding a message again before it is posted twice",
    "groups:read": "finding the incident's channel again",
    "groups:write": "making the incident's channel and inviting people",
    "im:write": "telling one person something",
    "pins:read": "messages that people pin",
    "pins:write": "pinning the living message",
    "reactions:read": "messages that people mark with a reaction",
    "users:read": "who a person is",
    "users:read.email": "finding people by their mail",
}
"""What each scope is for, as people know it."""


async def checks(
    api: SlackApi,
    *,
    bot_token: str,
    app_token: str,
    signed: bool,
    clock: Clock,
    people: Sequence[Person] | None = (),
    others: bool = False,
) -> list[Check]:
    """Look at everything that commonly goes wrong; `signed` says whether there is a signing secret.

    With None for people, neither they nor the making of channels is asked about. `others` says that another engine may
    be the one that hears what people do.
    """
    try:
        answer, headers = await api.call_with_headers("auth.test")
    except IntegrationError as refused:
        told = _refused("slack", refused, said=kind_of_bot(bot_token))
        return [told, *await _ways_in(api, app_token=app_token, signed=signed, others=others)]
    found = [_account(answer, bot_token=bot_token), *_scopes(headers), *_clock(headers, now=clock.real_now())]
    app = str(answer.get("app_id") or "")
    found += await _ways_in(api, app_token=app_token, signed=signed, others=others, app=app)
    if people is None:
        return found
    return [*found, await _channels(api), *await _people(api, people)]


def kind_of_bot(token: str) -> str:
    """Return what is wrong with the kind of a token that should be a bot's; empty when nothing is."""
    if token.startswith(ROTATING):
        return _ROTATED
    if token.startswith(APP):
        return "This is the app-level token; the bot token starts with xoxb-."
    if not token.startswith(BOT):
        return "This is no bot token: it starts with xoxb- and stands under OAuth & Permissions."
    return ""


def kind_of_app(token: str) -> str:
    """Return what is wrong with the kind of a token that should be app-level; empty when nothing is."""
    return (
        "" if token.startswith(APP) else "This is no app-level token: it starts with xapp- and stands under Basic Info."
    )


def _account(answer: Mapping[str, Any], *, bot_token: str) -> Check:
    says = f"{answer.get('team', '')}, as {answer.get('user', '')}"
    hours = int(answer.get("expires_in") or 0) / 3600
    wrong = kind_of_bot(bot_token)
    if hours:
        return Check("slack", ok=False, says=f"{says}; the token ends in {hours:.0f} h", hint=_ROTATED)
    return Check("slack", ok=not wrong, says=says, hint=wrong)


def _scopes(headers: Mapping[str, str]) -> list[Check]:
    listed = headers.get("x-oauth-scopes")
    if listed is None:
        return [Check("slack scopes", ok=True, says="Slack did not say which there are", odd=True)]
    granted = {scope.strip() for scope in listed.split(",") if scope.strip()}
    needed = needed_scopes()
    missing = [f"{scope} ({purpose(scope)})" for scope in needed if scope not in granted]
    more = sorted(granted - set(needed))
    if missing:
        return [Check("slack scopes", ok=False, says=f"missing: {', '.join(missing)}", hint=_REINSTALL)]
    if more:
        hint = "Take them away from the app: what it may not do cannot be done with a stolen token."
        return [Check("slack scopes", ok=True, says=f"all {len(needed)}; not needed: {', '.join(more)}", hint=hint)]
    return [Check("slack scopes", ok=True, says=f"all {len(needed)}, and no more")]


def purpose(scope: str) -> str:
    """Return what a scope is for: in words, else the methods that need it."""
    return FOR.get(scope) or ", ".join(name for name, method in METHODS.items() if scope in method.scopes)


def _clock(headers: Mapping[str, str], *, now: datetime) -> list[Check]:
    try:
        there = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return []
    skew = (there - now).total_seconds()
    hint = "" if abs(skew) <= SKEW else "Set this machine's clock by NTP: signed requests are refused by their age."
    return [Check("slack clock", ok=not hint, says=f"{round(skew):+d} s", hint=hint)]


async def _ways_in(api: SlackApi, *, app_token: str, signed: bool, others: bool, app: str = "") -> list[Check]:
    found = []
    if app_token:
        found.append(await socket(api, app_token=app_token, app=app))
    if signed:
        says = "a signing secret is set; Slack proves it when the request URL is saved on the app's page"
        found.append(Check("slack http", ok=True, says=says))
    if not found:
        says = "neither an app-level token nor a signing secret: nothing that people do in Slack arrives here"
        hint = "Run `tocsin connect slack`, unless another engine on the same database has one of them."
        found.append(Check("slack socket", ok=others, says=says, hint=hint, odd=others))
    return found


async def socket(api: SlackApi, *, app_token: str, app: str = "") -> Check:
    """Ask for a connection and open none; `app` is the app of the bot token, where it is known."""
    wrong = kind_of_app(app_token)
    if app and app_token.count("-") > 2 and app not in app_token:  # noqa: PLR2004 - as in xapp-1-A0123-4-5, which names its app
        wrong = "The two tokens are of different apps: take both from the same app's pages."
    try:
        await api.call("apps.connections.open", token=app_token)
    except IntegrationError as refused:
        if refused.retry_after is not None and not wrong:
            says = "Slack does not let this be asked again so soon, once a minute at most"
            return Check("slack socket", ok=True, says=says, odd=True)
        return _refused("slack socket", refused, said=wrong)
    return Check("slack socket", ok=not wrong, says="may be opened; none was opened for this", hint=wrong)


async def _channels(api: SlackApi) -> Check:
    try:
        await api.call("conversations.create", name="", is_private=True)
    except RefusedError as refused:
        if refused.code in _NAMELESS:
            return Check("slack channels", ok=True, says="private channels can be made; none was made for this")
        if refused.code == "restricted_action":
            hint = "Ask a workspace administrator: Settings, Permissions, who can create private channels."
            return Check("slack channels", ok=False, says="the workspace lets the app make no channels", hint=hint)
        return _refused("slack channels", refused)
    except IntegrationError as refused:
        return Check("slack channels", ok=False, says=refused.message, hint="Ask again in a while.")
    return Check("slack channels", ok=True, says="Slack said nothing against a channel without a name", odd=True)


async def _people(api: SlackApi, people: Sequence[Person]) -> list[Check]:
    found: list[Check] = []
    for person in people:
        try:
            trouble = await _trouble_of(api, person)
        except IntegrationError as refused:
            if refused.retryable:  # what has to wait now has to wait for the others too
                return [*found, Check("slack people", ok=True, says=refused.message, hint="Ask again.", odd=True)]
            trouble = refused.message.rstrip(".")
        if trouble:
            hint = f"Correct {person.id} in people.yaml; until then they are not invited, and this is shown."
            found.append(Check("slack people", ok=True, says=f"{person.name}: {trouble}", hint=hint, odd=True))
    right = len(people) - len(found)
    return [*([Check("slack people", ok=True, says=f"{right} of {len(people)} found")] if people else []), *found]


async def _trouble_of(api: SlackApi, person: Person) -> str:
    if not (person.slack or person.mail):
        return "neither a Slack id nor a mail"
    try:
        if person.slack:
            answer = await api.call("users.info", user=person.slack)
        else:
            answer = await api.call("users.lookupByEmail", email=person.mail)
    except RefusedError as refused:
        if refused.code not in ("user_not_found", "users_not_found", "user_not_visible"):
            raise
        return f"nobody has the id {person.slack}" if person.slack else f"nobody has the mail {person.mail}"
    user = answer["user"]
    if user.get("deleted"):
        return "their account is deactivated"
    if user.get("is_ultra_restricted") or user.get("is_restricted"):
        return "a guest, who may not be invited everywhere"
    return ""


def _refused(name: str, refused: IntegrationError, *, said: str = "") -> Check:
    return Check(name, ok=False, says=refused.message, hint=said or refused.hint())
