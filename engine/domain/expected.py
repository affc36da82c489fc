"""What a rehearsal expects: how everything stands at its end, or at a moment, and what came on the way there.

Rule kept here: a list says exactly what there is, so that what is new is noticed; a mapping says it of what it names.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from engine.domain.injects import Person, When
from engine.domain.notation import Duration, Id, Part, Words


class StateModel(Part):
    """How everything stands."""

    status: Literal["declared", "contained", "resolved", "closed", "cancelled"] | None = Field(
        None, description="How far the incident is."
    )
    steps: dict[str, str] = Field({}, description="The state of steps, or instances.")
    missed: list[str] | None = Field(None, description="Exactly the steps whose target is missed; [] for none.")
    never: list[str] = Field([], description="Steps that have not begun.")
    facts: dict[Id, Any] = Field({}, description="What facts are.")
    asked: dict[str, Words] = Field({}, description="Exactly the roles that were asked, by step or approve/STEP.")
    answered: dict[str, Words] = Field({}, description="Exactly who answered last, by step; [] for nobody.")
    tickets: list[str] | None = Field(None, description="Exactly the steps for which a ticket was made.")
    sent: list[str] | None = Field(None, description="Exactly the steps that sent something, not only looked.")
    attention: list[str] | None = Field(
        None, description="Exactly what needs a person: why, and the step or role, like `missed scope`; [] for nothing."
    )


class ExpectModel(StateModel):
    """What must have come of it."""

    order: list[str] = Field([], description="Steps in the order in which they were settled.")
    called: list[Person] | None = Field(None, description="Exactly who is called, in this order; [] for nobody.")
    woken: list[Person] | None = Field(None, description="Exactly who is woken by a page; [] for nobody.")
    refused: list[str] | None = Field(None, description="Exactly the steps at which somebody was refused.")
    within: dict[str, Duration] = Field(
        {}, description="The longest time from the beginning until a step is settled, or contained, resolved, closed."
    )
    by: dict[When, StateModel] = Field({}, description="How everything stands at a time from the beginning, like 2h.")

    @property
    def shows_tickets(self) -> bool:
        """Whether tickets are looked at, so that they have to be made."""
        return any(state.tickets is not None for state in (self, *self.by.values()))
