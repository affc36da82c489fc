"""The twelve questions that everyone who took part is asked; each answer is one sentence and may be left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the review form, under its heading in the report."""

    id: str
    head: str
    text: str


QUESTIONS = (
    Question("helped", "response", "What helped us act fast or well? Name the moment."),
    Question("waited", "response", "Where did you wait, search or work around something, and for how long?"),
    Question("message", "communication", "Which message, call or update helped, inside or outside?"),
    Question("late_news", "communication", "Who learned something too late, twice, or from the wrong place?"),
    Question("safeguard", "security", "Which safeguard worked, or showed us what happened?"),
    Question("gap", "security", "Which safeguard was missing, off, or did not do what we thought?"),
    Question("knowledge", "knowledge", "What did you need to know earlier, and where was it to be found?"),
    Question("conditions", "conditions", "What made this possible or easy? Describe circumstances, not people."),
    Question("luck", "luck", "Where were we lucky, and what would have happened otherwise?"),
    Question("people", "people", "Were those shown, and those who did the work, treated as you would want to be?"),
    Question("plan", "plan", "Which step was missing, wrong, too late or useless? What should it say?"),
    Question("action", "action", "One thing to change: what, who, by when, and how would we know that it worked?"),
)
"""Every answer is optional; "I was not involved" is one."""
