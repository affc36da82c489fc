"""How Jira is filled in, from `jira.yaml`: types, phase, priority, fields, resolutions, and what is restricted.

Rules kept here: without the file, everything is as its defaults say; whatever Jira knows by name may be given by its id
too, in quotes; what a field is filled with is either written here or one of a closed list of what an incident tells.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from engine.domain.plan import PHASES
from engine.ports.shown import TICKET_FACTS
from engine.settings.documents import BAD_REFERENCE, BAD_SHAPE, ConfigFileError, Entry, File, read_file

FILE: Final = "jira.yaml"

Name = Annotated[str, StringConstraints(min_length=1, max_length=255, strip_whitespace=True)]


class TypesEntry(Entry):
    """Issue types: of the incident, of the steps, and of steps that hang under an incident that is no epic."""

    epic: Name = "Epic"
    ticket: Name = "Task"
    sub_task: Name | None = None


class PriorityEntry(Entry):
    """What decides the priority, and which one follows from what."""

    by: Literal["phase", "severity"]
    of: dict[str, Name] = Field(min_length=1)
    otherwise: Name | None = None


class FieldEntry(Entry):
    """What a field is filled with when an issue is made."""

    value: Any = None
    from_: str | None = Field(None, alias="from")
    on: Literal["everything", "epic", "tickets"] = "everything"

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.value is None) == (self.from_ is None):
            raise ValueError("give either `value` or `from`")
        return self


class ResolutionsEntry(Entry):
    """Resolutions to close with when a ticket is done, and those that decline; the preferred one first."""

    done: tuple[Name, ...] = ()
    declined: tuple[Name, ...] = ()


class SecurityEntry(Entry):
    """What keeps restricted tickets from those who may not see them."""

    level: Name | None = None
    project: Literal["open", "closed"] = "open"


class JiraEntry(Entry):
    """The whole file."""

    types: TypesEntry = TypesEntry()
    phase: Literal["label", "component"] = "label"
    components: dict[str, Name] = Field({})
    priority: PriorityEntry | None = None
    fields: dict[Name, FieldEntry] = Field({})
    transitions: tuple[Name, ...] = ()
    transition_fields: dict[Name, Any] = Field({})
    resolutions: ResolutionsEntry = ResolutionsEntry()
    security: SecurityEntry = SecurityEntry()

    def component_of(self, phase: str) -> str:
        """Return the component of a phase; empty where phases are labels only."""
        return self.components.get(phase, phase.capitalize()) if self.phase == "component" else ""


def read_tracker(path: Path) -> JiraEntry:
    """Return what the file says, or the defaults where there is none.

    Raises:
        ConfigFileError: with the place of each thing that is wrong.
    """
    if not path.exists():
        return JiraEntry()
    file = read_file(path, JiraEntry)
    problems = [
        *(
            file.problem(BAD_REFERENCE, loc, f"{word!r} is none of: {', '.join(known)}.", on_key=on_key)
            for loc, word, known, on_key in _named(file)
            if word not in known
        ),
        *_lonely(file),
    ]
    if problems:
        raise ConfigFileError(problems)
    return file.content


def _named(file: File[JiraEntry]) -> list[tuple[tuple[str | int, ...], str, tuple[str, ...], bool]]:
    """Return every word that stands for something of ours: its place, itself, what there is, whether it is a key."""
    content = file.content
    found: list[tuple[tuple[str | int, ...], str, tuple[str, ...], bool]] = [
        (("components", phase), phase, PHASES, True) for phase in content.components
    ]
    if content.priority is not None and content.priority.by == "phase":
        found += [(("priority", "of", phase), phase, PHASES, True) for phase in content.priority.of]
    found += [
        (("fields", name, "from"), entry.from_, TICKET_FACTS, False)
        for name, entry in content.fields.items()
        if entry.from_ is not None
    ]
    return found


def _lonely(file: File[JiraEntry]) -> list[Any]:
    if file.content.components and file.content.phase != "component":
        text = "`components` mean nothing while `phase` is a label. Write `phase: component`."
        return [file.problem(BAD_SHAPE, ("components",), text, on_key=True)]
    return []
