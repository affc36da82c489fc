"""Named secrets, from the environment or from files that it points to.

Rules kept here: `TOCSIN_SECRET_<NAME>` is the secret, `TOCSIN_SECRET_<NAME>_FILE` a file that holds it; it is read
each time it is asked for, so a rotated secret is used at once; messages hold the name and never the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from engine.domain.errors import ConfigError

PREFIX = "TOCSIN_SECRET_"
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,99}")


class EnvironmentSecrets:
    """Implements `engine.ports.web.Secrets`."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def resolve(self, name: str) -> str:
        """Return the secret of that name, without a line end at its end."""
        if not _NAME.fullmatch(name):
            raise ConfigError("A secret is a name in capitals.", hint="Write {secret: REC_TOKEN}.")
        value = self._environ.get(f"{PREFIX}{name}")
        if value is None and (path := self._environ.get(f"{PREFIX}{name}_FILE")):
            value = _read(path, name=name)
        if value is None or not value.strip():
            raise ConfigError(
                f"There is no secret {name}.", hint=f"Set {PREFIX}{name} or {PREFIX}{name}_FILE where Tocsin runs."
            )
        return value.rstrip("\r\n")


def _read(path: str, *, name: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"The file of secret {name} cannot be read."
        raise ConfigError(message, hint=f"Check the path in {PREFIX}{name}_FILE and its rights.") from error
