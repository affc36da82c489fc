"""What people said in a real run, as the injects of a rehearsal: every command, in its order.

Rules kept here: what follows from something that was said is not said again, since it follows in the rehearsal too; who
was refused is refused again, by the same rule; texts and reasons are placeholders; what a rehearsal cannot bring is
left out and told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.authority import COMMANDER
from engine.domain.views import VIEW
from engine.rehearsal.drawing import spelled
from engine.rehearsal.followed import file_of
from engine.rehearsal.naming import prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.domain.events.shape import InputEvent, Json
    from engine.domain.incident import Incident
    from engine.ports.records import Entry
    from engine.rehearsal.followed import Followed
    from engine.rehearsal.unnamed import Unnamed

REASON = "As recorded."
ENGINE, ANONYMOUS = "engine", "anonymous"
BY_A_FORM = "answered in "
"""How the reason of a fact begins that a form has revised."""
ABOUT_STEPS = {"skip": "skip", "retry": "retry", "redo": "redo", "undo": "undo", "resolve": "resolve",
               "break_glass": "alone"}  # fmt: skip
ABOUT_ASKS = {"answer": "answer", "acknowledge": "ack"}
ABOUT_ALL = {"hold": REASON, "release": REASON, "close": REASON, "reopen": REASON, "accept": True, "note": REASON,
             "cancel": {"reason": REASON}, "decline_handover": {"reason": REASON}}  # fmt: skip
"""What is refused whatever it says, by the name of its command."""
NOT_ALLOWED = "not_allowed"
OWN_CHANGE = "own_change"
"""Of approvals alone: a shell names the step only, and not that it is about its approval."""
IN_A_SHELL = "weak_identity"
"""Why nobody is refused in a rehearsal, where everybody is known."""
NOT_BROUGHT = (ev.LossAccepted,)
UNBROUGHT_CHANGES = frozenset({"reassigned"})
"""What people do to tickets and has a consequence; there is no tracker in which a rehearsal's people do it."""

Inject = dict[str, Any]


