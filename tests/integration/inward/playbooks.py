"""The playbooks of the house."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LEAK = """
    tocsin: 1
    playbook: leak
    title: A small leak
    version: 1
    inputs:
      summary: {type: text, max: 300}
      urls: {type: url, list: true, min: 1}
      anyone_minor: {type: choice, options: ["no", "yes", unknown], default: unknown}
    roles:
      commander: {required: true, title: Incident commander}
      responder: {required: true, title: Responder}
      counsel: {required: true, title: Counsel}
      compliance: {title: Compliance}
    phases:
      contain:
        steps:
          - id: depicted
            title: Who is shown?
            decision: Say it from the invitation.
            by: [commander]
            form:
              anyone_minor: {type: choice, options: ["no", "yes", unknown], revises: inputs.anyone_minor}
              seen_at: {type: datetime, hint: When it was seen}
              contact: {type: person, optional: true}
              names: {type: text, sensitivity: restricted, optional: true}
          - {id: warn_hosts, title: Warn the hosts, task: Tell every host., owner: responder}
          - id: statement
            title: Draft the statement
            task: Write it.
            owner: responder
            approve: {by: [counsel, responder]}
            form: {text: {type: text}}
      legal:
        steps:
          - id: file_authority
            title: File with the authority
            task: File it.
            owner: counsel
            form:
              reference: {type: text}
              submitted_at: {type: datetime}
              names: {type: text, sensitivity: restricted, optional: true}
      review:
        after: []
        steps:
          - {id: collect, title: Ask everyone, action: review.collect}
    """
OTHER = """
    tocsin: 1
    playbook: other
    title: Something else
    version: 1
    inputs: {device: {type: text}}
    roles: {commander: {required: true}}
    phases:
      contain:
        steps: [{id: find, title: Find it, task: Look for it., owner: commander}]
    """


def playbooks(home: Path) -> Path:
    """Write the playbooks into a data folder; return their folder."""
    folder = home / "playbooks"
    folder.mkdir(exist_ok=True)
    (folder / "leak.yaml").write_text(dedent(LEAK), encoding="utf-8")
    (folder / "other.yaml").write_text(dedent(OTHER), encoding="utf-8")
    return folder
