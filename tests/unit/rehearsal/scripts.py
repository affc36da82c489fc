"""Any rehearsal of any small playbook: people, replies and everything that people can say, drawn at random.

Rule kept here: what is drawn may well be refused; whatever happens then is what happened.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

CAST = {
    "ana": {"roles": ["commander"], "responds": "7m"},
    "jo": {"roles": ["commander", "hr"], "responds": "20m"},
    "carla": {"roles": ["counsel"], "responds": "11m"},
    "dev": {"roles": ["counsel"], "responds": "40m"},
    "kim": {"roles": ["hr"], "responds": "3h"},
}
PEOPLE = tuple(CAST)
URL = "https://a.example"
GOOD: dict[str, Any] = {}
REPLIES = (GOOD, GOOD, {"status": 404}, {"status": 503}, {"fails": "lost"}, {"fails": "unreachable"})
WHY = "So it is."


def addressed(playbook: str) -> dict[str, Any]:
    """Return a drawn playbook in which each act has its own address."""
    drawn: dict[str, Any] = json.loads(playbook)
    for phase in drawn["phases"].values():
        for step in phase["steps"]:
            if "action" in step:
                step["with"] = {"method": "POST", "url": f"{URL}/{step['id']}"}
            if "undo" in step:
                step["undo"]["with"] = {"method": "POST", "url": f"{URL}/{step['id']}/undo"}
    return drawn


@st.composite
def scripts(draw: st.DrawFn, playbook: dict[str, Any]) -> str:
    """Draw a rehearsal of a playbook, as JSON, which is YAML too."""
    steps = [step for phase in playbook["phases"].values() for step in phase["steps"]]
    names = [name for step in steps for name in ((step["id"],) if "for_each" not in step else (
        f"{step['id']}[1]", f"{step['id']}[2]"))]  # fmt: skip
    return json.dumps(
        {
            "tocsin": 1,
            "rehearsal": "drawn",
            "playbook": "story",
            "ends_after": "20d",
            "inputs": {"urls": [f"{URL}/1", f"{URL}/2"]},
            "cast": CAST,
            "world": [
                {"match": f"POST {url}", "replies": draw(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=4))}
                for step in steps if "action" in step for url in (f"{URL}/{step['id']}", f"{URL}/{step['id']}/undo")
            ],
            "answers": {step["id"]: {"verdict": "silence"} for step in steps
                        if ("task" in step or "decision" in step) and draw(st.integers(0, 3)) == 0},
            "injects": _injects(draw, names, asked=[step for step in steps if "task" in step or "decision" in step]),
        }
    )  # fmt: skip


def _injects(draw: st.DrawFn, names: list[str], *, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    minutes, found = 0, []
    for _ in range(draw(st.integers(0, 14))):
        minutes += draw(st.sampled_from((0, 1, 5, 45, 600)))
        inject = {"at": f"{minutes}m" if minutes else "0s", "by": draw(st.sampled_from(PEOPLE))}
        found.append(inject | _deed(draw, draw(st.sampled_from(names)), asked=asked))
    return found


def _deed(draw: st.DrawFn, name: str, *, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw something to say: three times of four about a step."""
    about = [
        {"skip": name}, {"retry": name}, {"redo": name}, {"undo": name}, {"alone": name},
        {"resolve": {"step": name, "outcome": draw(st.sampled_from(("done", "failed", "retry")))}},
    ]  # fmt: skip
    if asked:
        step = draw(st.sampled_from(asked))
        own = f"{step['id']}[1]" if "for_each" in step else step["id"]
        about += [
            {"answer": {"step": own, "verdict": draw(st.sampled_from(("answer", "yes", "no"))), "reason": WHY}}
        ] * 3
        about += [{"due": {"step": own, "to": "3d"}}, {"ack": own}]
        if "approve" in step:
            about += [{"answer": {"step": f"approve/{own}", "verdict": verdict, "reason": WHY}}
                      for verdict in ("approve", "decline")]  # fmt: skip
    whole = _whole(draw)
    return {"reason": WHY, **draw(st.sampled_from(about + about + whole))}


def _whole(draw: st.DrawFn) -> list[dict[str, Any]]:
    person = draw(st.sampled_from(PEOPLE))
    return [
        {"add": {"urls": f"{URL}/{draw(st.integers(2, 4))}"}},
        {"fact": {"minor": draw(st.sampled_from(("no", "yes")))}},
        {"fact": {"recording": draw(st.sampled_from(("x", "y", "")))}},
        {"assign": {draw(st.sampled_from(("counsel", "hr"))): [person]}},
        {"assign": {"hr": []}},
        {"exclude": person}, {"admit": person}, {"handover": person}, {"accept": True}, {"decline": {"reason": WHY}},
        {"note": "A remark."}, {"hold": WHY}, {"release": WHY}, {"close": WHY}, {"reopen": WHY},
        {"cancel": {"reason": WHY, "undo": draw(st.booleans())}},
    ]  # fmt: skip
