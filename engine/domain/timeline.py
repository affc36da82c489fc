"""What can happen in an incident: every timeline event, by type and version.

Rules kept here:
1. Events are facts in the past tense; nothing is ever changed or removed, a later event corrects.
2. *Inputs* come from people, trackers, chats and clocks and are always accepted at the end of the timeline;
   *engine events* are written only by the engine that carries the incident.
3. A new field needs a default; any other change needs a new version and an entry in `UPCASTS`.
4. Values from people and machines stand in their encoded form (`engine.domain.fields.encode`): no floats.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine.domain.events.approvals import AskEscalated, GlassBroken
from engine.domain.events.custody import FileKept
from engine.domain.events.engine import (
    AskClosed,
    AskOpened,
    AskReminded,
    CallBegan,
    EffectDone,
    EffectFailed,
    EffectIntended,
    EffectUnconfirmed,
    IncidentAdvanced,
    MomentMarked,
    PersonCalled,
    PhaseOpened,
    PhaseSettled,
    RoundEnded,
    SegmentBegan,
    StepBlocked,
    StepCancelled,
    StepDeclined,
    StepDone,
    StepFailed,
    StepPrepared,
    StepRevived,
    StepSkipped,
    StepSpread,
    TargetMissed,
    TimerSet,
    TrackerCaughtUp,
)
from engine.domain.events.inputs import (
    AnswerRefused,
    AskAcknowledged,
    AskAnswered,
    CancelOrdered,
    CloseOrdered,
    FactAdded,
    FactRevised,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    HoldOrdered,
    HoldReleased,
    IncidentDeclared,
    LossAccepted,
    NoteAdded,
    PersonAdmitted,
    PersonExcluded,
    RedoOrdered,
    ReopenOrdered,
    RetryOrdered,
    ReviewAnswered,
    RoleAssigned,
    SkipOrdered,
    StepResolved,
    TargetMoved,
    TicketChanged,
    TicketTwinFound,
    TimerFired,
    UndoOrdered,
)
from engine.domain.events.law import ClockStarted, StageFulfilled
from engine.domain.events.shape import Event, InputEvent, Json
from engine.domain.events.versions import IncidentMigrated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "EVENTS",
    "UPCASTS",
    "AnswerRefused",
    "AskAcknowledged",
    "AskAnswered",
    "AskClosed",
    "AskEscalated",
    "AskOpened",
    "AskReminded",
    "CallBegan",
    "CancelOrdered",
    "ClockStarted",
    "CloseOrdered",
    "EffectDone",
    "EffectFailed",
    "EffectIntended",
    "EffectUnconfirmed",
    "Event",
    "FactAdded",
    "FactRevised",
    "FileKept",
    "GlassBroken",
    "HandoverAccepted",
    "HandoverDeclined",
    "HandoverOffered",
    "HoldOrdered",
    "HoldReleased",
    "IncidentAdvanced",
    "IncidentDeclared",
    "IncidentMigrated",
    "InputEvent",
    "LossAccepted",
    "MomentMarked",
    "NoteAdded",
    "PersonAdmitted",
    "PersonCalled",
    "PersonExcluded",
    "PhaseOpened",
    "PhaseSettled",
    "RedoOrdered",
    "ReopenOrdered",
    "RetryOrdered",
    "ReviewAnswered",
    "RoleAssigned",
    "RoundEnded",
    "SegmentBegan",
    "SkipOrdered",
    "StageFulfilled",
    "StepBlocked",
    "StepCancelled",
    "StepDeclined",
    "StepDone",
    "StepFailed",
    "StepPrepared",
    "StepResolved",
    "StepRevived",
    "StepSkipped",
    "StepSpread",
    "TargetMissed",
    "TargetMoved",
    "TicketChanged",
    "TicketTwinFound",
    "TimerFired",
    "TimerSet",
    "TrackerCaughtUp",
    "UndoOrdered",
    "parse",
]

INPUTS: tuple[type[InputEvent], ...] = (
    IncidentDeclared,
    FactRevised,
    FactAdded,
    AskAnswered,
    AnswerRefused,
    NoteAdded,
    RoleAssigned,
    SkipOrdered,
    RetryOrdered,
    StepResolved,
    UndoOrdered,
    CancelOrdered,
    CloseOrdered,
    ReopenOrdered,
    TimerFired,
    TicketChanged,
    ReviewAnswered,
    LossAccepted,
    AskAcknowledged,
    HoldOrdered,
    HoldReleased,
    RedoOrdered,
    TargetMoved,
    TicketTwinFound,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    PersonExcluded,
    PersonAdmitted,
    IncidentMigrated,
    GlassBroken,
    FileKept,
)
ENGINE_EVENTS: tuple[type[Event], ...] = (
    SegmentBegan,
    PhaseOpened,
    PhaseSettled,
    IncidentAdvanced,
    StepSkipped,
    StepRevived,
    StepBlocked,
    StepSpread,
    StepPrepared,
    StepDone,
    RoundEnded,
    StepDeclined,
    StepFailed,
    StepCancelled,
    MomentMarked,
    AskOpened,
    AskClosed,
    EffectIntended,
    EffectDone,
    EffectFailed,
    EffectUnconfirmed,
    TimerSet,
    TargetMissed,
    TrackerCaughtUp,
    AskReminded,
    CallBegan,
    PersonCalled,
    AskEscalated,
    ClockStarted,
    StageFulfilled,
)

EVENTS: dict[str, type[Event]] = {kind.type: kind for kind in (*INPUTS, *ENGINE_EVENTS)}

UPCASTS: Mapping[tuple[str, int], Callable[[dict[str, Json]], dict[str, Json]]] = {}
"""(type, version) -> function from that version's content to the next version's."""


def parse(kind: str, version: int, content: bytes) -> Event:
    """Return the event of stored content, brought up to the newest version of its type.

    Raises:
        ValueError: the type is unknown or the content does not fit it.
    """
    model = EVENTS.get(kind)
    if model is None or version > model.version:
        msg = f"this Tocsin does not know event {kind} version {version}; it was written by a newer one"
        raise ValueError(msg)
    values: dict[str, Json] = json.loads(content)
    for step in range(version, model.version):
        values = UPCASTS[kind, step](values)
    return model.model_validate(values)
