"""`tocsin plan --format svg`: the picture of a plan, and where its boxes stand."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.entrypoints.cli.picture.boxes import cut, width_of, wrapped
from engine.entrypoints.cli.picture.layout import COLUMN, Box, place
from tests.terminal import Run

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "tests/goldens/playbooks/good/small-leak.yaml"
SVG = "{http://www.w3.org/2000/svg}"
LANES = ("contain", "legal", "review")


def drawn(tocsin: Run, *arguments: str) -> tuple[str, ET.Element]:
    """Return a picture as text and as a tree."""
    ran = tocsin("plan", *arguments, "--format", "svg")
    assert (ran.code, ran.err) == (0, "")
    return ran.out, ET.fromstring(ran.out)  # noqa: S314 - our own picture


def left(tocsin: Run) -> dict[str, Any]:
    """Return the outline of the good playbook with one place."""
    found: dict[str, Any] = tocsin("plan", str(GOOD), "-i", "urls=https://a.example/1", "--json").json
    return found


def test_every_step_is_a_box_in_the_lane_of_its_phase(tocsin: Run) -> None:
    """Each says who does it until when, and all the rest to whoever points at it."""
    text, root = drawn(tocsin, str(GOOD))
    boxes = [group.findtext(f"{SVG}title") or "" for group in root.iter(f"{SVG}g") if group.get("class")]
    phases = tocsin("plan", str(GOOD), "--json").json["phases"]
    assert len(boxes) == sum(len(phase["steps"]) for phase in phases)
    assert "Close the links by hand (tell_operator, task). commander · due 30m. only when lock failed." in boxes
    assert "Let caches expire (settle, wait). waits 6 h." in boxes
    assert re.findall(r'<tspan class="name">(\w+)', text) == ["contain", "legal", "communicate", "harden", "review"]
    assert "opens when the incident is contained" in text


def test_what_is_special_about_a_step_is_seen(tocsin: Run) -> None:
    """Approvals, follow-ups, steps that run many times, arrows for any end and for failures."""
    text, _ = drawn(tocsin, str(GOOD))
    assert "approved by 2 of commander, comms" in text
    for classes in ("box task dashed", "box task", "arrow any", "arrow failed", "box action"):
        assert f'class="{classes}"' in text
    assert "for each of inputs.urls" in text


def test_inputs_fade_what_does_not_run(tocsin: Run) -> None:
    """The box stays where it was, so that two pictures can be compared."""
    text, _ = drawn(tocsin, str(GOOD), "-i", "urls=https://a.example/1")
    off = sum(step["runs"] is False for phase in left(tocsin)["phases"] for step in phase["steps"])
    assert text.count('class="step off"') == off > 0
    assert text.count(">does not run</text>") == off


def test_the_picture_needs_nothing_and_is_always_the_same(tocsin: Run) -> None:
    """No font, no script, no address but the name of SVG itself; light and dark are both in it."""
    text, root = drawn(tocsin, str(ROOT / "playbooks/video-leak.yaml"))
    assert drawn(tocsin, str(ROOT / "playbooks/video-leak.yaml"))[0] == text
    assert re.findall(r"(?:href|src|url\(|@import|<script|<image)", text) == []
    assert "prefers-color-scheme:dark" in text
    assert root.get("role") == "graphics-document"
    assert (root.findtext(f"{SVG}title") or "").startswith("Leaked internal video · video-leak, version ")
    assert "Phase contain opens at once and has" in (root.findtext(f"{SVG}desc") or "")


def test_a_long_title_ends_where_the_picture_does(tocsin: Run, tmp_path: Path) -> None:
    """Name and version stand below it, so that they are seen whatever the title."""
    path = tmp_path / "small-leak.yaml"
    title = "A mail with data of many customers that went to an address it was never meant for"
    path.write_text(re.sub("title: .*", f"title: {title}", GOOD.read_text(), count=1))
    text, root = drawn(tocsin, str(path))
    seen = re.findall(r'<text class="head"[^>]*>([^<]*)</text>', text)
    assert len(seen) == 1
    assert seen[0].endswith("…")
    assert 24 + width_of(seen[0], size=20) <= int(root.get("width") or 0)
    assert title in (root.findtext(f"{SVG}title") or "")
    assert ">small-leak, version " in text


def test_a_title_is_text_and_no_markup(tocsin: Run, tmp_path: Path) -> None:
    """Neither a tag nor a control character gets through."""
    path = tmp_path / "small-leak.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("title: Who is shown?", 'title: "<b onload=x>&\\u0001\\" ]]>"')
    path.write_text(text, encoding="utf-8")
    found, root = drawn(tocsin, str(path))
    assert root.find(f".//{SVG}b") is None
    assert "&lt;b onload=x&gt;&amp;" in found


def test_a_call_is_a_box_and_what_is_inside_is_counted_with_it(tocsin: Run, tmp_path: Path) -> None:
    """Its steps are made as often as it runs."""
    folder = ROOT / "tests/goldens/playbooks/called"
    (tmp_path / "takedown.yaml").write_bytes((folder / "takedown.yaml").read_bytes())
    outer = tmp_path / "outer.yaml"
    outer.write_text(
        """\
