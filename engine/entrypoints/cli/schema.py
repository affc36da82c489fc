"""`tocsin schema`: the JSON Schema with which editors complete and check playbooks and rehearsals."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    *, rehearsal: Annotated[bool, typer.Option("--rehearsal", help="That of rehearsals, not of playbooks.")] = False
) -> None:
    r"""Print the JSON Schema of playbooks, for editors.

    \b
    tocsin schema > playbook.schema.json
    tocsin schema --rehearsal > scenario.schema.json

    In an editor with a YAML language server, the first line of a playbook names it, and that of a rehearsal the other:

    \b
    # yaml-language-server: $schema=playbook.schema.json
    """
    from engine.bootstrap import action_facts
    from engine.language.schema import scenario_schema_text, schema_text

    typer.echo(scenario_schema_text() if rehearsal else schema_text(action_facts()), nl=False)
