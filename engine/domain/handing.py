"""Handing the command over: offered, then accepted or declined; checked, or refused with the reason.

Rules kept here: pure; whoever has the command keeps it until the offer is accepted; an answer counts for the offer it
was given to and for no later one; whoever accepts holds the role first, the others stay behind them in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from engine.domain import commands as cmd
from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER, Refusal, holders, kept_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.events.shape import InputEvent
    from engine.domain.incident import Incident
    from engine.domain.plan import Plan
    from engine.domain.steering import Handover

HandoverCommand = cmd.OfferHandover | cmd.AcceptHandover | cmd.DeclineHandover
ENDED = {
    "accepted": "been accepted",
    "declined": "been declined",
    "replaced": "been replaced by another one",
    "lapsed": "ended with the incident",
}
SUBJECT = "handover"
"""What a button or a message about an offer names, with its number behind a colon; no ask is called so."""


def take_handover(
    plan: Plan, incident: Incident, command: HandoverCommand, stamp: Mapping[str, str]
) -> tuple[InputEvent, ...] | Refusal:
    """Return the events a command about the handover comes to, or why it is refused."""
    held = holders(plan, incident, COMMANDER)
    match command:
        case cmd.OfferHandover() if command.to == held[0]:
            return Refusal("in_command", "That person has the command already.", "Offer it to somebody else.")
        case cmd.OfferHandover() if (kept := kept_apart(plan, incident, [command.to], role=COMMANDER)) is not None:
            return kept
        case cmd.OfferHandover():
            number = len(incident.handovers) + 1
            offer = ev.HandoverOffered(
                number=number, to=command.to, note=command.note.strip(), summary=command.summary, **stamp
            )
            return (offer,)
        case cmd.AcceptHandover():
            open_offer = _meant(incident, command.number)
            if isinstance(open_offer, Refusal):
                return open_offer
            kept = kept_apart(plan, incident, [open_offer.to], role=COMMANDER)
            if kept is not None:
                return kept
            people = [open_offer.to, *(person for person in held if person != open_offer.to)]
            reason = f"accepted the handover from {open_offer.by}"
            return (
                ev.HandoverAccepted(number=open_offer.number, **stamp),
                ev.RoleAssigned(role=COMMANDER, people=people, reason=reason, on_call=None, **stamp),
            )
        case cmd.DeclineHandover():
            open_offer = _meant(incident, command.number)
            if isinstance(open_offer, Refusal):
                return open_offer
            if not command.reason.strip():
                return Refusal("reason", "Declining needs a reason.", "Say in one sentence why.")
            return (ev.HandoverDeclined(number=open_offer.number, reason=command.reason.strip(), **stamp),)
        case _:
            assert_never(command)


def handover_subject(number: int) -> str:
    """Return what names an offer: `handover:2`."""
    return f"{SUBJECT}:{number}"


def handover_number(subject: str) -> int | None:
    """Return the number of the offer that a subject names; None where it names something else."""
    word, colon, number = subject.partition(":")
    return int(number) if word == SUBJECT and colon and number.isdigit() else None


def _meant(incident: Incident, number: int) -> Handover | Refusal:
    """Return the open offer, if it is the one of that number; 0 stands for whichever is open."""
    offer = incident.handover
    if offer is not None and number in (0, offer.number):
        return offer
    earlier = next((one for one in incident.handovers if one.number == number), None)
    said = f"This handover has {ENDED[earlier.outcome]} already." if earlier else "Nobody offers you the command now."
    return Refusal("no_handover", said, "`tocsin inbox` shows what waits for you.")
