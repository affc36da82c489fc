"""How step instances and acts are named.

Rules kept here: an instance is named `step`, or `step[1]`, `step[2]` ... for a step that is done once per element
(counted from 1, as people count); what a called playbook does is named by its path: `takedown[2]/draft`. A name and
the key of an act never change, since both are in kept timelines.
"""

from __future__ import annotations

import hashlib


def effect_key(incident: str, subject: str, purpose: str) -> str:
    """Return the idempotency key of an effect: 32 hexadecimal characters, the same over retries and restarts."""
    return hashlib.sha256(f"{incident}\n{subject}\n{purpose}".encode()).hexdigest()[:32]


def act_key(incident: str, instance: str, *, number: int) -> str:
    """Return the key of a step's act in a round, counted from 1; the first is that of a step that does not repeat."""
    return effect_key(incident, instance, "action" if number <= 1 else f"action:{number}")


def base_id(instance: str) -> str:
    """Return the step of an instance, with its path: `preserve` of `preserve[2]`, `takedown[2]/draft` of itself."""
    scope, slash, last = instance.rpartition("/")
    return f"{scope}{slash}{last.partition('[')[0]}"


def scope_of(instance: str) -> str:
    """Return the call that an instance is done in, empty for a step of the incident's own playbook."""
    return instance.rpartition("/")[0]


def beside(instance: str, name: str) -> str:
    """Return the full name of something that is named where an instance is done: a step, or an input."""
    scope = scope_of(instance)
    return f"{scope}/{name}" if scope else name


def instance_id(step: str, number: int) -> str:
    """Return the name of an instance, counted from 1."""
    return f"{step}[{number}]"


def instance_number(instance: str) -> int | None:
    """Return the number of an instance, or None for a step that is done once."""
    _, bracket, rest = instance.rpartition("/")[2].partition("[")
    return int(rest.rstrip("]")) if bracket else None
