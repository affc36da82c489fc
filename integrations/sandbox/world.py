"""The whole sandbox in one value: both services, the faults, the log and the clocks."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from integrations.sandbox.faults import FaultBoard
from integrations.sandbox.jira.state import JiraState, Site, seeded_site
from integrations.sandbox.log import RequestLog
from integrations.sandbox.pagers import PagerDesk
from integrations.sandbox.rotas import RotaDesk
from integrations.sandbox.seed import Seed
from integrations.sandbox.slack.state import SlackState
from integrations.sandbox.slack.workspace import Workspace, new_workspace
from integrations.sandbox.values import Monotonic, Now


@dataclass
class World:
    """Everything a running sandbox holds."""

    seed: Seed
    now: Now
    faults: FaultBoard
    log: RequestLog
    slack: Workspace
    jira: Site
    wall: Now
    """The real clock, which signatures need."""
    pagers: PagerDesk = field(default_factory=PagerDesk)
    rotas: RotaDesk = field(default_factory=RotaDesk)

    async def close(self) -> None:
        """Stop whatever is still being delivered."""
        await self.slack.deliveries.close()
        await self.jira.webhooks.close()

    def snapshot(self) -> str:
        """Return the records of both services as JSON."""
        states = {"slack": self.slack.state, "jira": self.jira.state}
        return json.dumps({name: state.model_dump(mode="json") for name, state in states.items()})

    def restore(self, snapshot: str) -> None:
        """Replace the records of both services with those of a snapshot."""
        states = json.loads(snapshot)
        self.slack.state = SlackState.model_validate_json(json.dumps(states["slack"]))
        self.jira.state = JiraState.model_validate_json(json.dumps(states["jira"]))
        for issue in self.jira.state.issues.values():
            self.jira.touched(issue)

    def load(self, path: Path) -> None:
        """Restore from a file, if there is one."""
        if path.exists():
            self.restore(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        """Write the snapshot to a file, whole or not at all."""
        unfinished = path.with_suffix(".part")
        unfinished.write_text(self.snapshot(), encoding="utf-8")
        unfinished.replace(path)


def new_world(seed: Seed, *, now: Now, wall: Now | None = None, monotonic: Monotonic = time.monotonic) -> World:
    """Build a sandbox from a seed; `wall` is the real clock, which signatures need."""
    faults = FaultBoard()
    return World(
        seed=seed,
        now=now,
        faults=faults,
        log=RequestLog(),
        wall=wall or now,
        slack=new_workspace(seed, now=now, wall=wall or now, monotonic=monotonic, faults=faults),
        jira=seeded_site(seed, now=now, monotonic=monotonic, faults=faults),
    )
