"""The Jira adapter on a running sandbox, as Cloud and as Server."""

from collections.abc import AsyncIterator

import pytest

from integrations.jira import JiraPool, JiraSite, JiraTracker
from integrations.sandbox import Seed, default_seed, run_sandbox
from tests.integration.jira.rig import HandClock, Rig


@pytest.fixture(params=["Cloud", "Server"])
def seed(request: pytest.FixtureRequest) -> Seed:
    """The default cast on either kind of Jira."""
    seed = default_seed()
    return seed.model_copy(update={"jira": seed.jira.model_copy(update={"deployment": request.param})})


@pytest.fixture
async def rig(seed: Seed) -> AsyncIterator[Rig]:
    """A tracker on a sandbox."""
    clock = HandClock()
    async with run_sandbox(seed, now=clock) as sandbox:
        email, token = sandbox.jira_login
        site = JiraSite(
            url=sandbox.jira_url, email=email, token=token, project="SEC", workers=2, timeout=(5, 5), index_patience=8
        )
        async with JiraPool(site, clock=clock) as pool:
            yield Rig(sandbox, clock, pool, site, JiraTracker(site, clock=clock, pool=pool))
