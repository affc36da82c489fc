"""Files given as answers: read, checked and put into the evidence vault before the answer is given.

Rule kept here: a file that would not be taken is not stored; what is wrong is said with the field and the path.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.answers import find_ask
from engine.domain.errors import ConfigError, RunError
from engine.domain.fields import FieldType
from engine.domain.files import UNKNOWN_TYPE, checked_size, most_bytes, seen_type
from engine.domain.minors import MINORS, no_files_because
from engine.domain.parsing import ParseError
from engine.domain.views import form_of

if TYPE_CHECKING:
    from engine.bootstrap.office import Office
    from engine.domain.fields import FieldSpec

_HINT = "Write --file field=PATH."


async def given_files(office: Office, incident: str, step: str, *, given: list[str]) -> dict[str, Any]:
    """Return the values of files given as `field=PATH`, once they are in the vault.

    Raises:
        ConfigError: a text is no `field=PATH`, or a path cannot be read.
        RunError: the step has no such field, the file is empty or too large, or no file may be taken now.
    """
    look = await office.desk.look(incident)
    ask = find_ask(look.incident, step, approval=False)
    form = form_of(look.plan, ask) if ask is not None else {}
    read = [_read(text, form) for text in given]
    refused = no_files_because(look.plan, look.incident, ask.step) if ask is not None else ""
    if refused:
        raise RunError(f"{refused[:1].upper()}{refused[1:]}.", hint=MINORS)
    found: dict[str, Any] = {}
    for spec, path, data in read:
        stored = await office.vault.put(data)
        kind = seen_type(data, given=mimetypes.guess_type(path.name)[0] or UNKNOWN_TYPE)
        value = {"name": path.name, "sha256": stored.sha256, "size": stored.size, "type": kind}
        found[spec.name] = [*found.get(spec.name, []), value] if spec.list else value
    return found


def _read(text: str, form: Any) -> tuple[FieldSpec, Path, bytes]:  # noqa: ANN401 - a mapping of field specifications
    name, equals, place = text.partition("=")
    if not equals or not name or not place:
        raise ConfigError(f"{text!r} names no file.", hint=_HINT)
    spec = form.get(name)
    if spec is None or spec.type is not FieldType.FILE:
        files = ", ".join(known for known, kind in form.items() if kind.type is FieldType.FILE)
        raise RunError(f"{name} is not a file that is asked for.", hint=f"Files here: {files or 'none'}.")
    path = Path(place)
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes(spec) + 1)
            size = max(len(data), path.stat().st_size)
    except OSError as error:
        raise ConfigError(f"{name}: {place} cannot be read: {error.strerror}.", hint=_HINT) from None
    try:
        checked_size(spec, size)
    except ParseError as error:
        raise RunError(f"{name}: {place} {error.message}", hint=error.hint) from None
    return spec, path, data
