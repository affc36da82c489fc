"""The head of each timeline, kept outside the database, so that a missing tail is noticed.

Rules kept here:
1. The file only grows, one line per incident and commit batch, flushed to disk before anybody is told that
   their events are durable; it is written anew, by rename, only when it is opened and has grown long.
2. The furthest head counts, in whatever order processes wrote their lines; only a line marked `accepted`
   (a person accepted the loss of what came after) takes a head back. Taken back to nothing, an incident is no longer
   looked for; its number is remembered, and who accepted its loss and why stands in a file beside.
3. A line without its end was cut off by a crash and does not count.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from engine.domain.chain import Head, instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

LINE = re.compile(rb"(?P<org>\S+) (?P<incident>\S+) (?P<seq>\d+) (?P<hash>[0-9a-f]{64})(?P<accepted> accepted)?")
NUMBER = re.compile(r"\d+$")
LOSSES = "losses"
SLACK = 4
"""The file is written anew when it has this many times more lines than incidents."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A head to be written down; `accepted`: also when it lies before the known one."""

    head: Head
    accepted: bool = False


class HeadFile:
    """The known heads of one data folder; safe to share between threads, and the file between processes."""

    def __init__(self, folder: Path, *, org: str) -> None:
        self._path = folder / "heads"
        self._lock_path = folder / "heads.lock"
        self._org = org
        self._known: dict[tuple[str, str], Head] = {}
        self._given_up: dict[str, int] = {}
        """Org -> the highest number of an incident that is no longer looked for."""
        self._seen = (0, 0)  # inode and how far it was read
        self._guard = threading.Lock()
        self._compact()

    def known(self, incident: str) -> Head | None:
        """Return the furthest head that was ever written down for an incident."""
        with self._guard:
            self._catch_up()
            head = self._known.get((self._org, incident))
            return head if head and head.seq else None

    def all(self) -> Mapping[str, Head]:
        """Return the known head of every incident."""
        return {incident: head for incident, head in self._ours().items() if head.seq}

    def given_up(self) -> int:
        """Return the highest number of an incident that is no longer looked for."""
        with self._guard:
            self._catch_up()
            return self._given_up.get(self._org, 0)

    def give_up(self, incident: str, *, by: str, reason: str, at: datetime) -> None:
        """Look for an incident no longer, of which nothing is left; a person accepted that."""
        known = self.known(incident) or Head()
        told = {"at": instant_text(at), "incident": incident, "events": known.seq, "head": known.hash}
        with (self._path.parent / LOSSES).open("ab") as file:
            file.write(json.dumps({**told, "by": by, "reason": reason}, ensure_ascii=False).encode() + b"\n")
            _flush(file)
        self.record({incident: Mark(Head(), accepted=True)})

    def record(self, marks: Mapping[str, Mark]) -> None:
        """Write heads down; they are on disk when this returns."""
        if not marks:
            return
        lines = b"".join(_line(self._org, incident, mark) for incident, mark in marks.items())
        with self._guard, self._alone(), self._path.open("ab") as file:
            new = file.tell() == 0
            file.write(lines if new or self._ends_whole() else b"\n" + lines)
            _flush(file)
            if new:
                flush_folder(self._path.parent)

    def _ours(self) -> Mapping[str, Head]:
        with self._guard:
            self._catch_up()
            return {incident: head for (org, incident), head in self._known.items() if org == self._org}

    def _ends_whole(self) -> bool:
        with self._path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _catch_up(self) -> None:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            self._known, self._seen = {}, (0, 0)
            return
        with file:
            status = os.fstat(file.fileno())
            inode, offset = self._seen
            if inode != status.st_ino or offset > status.st_size:
                self._known, offset = {}, 0
            file.seek(offset)
            whole, newline, _ = file.read().rpartition(b"\n")
            for line in whole.split(b"\n"):
                self._learn(line)
            self._seen = (status.st_ino, offset + len(whole) + len(newline))

    def _learn(self, line: bytes) -> None:
        found = LINE.fullmatch(line)
        if found is None:
            return
        place = (found["org"].decode(), found["incident"].decode())
        head = Head(int(found["seq"]), found["hash"].decode())
        known = self._known.get(place)
        if known is None or head.seq >= known.seq or found["accepted"]:
            self._known[place] = head
            if not head.seq and (number := NUMBER.search(place[1])):
                self._given_up[place[0]] = max(int(number[0]), self._given_up.get(place[0], 0))

    def _compact(self) -> None:
        with self._guard, self._alone():
            self._catch_up()
            with self._path.open("ab"):  # whoever may not write it hears so now, not after the first commit
                pass
            if self._path.read_bytes().count(b"\n") <= SLACK * len(self._known):
                return
            fresh = self._path.with_suffix(".new")
            with fresh.open("wb") as file:
                file.writelines(_line(org, incident, Mark(head)) for (org, incident), head in self._known.items())
                _flush(file)
            fresh.replace(self._path)
            flush_folder(self._path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock_path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def flush_folder(folder: Path) -> None:
    """Flush a folder's list of names to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(org: str, incident: str, mark: Mark) -> bytes:
    return f"{org} {incident} {mark.head.seq} {mark.head.hash}{' accepted' if mark.accepted else ''}\n".encode()


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