@dataclass(slots=True)
class Said:
    """Turns a timeline into injects."""

    followed: Followed
    incident: Incident
    unnamed: Unnamed
    name: str
    left_out: dict[str, int] = field(default_factory=dict)
    """What a rehearsal cannot bring, and how often it was."""
    _versions: int = 1
    _follows: set[int] = field(default_factory=set)
    """The places of events that follow from what was said before them."""

    def injects(self, entries: Sequence[Entry]) -> Iterator[Inject]:
        """Yield what people said, in its order."""
        for number, entry in enumerate(entries):
            event = entry.event
            if not isinstance(event, ev.InputEvent):
                continue
            at: Inject = {"at": spelled(entry.at - self.incident.declared_at)}
            if event.by not in (ENGINE, ANONYMOUS):
                at["by"] = self.unnamed.person(event.by)
            deed = self._deed(event, entries[number + 1 :]) if entry.seq not in self._follows else None
            if deed:
                yield {**at, **deed}

    def _deed(self, event: InputEvent, after: Sequence[Entry]) -> Inject | None:
        if event.by == ENGINE:
            return None
        if isinstance(event, ev.IncidentMigrated):
            return self._migrated(event, after)
        if isinstance(event, ev.HandoverAccepted) and after:
            self._follows.add(after[0].seq)  # the role is assigned with it
        return (self._asked(event) or self._known(event) or self._ordered(event) or self._people(event)
                or self._ended(event) or self._refused(event) or self._unbrought(event))  # fmt: skip

    def _asked(self, event: InputEvent) -> Inject | None:
        """Return what was said to what is asked."""
        match event:
            case ev.AskAnswered():
                return {"answer": self._answer(event)}
            case ev.AskAcknowledged():
                return {"ack": self._key(event.ask)}
            case ev.TargetMoved():
                to = spelled(datetime.fromisoformat(event.due) - self.incident.declared_at)
                return {"due": {"step": self.incident.asks[event.ask].step, "to": to, "reason": REASON}}
            case ev.ReviewAnswered():
                answers = {name: self.unnamed.text(text) for name, text in event.answers.items()}
                return {"review": {"answers": answers, **({"anonymous": True} if event.anonymous else {})}}
            case _:
                return None

    def _answer(self, event: ev.AskAnswered) -> Inject:
        ask = self.incident.asks[event.ask]
        said: Inject = {"step": self._key(event.ask), "verdict": event.verdict}
        if ask.kind == VIEW:
            said["role"] = ask.by[0]
        if event.verdict == "decline":
            return {**said, "reason": REASON}
        step = self.followed.step(ask.step)
        values = self.unnamed.answers(step, event.values) if step else {}
        return {**said, "values": values} if values else said

    def _key(self, name: str) -> str:
        ask = self.incident.asks[name]
        return f"{prefix_of(ask)}{ask.step}"

    def _known(self, event: InputEvent) -> Inject | None:
        """Return what became known. A value that is not told stays what it was."""
        match event:
            case ev.FactRevised() if self._by_a_form(event):
                return None
            case ev.FactRevised():
                values = {event.name: ""} if event.value is None else self.unnamed.inputs({event.name: event.value})
                return {"fact": values, "reason": REASON} if values else self._lost("fact whose value is not told")
            case ev.FactAdded():
                values = self.unnamed.inputs({event.name: event.values})
                return {"add": values} if values else self._lost("element that is not told")
            case ev.NoteAdded():
                return {"note": {"text": self.unnamed.text(event.text), "sensitivity": event.sensitivity}}
            case _:
                return None

    def _by_a_form(self, event: ev.FactRevised) -> bool:
        return event.reason.startswith(BY_A_FORM) and event.reason.removeprefix(BY_A_FORM) in self.incident.steps

    def _ordered(self, event: InputEvent) -> Inject | None:
        """Return what was done with a step."""
        match event:
            case ev.GlassBroken():
                return {"alone": event.step, "reason": REASON}
            case ev.SkipOrdered() | ev.RetryOrdered() | ev.UndoOrdered() | ev.RedoOrdered():
                return {event.type.partition("_")[0]: event.step, "reason": REASON}
            case ev.StepResolved():
                return {"resolve": {"step": event.step, "outcome": event.outcome}, "reason": REASON}
            case _:
                return None

    def _people(self, event: InputEvent) -> Inject | None:
        """Return who took part from then on, or no more."""
        match event:
            case ev.RoleAssigned():
                return {"assign": {event.role: [self.unnamed.person(person) for person in event.people]}}
            case ev.PersonExcluded():
                return {"exclude": self.unnamed.person(event.person), "reason": REASON}
            case ev.PersonAdmitted():
                return {"admit": self.unnamed.person(event.person), "reason": REASON}
            case ev.HandoverOffered():
                return {"handover": self.unnamed.person(event.to)}
            case ev.HandoverAccepted():
                return {"accept": True}
            case ev.HandoverDeclined():
                return {"decline": {"reason": REASON}}
            case _:
                return None

    def _ended(self, event: InputEvent) -> Inject | None:
        match event:
            case ev.CancelOrdered():
                return {"cancel": {"reason": REASON, "undo": event.undo}}
            case ev.HoldOrdered() | ev.CloseOrdered() | ev.ReopenOrdered():
                return {event.type.partition("_")[0]: REASON}
            case ev.HoldReleased():
                return {"release": REASON}
            case _:
                return None

    def _migrated(self, event: ev.IncidentMigrated, after: Sequence[Entry]) -> Inject:
        """Return that another version was followed, with what it asked anew; it is told right behind."""
        self._versions += 1
        why = f"asked by version {event.to_version}"
        given: dict[str, Json] = {}
        for entry in after:
            known = entry.event
            if not isinstance(known, ev.FactRevised | ev.RoleAssigned) or known.reason != why:
                break
            self._follows.add(entry.seq)
            if isinstance(known, ev.FactRevised):
                given[known.name] = known.value
        to = file_of(self.name, self.followed.first.playbook, self._versions)
        inputs = self.unnamed.inputs(given)
        return {"migrate": {"to": to, **({"inputs": inputs} if inputs else {})}, "reason": REASON}

    def _refused(self, event: InputEvent) -> Inject | None:
        """Return what was refused, where a rehearsal can bring it."""
        if not isinstance(event, ev.AnswerRefused):
            return None
        deed = self._attempt(event)
        if deed is None or event.rule == IN_A_SHELL:
            return self._lost(f"refused {event.command.replace('_', ' ')}")
        return {**deed, "refused": event.rule}

    def _attempt(self, event: ev.AnswerRefused) -> Inject | None:
        if event.command in ABOUT_ALL:
            key = "decline" if event.command == "decline_handover" else event.command
            return {key: ABOUT_ALL[event.command]}
        if event.rule == OWN_CHANGE and event.step and event.ask is None:
            return {"answer": f"approve/{event.step}"}
        named = event.ask if event.ask in self.incident.asks else None
        if event.command in ABOUT_ASKS and (named or event.step):
            return {ABOUT_ASKS[event.command]: self._key(named) if named else event.step}
        if event.command in ABOUT_STEPS and event.step:
            return {ABOUT_STEPS[event.command]: event.step, "reason": REASON}
        if event.command == "target" and event.step:
            return {"due": {"step": event.step, "to": "0s", "reason": REASON}}
        return self._whatever(event) if event.rule == NOT_ALLOWED else None

    def _whatever(self, event: ev.AnswerRefused) -> Inject | None:
        """Return what was refused whatever it was about, so that it may be about anything."""
        someone = next((name for name in self.unnamed.people.values() if name != self.unnamed.person(event.by)), "")
        known = next(iter(self.followed.inputs), "")
        match event.command:
            case "fact" if known:
                return {"fact": {known: ""}, "reason": REASON}
            case "add" if known:
                return {"add": {known: ""}}
            case "assign":
                return {"assign": {COMMANDER: []}}
            case "exclude" | "admit" | "handover" if someone:
                return {event.command: someone}
            case _:
                return None

    def _unbrought(self, event: InputEvent) -> Inject | None:
        moved = isinstance(event, ev.TicketChanged) and event.change in UNBROUGHT_CHANGES
        return self._lost(event.type.replace("_", " ")) if moved or isinstance(event, NOT_BROUGHT) else None

    def _lost(self, what: str) -> Inject | None:
        """Count what a rehearsal cannot bring."""
        self.left_out[what] = self.left_out.get(what, 0) + 1
        return None
