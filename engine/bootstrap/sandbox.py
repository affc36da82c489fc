"""The local Slack and Jira, run by a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.sandbox import Sandbox, Seed


WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - invented, as everything of the sandbox


@dataclass(frozen=True, slots=True)
class SandboxChoices:
    """Where the sandbox listens and how its two services behave."""

    host: str
    port: int
    slack_request_url: str | None = None
    slack_rate_limits: bool = False
    jira_server: bool = False
    jira_project: str = "SEC"
    jira_webhook: str | None = None
    state: Path | None = None


def run_sandbox(choices: SandboxChoices, *, ready: Callable[[str, dict[str, str], list[str]], None]) -> None:
    """Run the local Slack and Jira until interrupted; `ready` gets its address, settings and people."""
    import asyncio  # noqa: PLC0415 - other commands have no event loop

    asyncio.run(_serve_sandbox(choices, ready=ready))


async def _serve_sandbox(choices: SandboxChoices, *, ready: Callable[[str, dict[str, str], list[str]], None]) -> None:
    import asyncio  # noqa: PLC0415 - as above
    import signal  # noqa: PLC0415 - as above

    from integrations.sandbox import serve_sandbox  # noqa: PLC0415 - a web server is nothing for other commands
    from integrations.system.clock import SystemClock  # noqa: PLC0415 - as above

    seed = _seed(choices)
    serving = asyncio.ensure_future(
        serve_sandbox(
            seed,
            now=SystemClock().now,
            host=choices.host,
            port=choices.port,
            state=choices.state,
            ready=lambda box: ready(box.url, _variables(box), [person.handle for person in seed.people]),
        )
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    try:
        await asyncio.wait([serving])
    finally:
        # After Ctrl-C too, it ends in its own order and writes down its state.
        serving.cancel()
        await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()


def _seed(choices: SandboxChoices) -> Seed:
    from integrations.sandbox.seed import (  # noqa: PLC0415 - as above
        JiraSeed,
        Seed,
        SlackSeed,
        WebhookSeed,
        default_seed,
    )

    return Seed(
        people=default_seed().people,
        slack=SlackSeed(request_url=choices.slack_request_url, rate_limits=choices.slack_rate_limits),
        jira=JiraSeed(
            deployment="Server" if choices.jira_server else "Cloud",
            project_key=choices.jira_project,
            webhooks=(WebhookSeed(url=choices.jira_webhook, secret=WEBHOOK_SECRET),) if choices.jira_webhook else (),
        ),
    )


def _variables(box: Sandbox) -> dict[str, str]:
    email, token = box.jira_login
    hooked = {"TOCSIN_SECRET_JIRA_WEBHOOK": WEBHOOK_SECRET} if box.world.seed.jira.webhooks else {}
    return {
        **hooked,
        "TOCSIN_SLACK_BASE_URL": box.slack_base_url,
        "TOCSIN_SLACK_BOT_TOKEN": box.slack_bot_token,
        "TOCSIN_SLACK_APP_TOKEN": box.slack_app_token,
        "TOCSIN_SLACK_SIGNING_SECRET": box.slack_signing_secret,
        "TOCSIN_SLACK_PACED": "yes" if box.world.seed.slack.rate_limits else "no",
        "TOCSIN_PAGERDUTY_EVENTS_URL": f"{box.pagers_url}/pagerduty",
        "TOCSIN_PAGERDUTY_API_URL": f"{box.pagers_url}/pagerduty",
        "TOCSIN_OPSGENIE_URL": f"{box.pagers_url}/opsgenie",
        "TOCSIN_JIRA_URL": box.jira_url,
        "TOCSIN_JIRA_EMAIL": email,
        "TOCSIN_JIRA_TOKEN": token,
        "TOCSIN_JIRA_PROJECT": box.world.seed.jira.project_key,
    }
