"""A file is given in a shell: Slack and Jira say how, and take no other word for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.inward.rig import house
from tests.integration.inward.test_tracker import _opened_again

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = """
    tocsin: 1
    playbook: leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
    roles:
      commander: {required: true, title: Incident commander}
      responder: {required: true, title: Responder}
      counsel: {required: true, title: Counsel}
    phases:
      contain:
        steps:
          - {id: filing, title: File it, task: File it., owner: responder, form: {receipt: {type: file}}}
    """
ASK = "filing.task.1"


async def test_slack_says_how_a_file_is_given(home: Path) -> None:
    """No form opens that could not be filled in."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        told = await made.told("ben", "The form did not open.")
        assert "`tocsin answer --file FIELD=PATH` in a shell" in told.replace("&gt;", ">")


async def test_a_comment_in_jira_is_no_file(home: Path) -> None:
    """The ticket says how one is given, and is opened again with the reason."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        key = await made.ticket(incident, ASK)
        issue = made.sandbox.jira.state.with_key(key)
        assert issue is not None
        assert "tocsin answer --file FIELD=PATH" in str(issue.description).replace("\\", "")
        await made.close("ben", key, comment="receipt: receipt.pdf")
        state = await made.bench.until(incident, lambda s: len(s.unaccepted) == 1)
        assert "receipt is needed" in str(state.unaccepted) or "is a file" in str(state.unaccepted)
        await made.bench.until(incident, _opened_again)
