"""Files that people attach to the ticket of a step that asks for one.

Rules kept here: whoever attached it gives it, when they close the ticket; a ticket that not everybody may read, and a
field that is kept closer, take none there. While somebody shown is or may be under 18, nothing is fetched. What is not
taken is told under the ticket once, with what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from engine.domain.authority import Refusal
from engine.domain.fields import FieldType
from engine.domain.minors import MINORS, no_files_because
from engine.domain.sensitivity import Sensitivity
from engine.ports.acts import GivenFile
from engine.runtime.inward.attached import Chosen, chosen, shown_name
from engine.runtime.inward.comments import written
from engine.runtime.inward.meaning import needs_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.fields import FieldSpec
    from engine.ports.people import Person
    from engine.ports.tracker import TicketFile
    from engine.runtime.inward.filing import Filing
    from engine.runtime.inward.subject import Subject

CLOSED: Final = (
    "what this asks for is kept closer than this ticket. Delete the file here, and give it in Slack, or in a shell:"
    " tocsin answer INC STEP --file FIELD=PATH."
)
DELETE: Final = "Delete the file here."


@dataclass(frozen=True, slots=True)
class Attached:
    """What is attached to a ticket; without `filing` nothing is fetched."""

    about: Subject
    filing: Filing | None

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """The fields that files at this ticket fill in."""
        about, internal = self.about, Sensitivity.INTERNAL
        if about.place.epic or about.sensitivity is not internal or about.look.plan.sensitivity is not internal:
            return {}
        return {name: spec for name, spec in self._asked.items() if spec.sensitivity is internal}

    @property
    def _asked(self) -> Mapping[str, FieldSpec]:
        return {name: spec for name, spec in self.about.form.items() if spec.type is FieldType.FILE}

    async def take(self) -> None:
        """Tell of each file that is not taken why, while its step is asked."""
        about = self.about
        if self.filing is None or about.ask is None or not about.ask.open or not self._asked:
            return
        for number, why in self._trouble():
            file = next(one for one in about.state.files if one.id == number)
            by = about.people.by_jira(file.account, file.mail)
            origin = about.origin("attachment", number, "short")
            await about.tell("attached_unaccepted", why, by, origin=origin)

    def _trouble(self) -> list[tuple[str, str]]:
        files, none = self.about.state.files, self._none()
        if none or not self.fields:
            why = f"{none}. {MINORS} {DELETE}" if none else CLOSED
            return [(file.id, why) for file in files]
        people = {file.id: self.about.people.by_jira(file.account, file.mail) for file in files}
        told = {person.id: self._chosen(person) for person in people.values() if person is not None}
        return [
            (file.id, f"{shown_name(file)}: {came.trouble[file.id]}")
            for file in files
            if (person := people[file.id]) is not None and file.id in (came := told[person.id]).trouble
        ]

    async def filed(self, person: Person, typed: Mapping[str, Any]) -> dict[str, Any] | Refusal:
        """Return a form's values with the files that somebody attached, once they are in the vault."""
        if self.filing is None or not self._asked:
            return dict(typed)
        if none := self._none():
            needed = any(needs_file(spec) for spec in self._asked.values())
            rest = {name: value for name, value in typed.items() if name not in self._asked}
            return Refusal("file", f"{none[:1].upper()}{none[1:]}.", MINORS) if needed else rest
        rest = {name: value for name, value in typed.items() if name not in self.fields}
        came = self._chosen(person)
        if came.wrong:
            message = "; ".join(f"{name}: {why}" for name, why in came.wrong.items())
            return Refusal("form", message, fields=tuple(came.wrong.items()))
        given = {name: tuple(_given(file) for file in files) for name, files in came.files.items()}
        kept = await self.filing.kept(given, self.fields)
        return kept if isinstance(kept, Refusal) else {**rest, **kept}

    def _none(self) -> str:
        look = self.about.look
        instance = self.about.ask.step if self.about.ask else self.about.place.ask
        return no_files_because(look.plan, look.incident, instance)

    def _chosen(self, person: Person) -> Chosen:
        """Return which of somebody's files are for which fields, by their own comments."""
        state = self.about.state
        texts = [text for _, account, mail, text in state.comments if self._is(person, account, mail)]
        named = written(texts, self.fields, person=lambda account: account)
        files = [file for file in state.files if self._is(person, file.account, file.mail)]
        return chosen(files, named, self.fields)

    def _is(self, person: Person, account: str, mail: str) -> bool:
        known = self.about.people.by_jira(account, mail)
        return known is not None and known.id == person.id


def _given(file: TicketFile) -> GivenFile:
    return GivenFile(name=file.name, size=file.size, type=file.type, place=file.id)
