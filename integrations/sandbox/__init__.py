"""A strict local Slack and Jira over HTTP, for rehearsals, tests and the demo.

Both refuse what the real services refuse, can be made to fail, and can be looked at in a browser.
The production clients reach them by base URL alone.
"""

from integrations.sandbox.app import create_app
from integrations.sandbox.faults import Fault, FaultKind
from integrations.sandbox.seed import Seed, default_seed
from integrations.sandbox.server import Sandbox, run_sandbox, serve_sandbox

__all__ = [
    "Fault",
    "FaultKind",
    "Sandbox",
    "Seed",
    "create_app",
    "default_seed",
    "run_sandbox",
    "serve_sandbox",
]
