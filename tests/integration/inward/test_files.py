"""A file chosen in Slack's form: into the vault, or refused where and as early as it can be; a ticket takes none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.values import decode
from engine.runtime.showing.words.scene import filled
from integrations.sandbox import Fault, FaultKind
from tests.integration.inward.rig import House, house
from tests.integration.inward.test_tracker import _opened_again

if TYPE_CHECKING:
    from pathlib import Path

    from engine.domain.ask import Answer

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
          - id: filing
            title: File it
            task: File it.
            owner: responder
            form:
              receipt: {type: file, max: 1000}
              secrets: {type: file, list: true, max: 2, optional: true, sensitivity: restricted}
    """
MINORS = PLAYBOOK.replace("urls:", "anyone_minor: {type: choice, options: [no, yes, unknown]}\n      urls:")
OPTIONAL = MINORS.replace("receipt: {type: file, max: 1000}", "place: {type: text}").replace(
    "title: File", "title: Say"
)
ASK = "filing.task.1"
RECEIPT = b"received, DPA-17"


async def given(made: House, name: str, data: bytes) -> str:
    """Choose a file as Ben; return its id."""
    return str((await made.human("ben").give(name, data))["id"])


def in_vault(home: Path, data: bytes) -> bool:
    """Return whether bytes lie in the vault."""
    return any(path.is_file() and path.read_bytes() == data for path in (home / "vault").rglob("*"))


async def answer(made: House, incident: str) -> Answer:
    """Wait for the answer and return it."""
    state = await made.bench.until(incident, lambda s: s.asks[ASK].last is not None)
    last = state.asks[ASK].last
    assert last is not None
    return last


async def answered(made: House, incident: str) -> dict[str, Any]:
    """Wait for the answer; return what it holds."""
    return {name: decode(value) for name, value in (await answer(made, incident)).values.items()}


async def test_a_file_goes_from_slacks_form_into_the_vault(home: Path) -> None:
    """The answer holds what its bytes show; a restricted file is not named on the card, and no address is kept."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        receipt = await given(made, "receipt.pdf", RECEIPT)
        secrets = [await given(made, f"names {n}.txt", b"canary %d" % n) for n in (1, 2)]
        assert (await made.fill("ben", receipt=[receipt], secrets=secrets))["result"] == "acknowledged"
        values = await answered(made, incident)
        digest = hashlib.sha256(RECEIPT).hexdigest()
        assert values["receipt"] == {"name": "receipt.pdf", "sha256": digest, "size": 16, "type": "application/pdf"}
        assert [one["name"] for one in values["secrets"]] == ["names 1.txt", "names 2.txt"]
        assert all(in_vault(home, data) for data in (RECEIPT, b"canary 1", b"canary 2"))
        kept = [event for event in await made.events(incident, "file_kept") if isinstance(event, ev.FileKept)]
        assert [(one.field, one.by, one.via, one.media_type) for one in kept[:1]] == [
            ("receipt", "ben", "slack", "application/pdf")
        ]
        assert len(kept) == 3
        await made.idle()
        assert (await made.outcomes())[-1] == "done"
        look = await made.desk.look(incident)
        shown = filled(look.plan.step_at("filing"), (await answer(made, incident)).values)
        assert shown[0].startswith("Receipt: receipt.pdf (16 bytes, SHA-256 ")
        assert shown[1:] == ["Secrets: recorded, restricted"]
        assert "names 1" not in f"{made.sandbox.slack.state.channels} {made.sandbox.jira.state}"
        assert "url_private" not in str(await made.bench.ledger.entries(incident))


async def test_what_slack_says_of_a_file_is_checked_at_its_field(home: Path) -> None:
    """Empty, too large or none: the form stays open, and nothing is fetched."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        form = await made.form("ben")
        assert [block["element"]["type"] for block in form["blocks"] if block["type"] == "input"] == ["file_input"] * 2
        large, empty = await given(made, "large.pdf", b"x" * 1001), await given(made, "empty.pdf", b"")
        refused = await made.fill("ben", receipt=[large])
        assert refused["errors"] == {"receipt": "The file has 1001 bytes; 1000 is the most. Give a smaller file."}
        refused = await made.fill("ben", receipt=[empty])
        assert refused["errors"]["receipt"].startswith("The file is empty.")
        assert (await made.fill("ben"))["errors"] == {"receipt": "Please complete this required field."}
        assert not [entry for entry in made.sandbox.log.entries if entry.name.startswith("files/")]
        assert (await made.fill("ben", receipt=[await given(made, "receipt.pdf", RECEIPT)]))["errors"] == {}
        await answered(made, incident)


