"""`review.collect`: make the review form and say who is asked.

Rule kept here: the form is asked by the engine, as an ask like any other; the result counts people and never names
those who did not answer.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.actions.interface import Action, ActionContext, Params, Result
from engine.actions.review_questions import QUESTIONS
from engine.domain.errors import IntegrationError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits


class CollectParams(Params):
    """What `review.collect` takes."""

    roles: list[str] = Field([], description="The roles that are asked; all that somebody holds when left out.")
    anonymous: Literal["allowed", "refused"] = Field("allowed", description="Whether an answer may hide who gave it.")


class AskedQuestion(Result):
    """A question of the form."""

    id: str
    head: str
    question: str


class CollectResult(Result):
    """The form, and who is asked."""

    questions: list[AskedQuestion]
    asked_roles: list[str]
    asked_people: int
    anonymous: bool


class ReviewCollect(Action[CollectParams, CollectResult]):
    """Makes the review form."""

    name = "review.collect"
    summary = "Make the twelve-question review form for everyone who took part."
    traits = ActionTraits(writes=False, reach=Reach.NONE)
    params = CollectParams
    result = CollectResult
    keeps = tuple(CollectResult.model_fields)
    example = {"anonymous": "allowed"}  # noqa: RUF012 the seam reads it only

    async def do(self, params: CollectParams, context: ActionContext) -> CollectResult:
        wanted = params.roles or list(context.roles)
        asked = {role: context.roles[role] for role in dict.fromkeys(wanted) if context.roles.get(role)}
        if not asked:
            raise IntegrationError("Nobody can be asked: no role is held.", hint="Give a role with `tocsin assign`.")
        return CollectResult(
            questions=[AskedQuestion(id=item.id, head=item.head, question=item.text) for item in QUESTIONS],
            asked_roles=list(asked),
            asked_people=len({person for people in asked.values() for person in people}),
            anonymous=params.anonymous == "allowed",
        )
