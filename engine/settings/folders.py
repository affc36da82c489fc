"""The playbooks that can be called, as files: beside the one that calls them, and in the playbooks folder.

Rule kept here: a file is read anew each time it is wanted, so that an edit counts at once; what cannot be read is not
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.language.library import Text

ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Folders:
    """Playbooks of several folders; of two with one name, the one in the first folder counts."""

    folders: Sequence[Path]

    def find(self, name: str) -> Text | None:
        """Return the playbook of that name, None when there is none that can be read."""
        for path in self._files():
            if path.stem == name:
                try:
                    return Text(str(path), path.read_bytes())
                except OSError:
                    return None
        return None

    def names(self) -> Sequence[str]:
        """Return the names there are, in order."""
        return sorted({path.stem for path in self._files()})

    def _files(self) -> Iterator[Path]:
        for folder in self.folders:
            yield from (path for path in sorted(folder.glob("*")) if path.suffix in ENDINGS and path.is_file())