tocsin: 1
playbook: outer
title: One that calls
version: 1
inputs: {urls: {type: url, list: true, min: 1}}
roles: {commander: {required: true}}
phases:
  contain:
    steps:
      - {id: each, title: Each copy, call: takedown, for_each: inputs.urls, with: {url: "{{ item }}"}}
""",
        encoding="utf-8",
    )
    text, _ = drawn(tocsin, str(outer))
    assert 'class="box call"' in text
    assert "runs takedown, 2 steps" in text
    assert "each/report for each of inputs.urls" in " ".join(tocsin("plan", str(outer)).out.split())
    urls = ("-i", "urls=https://a.example/1", "-i", "urls=https://a.example/2", "-i", "urls=https://a.example/3")
    (mine,) = tocsin("plan", str(outer), "--json", *urls).json["leaves"]["tickets"]
    assert mine["number"] == 6


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[tuple[str, str]]]:
    """Draw boxes of lanes, and arrows without a circle."""
    number = draw(st.integers(0, 14))
    boxes = [Box(f"s{at}", draw(st.sampled_from(LANES)), draw(st.integers(40, 120))) for at in range(number)]
    pairs = [(a.id, b.id) for a, b in combinations(boxes, 2)]
    return boxes, draw(st.lists(st.sampled_from(pairs), max_size=25)) if pairs else []


@given(graphs())
def test_boxes_never_overlap_and_arrows_lead_to_the_right(graph: tuple[list[Box], list[tuple[str, str]]]) -> None:
    """Whatever the graph is, each box is in its lane, and each arrow goes from box to box past all others."""
    boxes, arrows = graph
    placed = place(boxes, arrows, lanes=LANES, head=30)
    heights = {box.id: box.height for box in boxes}
    for box in boxes:
        spot = placed.spots[box.id]
        top, height = placed.lanes[box.lane]
        assert top + 30 <= spot.y + 1
        assert spot.y + box.height <= top + height + 1
    for one, other in combinations(boxes, 2):
        first, second = placed.spots[one.id], placed.spots[other.id]
        if first.x == second.x:
            assert first.y + one.height <= second.y + 1 or second.y + other.height <= first.y + 1
    for points in placed.paths.values():
        assert all(before[0] < after[0] for before, after in pairwise(points))
        for (x, y), (to, down) in pairwise(points):
            crossed = [spot for spot in placed.spots.values() if spot.x < to and x < spot.x + COLUMN and y == down]
            assert all(
                not spot.y < y < spot.y + heights[name] for name, spot in placed.spots.items() if spot in crossed
            )


@pytest.mark.parametrize("text", ["", "word", "a very long title indeed " * 9, "w" * 300, "題" * 90])
def test_a_text_fits_into_its_room(text: str) -> None:
    """It is broken between words, and ends in an ellipsis where there is no room left."""
    lines = wrapped(text, room=200, size=13, most=3)
    assert len(lines) <= 3
    assert all(width_of(line, size=13) <= 200 for line in lines)
    assert (" ".join(lines) == text.strip()) == (width_of(text, size=13) <= 200)
    assert cut("word", room=200, size=13) == "word"
