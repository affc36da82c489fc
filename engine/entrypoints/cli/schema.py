"""`tocsin schema`: the JSON Schema with which editors complete and check playbooks."""

from __future__ import annotations

import typer


def schema() -> None:
    r"""Print the JSON Schema of playbooks, for editors.

    \b
    tocsin schema > playbook.schema.json

    In an editor with a YAML language server, the first line of a playbook names it:

    \b
    # yaml-language-server: $schema=playbook.schema.json
    """
    from engine.bootstrap import action_facts
    from engine.language.schema import schema_text

    typer.echo(schema_text(action_facts()), nl=False)
