"""Every action there is. Adding one is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.actions.evidence_add import EvidenceAdd
from engine.actions.evidence_capture import EvidenceCapture
from engine.actions.http_request import HttpRequestAction
from engine.actions.interface import Action
from engine.actions.review_collect import ReviewCollect
from engine.actions.review_compile import ReviewCompile
from engine.actions.slack_post import SlackPost
from engine.actions.statement_draft import StatementDraft

REGISTRY: Mapping[str, Action[Any, Any]] = {
    "evidence.add": EvidenceAdd(),
    "evidence.capture": EvidenceCapture(),
    "http.request": HttpRequestAction(),
    "review.collect": ReviewCollect(),
    "review.compile": ReviewCompile(),
    "slack.post": SlackPost(),
    "statement.draft": StatementDraft(),
}
