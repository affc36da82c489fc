"""`review.compile`: write the post-incident review report from the timeline.

Rule kept here: the report is bound to its own hash and to the head of the timeline it was made from; writing it again
is harmless.
"""

from __future__ import annotations

from pathlib import PurePath

from engine.actions.interface import Action, ActionContext, Params, Result
from engine.domain.errors import IntegrationError
from engine.domain.kinds import Reach
from engine.domain.traits import ActionTraits


class CompileParams(Params):
    """`review.compile` takes nothing."""


class CompileResult(Result):
    """The report's files in the incident's folder of reports, its SHA-256, and the head it was made from."""

    files: dict[str, str]
    sha256: str
    head_seq: int
    head_hash: str


class ReviewCompile(Action[CompileParams, CompileResult]):
    """Writes the report."""

    name = "review.compile"
    summary = "Write the post-incident review report, bound to its hash and the timeline's head."
    traits = ActionTraits(writes=False, reach=Reach.NONE)
    params = CompileParams
    result = CompileResult
    keeps = tuple(CompileResult.model_fields)
    example = {}  # noqa: RUF012 the seam reads it only

    async def do(self, params: CompileParams, context: ActionContext) -> CompileResult:
        del params
        if context.reports is None:
            hint = "Run it in a Tocsin that writes reports: `tocsin review` does."
            raise IntegrationError("No report was written: nothing here writes reports.", hint=hint)
        report = await context.reports.compile(context.incident)
        head = report.head
        files = {kind: PurePath(path).name for kind, path in report.paths.items()}
        return CompileResult(files=files, sha256=report.sha256, head_seq=head.seq, head_hash=head.hash)
