"""The playbooks that can be declared from a chat.

Rule kept here: a file is read anew each time it is wanted, so that an edit counts at once; a plan is compiled once per
text.
"""

from __future__ import annotations

import asyncio
from difflib import get_close_matches
from typing import TYPE_CHECKING

from engine.domain.catalogs import NO_CATALOGS
from engine.domain.errors import ConfigError
from engine.language.api import compile_playbook, digest, pin
from engine.language.library import NOTHING
from engine.runtime.desk import Playbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.domain.catalogs import Catalogs
    from engine.domain.plan import Plan
    from engine.language import library as language
    from engine.language.api import ActionFacts

ENDINGS = (".yaml", ".yml")


class Library:
    """The playbooks of a folder, by name; `default` is the one that is meant when none is named.

    `callable_` is where the playbooks are that these may call.
    """

    def __init__(
        self,
        folder: Path,
        *,
        actions: Mapping[str, ActionFacts],
        catalogs: Catalogs = NO_CATALOGS,
        default: str = "",
        callable_: language.Library = NOTHING,
    ) -> None:
        self._folder = folder
        self._callable = callable_
        self._actions = actions
        self._catalogs = catalogs
        self._default = default
        self._plans: dict[str, Plan] = {}

    async def names(self) -> list[str]:
        """Return the names there are, the default first, the others in order."""
        names = sorted(await asyncio.to_thread(self._files))
        return sorted(names, key=lambda name: name != self._default)

    async def read(self, name: str = "") -> tuple[Playbook, Plan]:
        """Return a playbook and its plan; without a name the default, else the first.

        Raises:
            ConfigError: there is none of that name, or it cannot be read.
            PlaybookError: it has errors.
        """
        names = await self.names()
        if not names:
            raise ConfigError("There is no playbook.", hint=f"Put one into {self._folder}.")
        wanted = name or names[0]
        if wanted not in names:
            close = get_close_matches(wanted, names, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."
            raise ConfigError(f"There is no playbook {wanted}.", hint=hint)
        return await asyncio.to_thread(self._read, wanted)

    def _read(self, name: str) -> tuple[Playbook, Plan]:
        path = self._files()[name]
        try:
            playbook = Playbook(pin(path.read_bytes(), library=self._callable), str(path))
        except OSError as error:
            raise ConfigError(f"{path}: it cannot be read: {error.strerror}.") from None
        text = digest(playbook.data)
        if text not in self._plans:
            self._plans[text] = compile_playbook(
                playbook.data, path=playbook.path, actions=self._actions, catalogs=self._catalogs
            )
        return playbook, self._plans[text]

    def _files(self) -> dict[str, Path]:
        return {path.stem: path for path in self._folder.glob("*") if path.suffix in ENDINGS and path.is_file()}
