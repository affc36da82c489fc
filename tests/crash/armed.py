"""`tocsin` with a mine in it: the process kills itself with SIGKILL when it comes to a point.

Run as `python -m tests.crash.armed POINT NOTE COMMAND...`; NOTE is a file in which it writes that it came there. The
engine's own code knows nothing of this: its seams are wrapped from outside.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event

from integrations.storage import ledger as sql_ledger
from integrations.storage import migrate, recording
from integrations.storage.heads import HeadFile
from integrations.storage.recording import Recorder
from tests.crash.points import MIGRATION, REBUILD, Moment, Point, of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.timeline import Event

_ACT: ContextVar[str] = ContextVar("act", default="")
_WRITES = {"chat.postMessage", "conversations.create"}
"""Slack's methods that make something."""
CHANGES = ("ALTER TABLE", "CREATE INDEX", "DROP INDEX", "CREATE TABLE")
MIDWAY = 2
"""How many changes of a rebuild or a migration are made midway."""


class Mine:
    """Goes off once, at its point."""

    def __init__(self, point: Point, note: Path) -> None:
        self._point = point
        self._note = note
        self._written = threading.local()

    def reached(self, moment: Moment, what: str) -> None:
        """Die, if this is the point."""
        if (moment, what) == (self._point.moment, self._point.what):
            self._note.write_text(self._point.name, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    def writes(self, what: str) -> None:
        """Hear that this thread's transaction holds something."""
        self._held.append(what)

    def at(self, moment: Moment) -> None:
        """Hear how far this thread's transaction is."""
        for what in self._held:
            self.reached(moment, what)

    def over(self) -> None:
        """Hear that this thread's transaction is over."""
        self._held.clear()

    @property
    def _held(self) -> list[str]:
        if not hasattr(self._written, "held"):
            self._written.held = []
        held: list[str] = self._written.held
        return held


def name_of(one: Event) -> str:
    """Return what an event is called here: its type, and for an effect which one."""
    subject = getattr(one, "subject", None)
    return f"{one.type}:{label(getattr(one, 'kind', ''), subject)}" if subject is not None else one.type


def label(kind: str, subject: str) -> str:
    """Return what an effect is called here."""
    return subject if kind == "action" else kind


def lay(mine: Mine) -> None:
    """Wrap the engine's seams."""
    in_writes(mine)
    _in_effects(mine)
    _in_rebuilds(mine)
    _in_migrations(mine)


def in_writes(mine: Mine) -> None:
    """Wrap what writes to the ledger."""
    chained, record = Recorder._chained, HeadFile.record

    @wraps(chained)
    def noting(self: Recorder, head: Any, events: Any, *, incident: str) -> Any:  # noqa: ANN401 - passed on as they are
        for one in events:
            mine.writes(name_of(one))
            mine.writes(one.type)
        return chained(self, head, events, incident=incident)

    @wraps(record)
    def recording(self: HeadFile, marks: Any) -> None:  # noqa: ANN401 - as above
        mine.at("committed")
        record(self, marks)
        mine.at("told")
        mine.over()

    Recorder._chained = noting  # type: ignore[method-assign]  # that is the mine
    HeadFile.record = recording  # type: ignore[method-assign]  # that is the mine
    event.listen(Engine, "commit", lambda _: mine.at("uncommitted"))
    for name in ("claim", "renew", "release"):
        setattr(Recorder, name, _told(mine, name, getattr(Recorder, name)))
    sql_ledger.put_row = _told(mine, "inbox_put", sql_ledger.put_row)  # type: ignore[attr-defined]  # that is the mine
    sql_ledger.finish_row = _told(mine, "inbox_finish", sql_ledger.finish_row)  # type: ignore[attr-defined]  # as above


def _told(mine: Mine, what: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def telling(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they are
        mine.writes(what)
        return original(*given, **named)

    return telling


def _in_effects(mine: Mine) -> None:
    from engine.runtime.performing import ByKind  # noqa: PLC0415 - only a command that has an engine needs it
    from integrations.jira.pool import JiraPool  # noqa: PLC0415 - as above
    from integrations.slack.api import SlackApi  # noqa: PLC0415 - as above
    from integrations.web.client import WebClient  # noqa: PLC0415 - as above

    perform = ByKind.perform

    @wraps(perform)
    async def performing(self: ByKind, plan: Any, incident: Any, move: Any, *, doubt: Any) -> Any:  # noqa: ANN401 - as they are
        act = label(move.kind, move.subject)
        _ACT.set(act)
        mine.reached("intended", act)
        outcome = await perform(self, plan, incident, move, doubt=doubt)
        mine.reached("answered", act)
        return outcome

    ByKind.perform = performing  # type: ignore[method-assign]  # that is the mine
    WebClient.send = _sent(mine, WebClient.send, lambda given, _: given[0].method == "POST")  # type: ignore[method-assign]  # as above
    SlackApi.call = _sent(mine, SlackApi.call, lambda given, _: given[0] in _WRITES)  # type: ignore[method-assign]  # as above
    JiraPool.post = _sent(mine, JiraPool.post, lambda given, _: given[0] == "issue")  # type: ignore[method-assign]  # as above


def _sent(mine: Mine, original: Callable[..., Any], makes: Callable[[tuple[Any, ...], dict[str, Any]], bool]) -> Any:  # noqa: ANN401 - some method or other
    @wraps(original)
    async def sending(self: object, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they are
        answer = await original(self, *given, **named)
        if makes(given, named):
            mine.reached("sent", _ACT.get())
        return answer

    return sending


def _in_rebuilds(mine: Mine) -> None:
    project, again = recording.project, Recorder.project_again  # type: ignore[attr-defined]  # what the recorder calls
    made: list[object] = []

    @wraps(again)
    def rebuilding(*given: Any, **named: Any) -> int:  # noqa: ANN401 - passed on as they are
        mine.reached("begun", REBUILD)
        mine.writes(REBUILD)
        return again(*given, **named)

    @wraps(project)
    def projecting(connection: Any, place: Any, entry: Any) -> None:  # noqa: ANN401 - as above
        project(connection, place, entry)
        made.append(entry)
        if len(made) == MIDWAY:
            mine.reached("midway", REBUILD)

    Recorder.project_again = rebuilding  # type: ignore[method-assign]  # that is the mine
    recording.project = projecting  # type: ignore[attr-defined]  # as above


def _in_migrations(mine: Mine) -> None:
    upgrade, bring = migrate._upgrade, sql_ledger.bring_up_to_date  # type: ignore[attr-defined]  # what the ledger calls
    changes: list[str] = []

    def changed(_: Any, __: Any, statement: str, *___: Any) -> None:  # noqa: ANN401 - as SQLAlchemy calls it
        changes.extend(word for word in CHANGES if statement.lstrip().upper().startswith(word))
        if len(changes) == MIDWAY:
            mine.reached("midway", MIGRATION)

    @wraps(upgrade)
    def upgrading(connection: Any) -> None:  # noqa: ANN401 - passed on as it is
        mine.reached("begun", MIGRATION)
        mine.writes(MIGRATION)
        event.listen(Engine, "after_cursor_execute", changed)
        upgrade(connection)

    @wraps(bring)
    def bringing(*given: Any, **named: Any) -> None:  # noqa: ANN401 - as above
        bring(*given, **named)
        mine.at("committed")

    migrate._upgrade = upgrading
    sql_ledger.bring_up_to_date = bringing  # type: ignore[attr-defined]  # that is the mine


def main() -> None:
    """Lay the mine and run the command."""
    point, note, *command = sys.argv[1:]
    lay(Mine(of(point), Path(note)))
    sys.argv = ["tocsin", *command]
    from engine.entrypoints.cli.main import main as tocsin  # noqa: PLC0415 - the seams are wrapped first

    tocsin()


if __name__ == "__main__":
    main()
