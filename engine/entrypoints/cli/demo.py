"""`tocsin demo`: a leak from alarm to review, on this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    playbook: Annotated[str, typer.Argument(help="The playbook that is played.")] = "video-leak",
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the pages up until Ctrl-C.")] = False,
    crash: Annotated[
        bool, typer.Option("--crash", help="Kill the engine in the middle of the work, and start it again.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Only the summary, as one JSON object.")] = False,
) -> None:
    r"""Play a leak from alarm to review: a local Slack and Jira, an engine, and a cast of eleven invented people.

    \b
    tocsin demo                 the leaked recording, in about a minute
    tocsin demo --keep          and leave Slack, Jira and Tocsin up to look at
    tocsin demo --crash         with the engine killed on the way, and nothing done twice
    tocsin demo lost-device     another playbook, which the cast has never seen

    It needs no account and no credential, and keeps its data in a folder of its own. The people see only what Slack and
    Jira show them and act only there; time is a story's clock.
    """
    import asyncio
    from contextlib import suppress

    from engine.entrypoints.demo.demo import Choices
    from engine.entrypoints.demo.demo import demo as play
    from engine.settings.read import home_folder

    with suppress(asyncio.CancelledError):
        asyncio.run(play(Choices(home=home_folder() / "demo", playbook=playbook, keep=keep, json=json_, crash=crash)))
        return
    raise KeyboardInterrupt
