"""Data as YAML that the language reads back as it was.

Rule kept here: a text that YAML, in any version, would read as something else is quoted.
"""

from __future__ import annotations

from typing import Any

import yaml

WIDTH = 110


def yaml_text(tree: dict[str, Any]) -> str:
    """Return data as the text of a file, its keys in their order."""
    return yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None)


class _Plain(yaml.SafeDumper):
    """Repeats what is there twice, instead of naming it."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True
