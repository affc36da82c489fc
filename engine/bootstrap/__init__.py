"""The composition root: the one place that picks an implementation for each port.

Rule kept here: what one command needs is imported by no other; each module composes one thing, and none is imported
until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.domain.catalogs import Catalogs
    from engine.domain.values import Instant
    from engine.language.context import ActionFacts


def action_facts() -> dict[str, ActionFacts]:
    """Return what the language needs to know of each action of the registry."""
    from engine.actions.registry import REGISTRY  # noqa: PLC0415 - each command imports what it needs
    from engine.language.facts import facts_of  # noqa: PLC0415 - as above

    return facts_of(REGISTRY)


def catalogs() -> Catalogs:
    """Return what playbooks may name of laws, controls and calendars, as the configuration says.

    Raises:
        ConfigError: a file of theirs is wrong.
    """
    from engine.settings.catalogs import read_catalogs  # noqa: PLC0415 - as above
    from engine.settings.read import settings_file  # noqa: PLC0415 - as above

    return read_catalogs(settings_file().parent)


def present() -> Instant:
    """Return the present instant."""
    from engine.domain.values import Instant  # noqa: PLC0415 - as above
    from integrations.system.clock import SystemClock  # noqa: PLC0415 - as above

    return Instant(SystemClock().now())
