"""What this integration is, needs and may do; shown by `tocsin doctor` and in the documentation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Manifest:
    """A description of an integration."""

    name: str
    kind: str
    client: str
    settings: tuple[str, ...]
    permissions: tuple[str, ...]


MANIFEST = Manifest(
    name="Jira",
    kind="tracker",
    client="jira",
    settings=("TOCSIN_JIRA_URL", "TOCSIN_JIRA_EMAIL", "TOCSIN_JIRA_TOKEN", "TOCSIN_JIRA_PROJECT"),
    permissions=(
        "Browse Projects",
        "Create Issues",
        "Edit Issues",
        "Assign Issues",
        "Schedule Issues",
        "Transition Issues",
        "Resolve Issues",
        "Add Comments",
        "Browse users and groups",
    ),
)
