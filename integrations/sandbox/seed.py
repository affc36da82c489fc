"""What a sandbox starts with: the workspace, the project, the cast and their tokens.

A seed is frozen and complete: two sandboxes made from equal seeds answer alike. Everybody in it is
invented. Identities are derived from the handle, so that a people file can name them in advance:
Slack id `U0` + handle in capitals, Jira account `first.last`, tokens `xoxp-sandbox-<handle>` and
`jira-sandbox-<handle>`.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

BOT_SCOPES = (
    "commands",
    "chat:write",
    "channels:manage",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:write",
    "groups:read",
    "groups:history",
    "im:write",
    "users:read",
    "users:read.email",
    "usergroups:read",
    "pins:write",
    "pins:read",
    "bookmarks:write",
    "bookmarks:read",
    "reactions:read",
    "reactions:write",
    "files:read",
    "files:write",
)

_CAST = (
    ("Ben Osei", "Security responder"),
    ("Ana Ruiz", "Incident commander"),
    ("Carla Weiss", "Counsel"),
    ("Emi Sato", "Privacy officer"),
    ("Dev Patel", "Communications"),
    ("Hana Kim", "People team and liaison"),
    ("Ivo Marek", "Forensics"),
    ("Femi Ade", "Identity administrator"),
    ("Gus Lind", "Recording owner"),
    ("Jo Bell", "Executive"),
    ("Kim Tran", "Compliance"),
)


class Frozen(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Frozen):
    """Somebody with a Slack account and a Jira account."""

    name: str
    handle: str
    email: str
    title: str
    slack_id: str
    slack_token: str
    jira_account: str
    jira_token: str
    timezone: str = "Europe/Berlin"
    guest: bool = False
    deactivated: bool = False


class ChannelSeed(Frozen):
    """A channel that exists before anything happens; `members` are handles, none means everyone."""

    name: str
    topic: str = ""
    private: bool = False
    members: tuple[str, ...] = ()
    with_app: bool = False


class SlackSeed(Frozen):
    """The Slack workspace and the one app installed in it."""

    team_id: str = "T0TOCSIN"
    team_name: str = "Example Org"
    domain: str = "example-org"
    app_id: str = "A0TOCSIN"
    bot_id: str = "B0TOCSIN"
    bot_user_id: str = "U0TOCSIN"
    bot_name: str = "tocsin"
    bot_token: str = "xoxb-sandbox-tocsin"  # noqa: S105 - an invented token of an invented workspace
    app_token: str = "xapp-sandbox-tocsin"  # noqa: S105 - an invented token of an invented workspace
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - invented, as above
    scopes: tuple[str, ...] = BOT_SCOPES
    commands: tuple[str, ...] = ("/incident",)
    escapes_commands: bool = True
    """The manifest's `should_escape`: mentions and links in a command arrive as `<@U1|ana>` and `<https://...>`."""
    events: tuple[str, ...] = (
        "app_home_opened",
        "channel_archive",
        "member_joined_channel",
        "pin_added",
        "reaction_added",
        "reaction_removed",
    )
    channels: tuple[ChannelSeed, ...] = (
        ChannelSeed(name="general", topic="Company-wide announcements"),
        ChannelSeed(name="security", topic="Report anything odd here", with_app=True),
    )
    request_url: str | None = None
    ack_seconds: float = 3.0
    event_retry_seconds: tuple[float, ...] = (0.0, 1.0, 5.0)
    rate_limits: bool = False
    channels_restricted: bool = False
    post_interval: float = 1.0


class WebhookSeed(Frozen):
    """A webhook an administrator registered in Jira."""

    url: str
    secret: str = ""
    events: tuple[str, ...] = ("jira:issue_created", "jira:issue_updated", "comment_created")
    retry_seconds: tuple[float, ...] = (0.2, 0.5, 1.0)
    patience_seconds: float = 5.0


class CustomField(Frozen):
    """A custom field of the project; `required` makes creating without it a 400."""

    id: str
    name: str
    kind: Literal["string", "number", "date", "datetime", "option"] = "string"
    options: tuple[str, ...] = ()
    required: bool = False


class JiraSeed(Frozen):
    """The Jira site, its one project and the service account of the app."""

    deployment: Literal["Server", "Cloud"] = "Cloud"
    project_key: str = "SEC"
    project_name: str = "Security incidents"
    bot_name: str = "Tocsin"
    bot_email: str = "tocsin@example.com"
    bot_account: str = "tocsin"
    bot_token: str = "jira-sandbox-tocsin"  # noqa: S105 - an invented token of an invented site
    resolution_required: bool = True
    security_levels: tuple[str, ...] = ("Incident team only",)
    issue_types: tuple[str, ...] = ("Epic", "Story", "Task", "Sub-task")
    refused_permissions: tuple[str, ...] = ()
    largest_file: int = 10_485_760
    """In bytes; what is larger cannot be attached."""
    components: tuple[str, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    webhooks: tuple[WebhookSeed, ...] = ()


class Seed(Frozen):
    """Everything a sandbox starts with."""

    people: tuple[Person, ...]
    slack: SlackSeed = SlackSeed()
    jira: JiraSeed = JiraSeed()

    def person(self, handle: str) -> Person:
        """Return the person with this handle, or raise KeyError."""
        for person in self.people:
            if person.handle == handle:
                return person
        raise KeyError(handle)


def invented_person(name: str, *, title: str = "", guest: bool = False) -> Person:
    """Make a person whose ids and tokens follow from the name."""
    first, last = name.lower().split()
    return Person(
        name=name,
        handle=first,
        email=f"{first}.{last}@example.com",
        title=title,
        slack_id=f"U0{first.upper()}",
        slack_token=f"xoxp-sandbox-{first}",
        jira_account=f"{first}.{last}",
        jira_token=f"jira-sandbox-{first}",
        guest=guest,
    )


def default_seed() -> Seed:
    """Return the cast of the demonstration with the project `SEC`."""
    return Seed(people=tuple(invented_person(name, title=title) for name, title in _CAST))
