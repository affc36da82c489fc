"""What other systems replied in a real run, by the addresses that the playbook writes.

Rule kept here: replies are those of an address, in their order; none of the organisation's addresses is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.domain import timeline as ev
from engine.domain.values import decode, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.events.shape import Event
    from engine.domain.incident import Incident
    from engine.domain.plan import StepPlan
    from engine.rehearsal.followed import Followed
    from engine.rehearsal.unnamed import Unnamed

HTTP, CAPTURE = "http.request", "evidence.capture"
LOOKED_UP = "GET */api/requests/*"
_STATUS = re.compile(r"answered (\d{3})")
_PLACE = re.compile(r"json\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)")
PAGES: Mapping[str, dict[str, Any]] = {
    "page and media": {"text": "recorded", "headers": {"content-type": "video/mp4"}},
    "page only": {"text": "<title>A recorded page</title>"},
    "blocked": {"status": 403},
}


@dataclass(slots=True)
class Replies:
    """What other systems replied, by the addresses that the playbook writes."""

    followed: Followed
    unnamed: Unnamed
    _found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def world(self) -> list[dict[str, Any]]:
        """Return the replies in their order; the same one again and again is said once."""
        return [
            {"match": match, "replies": replies[:1] if all(one == replies[0] for one in replies) else replies}
            for match, replies in self._found.items()
        ]

    def take(self, event: Event, incident: Incident) -> None:
        """Take what an effect came to."""
        if not isinstance(event, ev.EffectDone | ev.EffectFailed | ev.EffectUnconfirmed):
            return
        step = self.followed.step(event.subject) if event.kind in ("action", "undo") else None
        if step is None:
            return
        action, template = (step.action, step.with_) if event.kind == "action" or not step.undo else (
            step.undo.action, step.undo.with_)  # fmt: skip
        if action == HTTP and template is not None and isinstance(template.source, dict):
            self._http(event, step, template.source)
        elif action == CAPTURE and isinstance(event, ev.EffectDone):
            self._page(event, incident)

    def _http(self, event: Event, step: StepPlan, source: Mapping[str, Any]) -> None:
        match = f"{source.get('method', 'GET')} {re.sub(r'{{.*?}}', '*', str(source.get('url', '*')))}"
        match event:
            case ev.EffectDone():
                self._put(match, self._done(event, step))
            case ev.EffectFailed():
                status = _STATUS.search(event.message)
                self._put(match, {"status": int(status[1])} if status else {"fails": "unreachable"})
            case _:
                self._put(match, {"fails": "lost"})
                self._put(LOOKED_UP, {"status": 503})

    def _done(self, event: ev.EffectDone, step: StepPlan) -> dict[str, Any]:
        kept: Any = plain(decode(event.result))
        status = kept.get("status", 200)
        content: dict[str, Any] = {}
        for name, place in step.keep.items():
            found = _PLACE.fullmatch(str(getattr(place, "place", place)))
            if found and name in kept and event.kind == "action":
                _set(content, found[1].split("."), self.unnamed.json(kept[name]))
        return {**({"status": status} if status != 200 else {}), "json": content}  # noqa: PLR2004 - what a reply is anyway

    def _page(self, event: ev.EffectDone, incident: Incident) -> None:
        params: Any = plain(decode(incident.step(event.subject).params))
        outcome = str(event.result.get("outcome", ""))
        if isinstance(params, dict) and outcome in PAGES:
            self._put(f"GET {self.unnamed.address(str(params['url']))}", dict(PAGES[outcome]))

    def _put(self, match: str, reply: dict[str, Any]) -> None:
        self._found.setdefault(match, []).append(reply)


def _set(into: dict[str, Any], path: list[str], value: Any) -> None:  # noqa: ANN401 - what a system replied
    """Put a value at a place of JSON."""
    for name in path[:-1]:
        into = into.setdefault(name, {})
    into[path[-1]] = value
