"""What an app gets of a slash command where its manifest asks for escaping."""

from __future__ import annotations

import pytest

from integrations.sandbox.slack.escaping import escaped_command

USERS, CHANNELS = {"ana": "U0ANA", "ana.ruiz": "U0RUIZ"}, {"general": "C1"}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("assign commander @ana", "assign commander <@U0ANA|ana>"),
        ("assign commander @ana.ruiz.", "assign commander <@U0RUIZ|ana.ruiz>."),
        ("assign commander @nobody", "assign commander @nobody"),
        ("note see #general & <b>", "note see <#C1|general> &amp; &lt;b&gt;"),
        ("add https://a.example/@ana?x=1&y=2#general", "add <https://a.example/@ana?x=1&amp;y=2#general>"),
        ("note mail a@ana and x#general", "note mail a@ana and x#general"),
    ],
)
def test_accounts_channels_and_links_are_wrapped(typed: str, sent: str) -> None:
    """Only what there is; inside a link or a word nothing is."""
    assert escaped_command(typed, users=USERS, channels=CHANNELS) == sent
