"""`statement.draft`: put a statement together as exact bytes, and say what is wrong with it.

Rules kept here: five parts in one order; the same parts give the same bytes, whose SHA-256 is what people approve;
nothing is changed to make a problem go away.
"""

from __future__ import annotations

from pydantic import Field

from engine.actions.interface import Action, ActionContext, Params, Result
from engine.actions.wording import wording_problems
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits

PART = 2000


class StatementParams(Params):
    """What `statement.draft` takes: what is acknowledged, known, done, asked for, and when more is said."""

    acknowledge: str = Field(min_length=1, max_length=PART, description="That it happened, without naming it.")
    detail: str = Field("", max_length=PART, description="What may be said as fact.")
    steps: str = Field("", max_length=PART, description="What is being done.")
    care: str = Field("", max_length=PART, description="What is asked of readers, and care for those affected.")
    next: str = Field("", max_length=PART, description="When more is said, and whom to ask.")
    version: int = Field(1, ge=1, description="The number of this version.")
    hide: list[str] = Field([], max_length=200, description="Names, titles and addresses that must not stand in it.")
    own_addresses: list[str] = Field([], max_length=20, description="Addresses of our own that may stand in it.")


class StatementResult(Result):
    """A version of the statement."""

    text: str
    version: int
    sha256: str
    problems: list[str]


class StatementDraft(Action[StatementParams, StatementResult]):
    """Drafts a statement."""

    name = "statement.draft"
    summary = "Put a statement together as exact bytes and check its words."
    traits = ActionTraits(writes=False, reach=Reach.NONE)
    params = StatementParams
    result = StatementResult
    keeps = tuple(StatementResult.model_fields)
    example = {  # noqa: RUF012 the seam reads it only
        "acknowledge": "We are aware that an internal recording has been shared without permission.",
        "steps": "Access to the original is closed, and we are speaking with the people concerned.",
        "care": "Please do not share it further; people are affected.",
        "next": "We will write again by 18:00 UTC.",
    }

    async def do(self, params: StatementParams, context: ActionContext) -> StatementResult:
        text = statement_text(params)
        stored = await context.vault.put(text.encode())
        problems = list(wording_problems(text, hide=params.hide, allow=params.own_addresses))
        return StatementResult(text=text, version=params.version, sha256=stored.sha256, problems=problems)


def statement_text(params: StatementParams) -> str:
    """Return the exact text: its parts as paragraphs, runs of spaces and line ends made one."""
    parts = (params.acknowledge, params.detail, params.steps, params.care, params.next)
    paragraphs = (" ".join(part.split()) for part in parts)
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
