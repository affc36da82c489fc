"""Issues as the page shows them."""

from dataclasses import dataclass

from integrations.sandbox.jira import catalog
from integrations.sandbox.jira.records import Issue
from integrations.sandbox.jira.state import Site
from integrations.sandbox.jira.workflow import available


@dataclass(frozen=True)
class Card:
    """An issue with the names of what it refers to."""

    issue: Issue
    kind: str
    status: catalog.Status
    priority: str
    resolution: str | None
    assignee: str | None
    reporter: str
    parent: Issue | None


@dataclass(frozen=True)
class Sheet:
    """An issue with everything around it."""

    card: Card
    children: list[Card]
    transitions: list[tuple[catalog.Transition, str]]
    links: list[tuple[str, Card]]
    custom: list[tuple[str, str]]

    @property
    def done(self) -> int:
        """How many of the children are done, in percent."""
        finished = sum(child.status.category == "done" for child in self.children)
        return 100 * finished // len(self.children) if self.children else 0


def card_of(site: Site, *, issue: Issue) -> Card:
    """Return an issue with its names."""
    accounts = site.state.accounts
    resolution = issue.resolution_id
    return Card(
        issue=issue,
        kind=catalog.issue_type(issue.type_id).name,
        status=catalog.status(issue.status_id),
        priority=catalog.entry(catalog.PRIORITIES, entry_id=issue.priority_id).name,
        resolution=catalog.entry(catalog.RESOLUTIONS, entry_id=resolution).name if resolution else None,
        assignee=accounts[issue.assignee].name if issue.assignee else None,
        reporter=accounts[issue.reporter].name,
        parent=site.state.issues.get(issue.parent_id or issue.epic_id or ""),
    )


def cards_of(site: Site) -> list[Card]:
    """Return all issues, oldest first."""
    return [card_of(site, issue=issue) for issue in site.state.issues.values()]


def sheet_of(site: Site, *, issue: Issue) -> Sheet:
    """Return an issue with its children, links and the ways out of its status."""
    cards = cards_of(site)
    return Sheet(
        card=card_of(site, issue=issue),
        children=[card for card in cards if card.parent is not None and card.parent.id == issue.id],
        transitions=[(t, catalog.status(t.to).category) for t in available(issue)],
        links=_links(site, issue=issue),
        custom=_custom(site, issue=issue),
    )


def _custom(site: Site, *, issue: Issue) -> list[tuple[str, str]]:
    """Return the custom fields that hold something, by name."""
    names = {field.id: field.name for field in site.seed.custom_fields}
    return [(names.get(key, key), _written(value)) for key, value in issue.custom.items() if value is not None]


def _written(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("value") or value.get("name") or value)
    return ", ".join(map(_written, value)) if isinstance(value, list) else str(value)


def _links(site: Site, *, issue: Issue) -> list[tuple[str, Card]]:
    found = []
    for link in site.state.links.values():
        kind = next(entry for entry in catalog.LINK_TYPES if entry.id == link.type_id)
        if link.inward == issue.id:
            found.append((kind.outward, card_of(site, issue=site.state.issues[link.outward])))
        elif link.outward == issue.id:
            found.append((kind.inward, card_of(site, issue=site.state.issues[link.inward])))
    return found
