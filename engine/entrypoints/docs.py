"""Documents that are made from the code: `python -m engine.entrypoints.docs` writes them, `--check` compares them.

Rules kept here: a rule, a setting or an action is described once, where it is; a document that differs from what the
code says is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from engine.bootstrap import action_facts
from engine.entrypoints.cli.manual import manual
from engine.entrypoints.playbook_pages import pages
from engine.entrypoints.reference import actions, language
from engine.language.catalog import RULES, retired
from engine.language.scenario_rules import SCENARIO_RULES
from engine.language.schema import scenario_schema_text, schema_text
from engine.settings.values import ENVIRONMENT_ONLY, Settings, is_secret, variable

ROOT: Final = Path(__file__).resolve().parents[2]
MADE: Final = "Made by `python -m engine.entrypoints.docs`; do not edit."

_FAMILIES = {
    "PB0": "YAML",
    "PB1": "Shape",
    "PB2": "References and meaning",
    "PB3": "Safety",
    "PB4": "Time",
    "PB5": "Confidentiality",
    "PB6": "Comes later",
    "PB7": "Rehearsals",
    "PB9": "Style",
}
_DEFAULTS = {
    "home": "`.tocsin` in the checkout; installed without one, `tocsin` in the XDG data home",
    "config": "`config` in the checkout, else in the current folder",
    "playbooks": "`playbooks` in the checkout, else in the current folder",
    "database_url": "SQLite: `tocsin.db` in the home",
}


def rules() -> str:
    """Return the index of the rules of lint."""
    lines = [
        "# Rules of `tocsin lint`",
        "",
        MADE,
        "",
        "An error keeps a playbook from being triggered; a warning does not.",
    ]
    for prefix, family in _FAMILIES.items():
        found = [rule for key, rule in sorted({**RULES, **SCENARIO_RULES}.items()) if key.startswith(prefix)]
        if not found:
            continue
        lines += ["", f"## {prefix}: {family}", ""]
        lines += ["| rule | severity | what must hold |", "| --- | --- | --- |"]
        lines += [f"| {rule.id} | {rule.severity} | {_cell(rule.summary)} |" for rule in found]
    if retired():
        lines += ["", f"Retired, and never used again: {', '.join(retired())}."]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """Return the table of settings."""
    lines = [
        "# Settings",
        "",
        MADE,
        "",
        "The environment wins over `secrets.env` in the data folder, which wins over `config/settings.toml`, which",
        "wins over the defaults. A variable set to nothing counts as not set. Folders in `settings.toml` are relative",
        "to the folder above it.",
        "",
        "Secrets belong into the environment or into `secrets.env`: lines of `NAME=value`, each name a variable of a",
        "secret (those marked below, and `TOCSIN_SECRET_...`), the file readable by its owner alone (`chmod 600`),",
        "otherwise it is refused. `tocsin connect` writes it. A secret that a playbook names as `{secret: REC_TOKEN}`",
        "is the variable `TOCSIN_SECRET_REC_TOKEN`, or in the file that `TOCSIN_SECRET_REC_TOKEN_FILE` names.",
        "",
        "| variable | in settings.toml | default | what it is |",
        "| --- | --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        key = "" if name in ENVIRONMENT_ONLY else "secret" if is_secret(name) else f"`{name}`"
        lines.append(f"| `{variable(name)}` | {key} | {_default(name)} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def documents() -> Mapping[str, Callable[[], str]]:
    """Return what makes each document, by its path from the root."""
    return {
        "docs/actions.md": lambda: actions.page(head=MADE),
        "docs/cli.md": lambda: manual(head=MADE),
        "docs/language.md": lambda: language.page(ROOT / "docs/language.md"),
        "docs/rules.md": rules,
        "docs/settings.md": settings,
        "playbooks/playbook.schema.json": lambda: schema_text(action_facts()),
        "playbooks/scenario.schema.json": scenario_schema_text,
        **pages(ROOT / "playbooks", head=MADE),
    }


def main(arguments: list[str], *, root: Path = ROOT) -> int:
    """Write the documents, or with `--check` say which differ; return the exit code."""
    wrong = 0
    for path, make in documents().items():
        file, text = root / path, make()
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            wrong += 1
            sys.stderr.write(
                f"error: {path} is not what the code says.\nhint: Run `python -m engine.entrypoints.docs`.\n"
            )
    return 1 if wrong else 0


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    match field.default:
        case _ if name in _DEFAULTS:
            return _DEFAULTS[name]
        case None | ():
            return "none"
        case SecretStr():
            return "set"
        case tuple(values):
            return ", ".join(f"`{value}`" for value in values)
        case value:
            return f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
