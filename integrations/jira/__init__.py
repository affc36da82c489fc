"""Jira, Cloud and Server, as the engine's tracker; the only code that imports the `jira` client."""

from engine.ports.checks import Check
from integrations.jira.creating import Wanted
from integrations.jira.files import JiraFiles
from integrations.jira.health import Setting, health
from integrations.jira.manifest import MANIFEST
from integrations.jira.pool import JiraPool
from integrations.jira.site import JiraSite
from integrations.jira.tracker import JiraTracker
from integrations.jira.watch import JiraWatch, put_up, take_up
from integrations.jira.webhook import Delivery, verified

__all__ = [
    "MANIFEST",
    "Check",
    "Delivery",
    "JiraFiles",
    "JiraPool",
    "JiraSite",
    "JiraTracker",
    "JiraWatch",
    "Setting",
    "Wanted",
    "health",
    "put_up",
    "take_up",
    "verified",
]