async def test_what_only_the_bytes_show_is_told_in_private(home: Path) -> None:
    """Nothing is answered and nothing stored, of the good file neither; the form can be filled in again."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        receipt, secret = await given(made, "receipt.pdf", RECEIPT), await given(made, "names.txt", b"canary")
        made.sandbox.slack.state.files[secret].length = 5
        assert (await made.fill("ben", receipt=[receipt], secrets=[secret]))["result"] == "acknowledged"
        told = await made.told("ben", "secrets: Slack handed out something else than the file.")
        await made.idle()
        assert "names" not in told
        assert (await made.outcomes())[-1] == "refused: file"
        assert (await made.bench.state(incident)).asks[ASK].last is None
        assert not in_vault(home, RECEIPT)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        await made.fill("ben", receipt=[receipt])
        assert (await answered(made, incident))["receipt"]["size"] == 16


async def test_a_slack_that_hands_out_nothing_now_is_asked_again(home: Path) -> None:
    """Whoever gave the file need not give it twice."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        await made.press("ben", "answer", incident=incident, ask=ASK)
        receipt = await given(made, "receipt.pdf", RECEIPT)
        made.sandbox.faults.add(Fault(kind=FaultKind.SERVER_ERROR, match="files/*"))
        await made.fill("ben", receipt=[receipt])
        assert (await answered(made, incident))["receipt"]["name"] == "receipt.pdf"


async def test_no_form_asks_for_a_file_while_somebody_may_be_under_18(home: Path) -> None:
    """Slack would have it before it could be refused; what was opened before is refused at the field, unfetched."""
    async with house(home) as made:
        unknown = await made.declared(MINORS, anyone_minor="unknown")
        await made.press("ben", "answer", incident=unknown, ask=ASK)
        told = await made.told("ben", "No file is taken: someone shown may be under 18 (unknown).")
        assert "use the reporting route for minors" in told
        assert (await made.human("ben").get("/modals"))["modals"] == []
        late = await made.declared(MINORS, anyone_minor="no")
        await made.press("ben", "answer", incident=late, ask=ASK)
        receipt = await given(made, "receipt.pdf", RECEIPT)
        await made.form("ben")
        fact = {"channel": await made.channel(late), "command": "/incident"}
        await made.human("ana").post("/commands", text="fact anyone_minor yes", **fact)
        await made.fill("ana", reason="One looks young.")
        await made.bench.until(late, lambda s: s.fact("anyone_minor") == "yes")
        refused = await made.fill("ben", receipt=[receipt])
        assert refused["errors"] == {"receipt": "No file is taken: someone shown may be under 18 (yes)"}
        assert not in_vault(home, RECEIPT)


async def test_a_file_that_may_be_left_out_is_left_out_of_the_form(home: Path) -> None:
    """The rest is answered as ever, and the form says why."""
    async with house(home) as made:
        incident = await made.declared(OPTIONAL, anyone_minor="yes")
        await made.press("ben", "answer", incident=incident, ask=ASK)
        form = await made.form("ben")
        assert [block["block_id"] for block in form["blocks"] if block["type"] == "input"] == ["place"]
        assert "No file is taken: someone shown may be under 18 (yes)" in str(form["blocks"])
        await made.fill("ben", place="On the forum.")
        assert await answered(made, incident) == {"place": "On the forum."}


async def test_a_comment_in_jira_is_no_file(home: Path) -> None:
    """The ticket says how one is given, and is opened again with the reason."""
    async with house(home) as made:
        incident = await made.declared(PLAYBOOK)
        key = await made.ticket(incident, ASK)
        issue = made.sandbox.jira.state.with_key(key)
        assert issue is not None
        description = str(issue.description).replace("\\", "")
        assert "Attach the file for receipt to this ticket before you close it." in description
        assert "No file for secrets belongs here: give it in Slack, or with `tocsin answer --file`." in description
        await made.close("ben", key, comment="receipt: receipt.pdf")
        state = await made.bench.until(incident, lambda s: len(s.unaccepted) == 1)
        assert "receipt: there is no such file of yours at this ticket; attach it" in state.unaccepted[0].why
        await made.bench.until(incident, _opened_again)
