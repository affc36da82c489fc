"""CACAO 2.0: playbooks out to other tools, and theirs in (docs/adr/0023-cacao.md)."""
