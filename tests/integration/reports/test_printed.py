"""The report as compliance gets it: one file, one printed first page, nothing restricted, nothing that runs."""

from __future__ import annotations

import html as markup
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.domain.fold import fold_all
from engine.reports.review.html import html
from engine.reports.review.markdown import markdown
from engine.reports.review.report import report
from tests.goldens.ledgers.replay import case_of
from tests.goldens.ledgers.shelf import ledgers

if TYPE_CHECKING:
    from pathlib import Path

    from engine.reports.review.case import Case

CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
HOSTILE = '<script>alert(1)</script> & "quotes" | `ticks` [x](javascript:alert)'


def newest() -> Case:
    """The flagship's newest golden timeline."""
    return case_of([golden for golden in ledgers() if golden.path.stem == "video-leak"][-1])


def hostile() -> Case:
    """The same, with a title that somebody wrote to do harm."""
    case = newest()
    first = case.entries[0]
    entries = [replace(first, event=first.event.model_copy(update={"title": HOSTILE})), *case.entries[1:]]
    incident = fold_all(None, ((entry.seq, entry.at, entry.event) for entry in entries))
    assert incident is not None
    return replace(case, entries=entries, incident=incident)


@pytest.mark.skipif(not shutil.which("chromium") or not shutil.which("pdftotext"), reason="needs Chromium and poppler")
def test_the_first_page_is_one_printed_page(tmp_path: Path) -> None:
    """What happened, times, duties, decisions, promises, lessons, changes and trust stand on it; the rest follows."""
    page, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(html(report(newest())), encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    subprocess.run(
        [*CHROMIUM, profile, f"--print-to-pdf={printed}", page.as_uri()], check=True, capture_output=True, timeout=100
    )
    pages = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"], check=True, capture_output=True, text=True, timeout=60
    ).stdout.split("\f")
    first, second = pages[0].lower(), pages[1].lower()
    for heading in ("what happened", "times", "duties", "decisions that mattered", "promises", "trust in this page"):
        assert heading in first, heading
    assert "trust in this page" not in second
    assert "insurer, customers and partners under contract" in first


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """No script, no style, font or picture from elsewhere: it reads the same in ten years."""
    page = html(report(newest()))
    for wanted in ("<script", "<link", "<iframe", "@import", "url(", 'src="', "javascript:"):
        assert wanted not in page, wanted
    assert "<svg" in page


def test_what_people_wrote_is_text() -> None:
    """Markup in a title is shown, not done, in a browser and in a wiki."""
    made = report(hostile())
    page = html(made)
    assert "<script" not in page
    assert markup.escape(HOSTILE, quote=False)[:30] in page
    assert "[x](" not in markdown(made).replace(r"\[x](", "")


def test_restricted_parts_are_counted_and_not_shown() -> None:
    """The very values stand in the timeline's stored rows, and in no form of the report."""
    case = newest()
    hidden = list(restricted_texts(case))
    assert len(hidden) >= 5
    made = report(case)
    assert made["page_one"]["head"]["withheld"]["restricted"] > 0
    for form in (html(made), markdown(made), str(made)):
        assert [text for text in hidden if text in form] == []


def restricted_texts(case: Case) -> set[str]:
    """Return what was answered in restricted and privileged fields only, where it is long enough to be told apart."""
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for ask in case.incident.asks.values():
        form = case.plan.steps[ask.step.partition("[")[0]].form
        for name, value in [pair for answer in ask.answers for pair in answer.values.items()]:
            if isinstance(value, str) and len(value) >= 12:
                said[name in form and form[name].sensitivity.value != "internal"].add(value)
    return said[True] - said[False]
