"""Page one has the lines that its playbook has words for, and no others."""

from __future__ import annotations

import asyncio
import json
import re

from engine.bootstrap import action_facts, catalogs
from engine.domain.scenario import Scenario
from engine.language.api import compile_playbook
from engine.rehearsal.play import play

MAIL = """
tocsin: 1
playbook: mail
title: A mail that went to the wrong address
version: 1
inputs:
  summary: {type: text, max: 300}
roles:
  commander: {required: true}
deadlines: [eu-gdpr]
phases:
  legal:
    steps:
      - id: assess
        title: What does it mean for the people concerned?
        decision: Say it.
        by: commander
        form: {known_at: {type: datetime}}
        starts: {regimes: eu-gdpr, at: known_at}
      - id: tell_them
        title: File with the supervisory authority
        task: File.
        owner: commander
        needs: [assess]
        stops: eu-gdpr.supervisory_authority
        due: deadline
        form: {sent_at: {type: datetime}}
      - {id: rule, title: A new rule, task: Write it., owner: commander, due: 20bd, follow_up: true}
"""
SHOWN = """\
      - id: affected_first
        title: Speak to the people shown
        task: Call them.
        owner: commander
        form: {reached: {type: number, optional: true}, not_reached: {type: number, optional: true}}
"""


def reports(text: str) -> tuple[str, str, dict[str, object]]:
    """Return the report of a rehearsal as HTML, as Markdown and as data."""
    plan = compile_playbook(text.encode(), path="mail.yaml", actions=action_facts(), catalogs=catalogs())
    scenario = Scenario(tocsin=1, rehearsal="mail", playbook="mail")
    texts = asyncio.run(play(plan, scenario)).stage.reports.texts()
    return texts["html"], texts["md"], json.loads(texts["json"])


def test_what_a_playbook_never_asks_is_no_line_with_a_dash() -> None:
    """Nobody is shown in a mail, and no copies are counted; what it can say stands there also where it has not yet."""
    html, markdown, _ = reports(MAIL)
    for words in ("people shown", "copies known", "kinds of data", "first seen outside", "first statement"):
        assert words not in html
        assert words not in markdown
    assert "<dt>first filing</dt><dd>Tue 03 Mar 2026" in html
    assert "<dt>contained</dt>" in html


def test_people_who_are_shown_and_not_spoken_of_yet_are_not_said() -> None:
    """No question marks."""
    html, _, _ = reports(MAIL + SHOWN)
    assert "<dt>people shown</dt><dd>not said</dd>" in html


def test_the_first_filing_is_the_first_duty_that_a_step_fulfilled() -> None:
    """Whatever the step is called."""
    _, _, data = reports(MAIL)
    one = data["page_one"]
    assert isinstance(one, dict)
    assert one["times"]["moments"]["first filing"] == one["duties"][0]["filed"]


def test_an_empty_part_says_that_nothing_is_there() -> None:
    """And one follow-up goes on, where it is one."""
    html, _, _ = reports(MAIL)
    assert re.search(r"What we learned</h3><p class=\"soft\">Nothing was written down.</p>", html)
    assert "1 follow-up goes on: " in html
