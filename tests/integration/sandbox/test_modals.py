"""Modals with the genuine client: opened by a trigger, filled by a person, answered by the app."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from integrations.sandbox import Sandbox
from tests.integration.sandbox.clients import Human, SocketApp, connected_app

People = Callable[[str], Human]

FORM = {
    "type": "modal",
    "callback_id": "declare",
    "title": {"type": "plain_text", "text": "Declare"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "summary",
            "label": {"type": "plain_text", "text": "What happened?"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        },
        {
            "type": "input",
            "block_id": "minors",
            "label": {"type": "plain_text", "text": "Anyone under 18?"},
            "element": {
                "type": "static_select",
                "action_id": "value",
                "options": [
                    {"text": {"type": "plain_text", "text": word}, "value": word} for word in ("no", "yes", "unknown")
                ],
            },
        },
    ],
}


async def opened_form(sandbox: Sandbox, slack: AsyncWebClient, ben: Human, app: SocketApp) -> str:
    """Type the command, let the app open its form and return the modal's id."""
    general = sandbox.slack.state.channel_named("general")
    assert general is not None
    told = await ben.post("/commands", channel=general.id, command="/incident", text="declare")
    assert told["result"] == "acknowledged"
    command = await app.next()
    view = await slack.views_open(trigger_id=command.payload["trigger_id"], view=FORM)
    return str(view["view"]["id"])


async def test_a_form_is_opened_filled_and_submitted(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """What was typed arrives in Slack's own shape and the modal is gone."""
    ben = person("ben")
    async with connected_app(sandbox) as app:
        view_id = await opened_form(sandbox, slack, ben, app)
        shown = (await ben.get("/modals"))["modals"]
        told = await ben.post(f"/modals/{view_id}/submit", values={"summary": "A link", "minors": "unknown"})
        payload = (await app.next()).payload
    values = payload["view"]["state"]["values"]
    assert [view["id"] for view in shown] == [view_id]
    assert told["result"] == "acknowledged"
    assert told["modals"] == []
    assert payload["type"] == "view_submission"
    assert values["summary"]["value"] == {"type": "plain_text_input", "value": "A link"}
    assert values["minors"]["value"]["selected_option"]["value"] == "unknown"


async def test_errors_of_the_app_are_shown_under_their_fields(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """`response_action: errors` keeps the modal open."""

    def refuse(request: SocketModeRequest) -> dict[str, Any]:
        if request.payload.get("type") == "view_submission":
            return {"response_action": "errors", "errors": {"summary": "Too short."}}
        return {}

    ben = person("ben")
    async with connected_app(sandbox, answer=refuse) as app:
        view_id = await opened_form(sandbox, slack, ben, app)
        told = await ben.post(f"/modals/{view_id}/submit", values={"summary": "x", "minors": "no"})
        still = (await ben.get("/modals"))["modals"]
    assert told["result"] == "errors"
    assert told["errors"] == {"summary": "Too short."}
    assert still[0]["errors"] == {"summary": "Too short."}


@pytest.mark.parametrize(
    ("answer", "titles"),
    [
        ({"response_action": "clear"}, []),
        ({"response_action": "update", "view": {**FORM, "title": {"type": "plain_text", "text": "Next"}}}, ["Next"]),
        (
            {"response_action": "push", "view": {**FORM, "title": {"type": "plain_text", "text": "More"}}},
            ["Declare", "More"],
        ),
    ],
)
async def test_the_app_may_answer_a_submission_with(
    sandbox: Sandbox, slack: AsyncWebClient, person: People, answer: dict[str, Any], titles: list[str]
) -> None:
    """A submission may clear, replace or stack modals."""

    def respond(request: SocketModeRequest) -> dict[str, Any]:
        return answer if request.payload.get("type") == "view_submission" else {}

    ben = person("ben")
    async with connected_app(sandbox, answer=respond) as app:
        view_id = await opened_form(sandbox, slack, ben, app)
        await ben.post(f"/modals/{view_id}/submit", values={"summary": "x", "minors": "no"})
        shown = (await ben.get("/modals"))["modals"]
    assert [view["title"]["text"] for view in shown] == titles


async def test_an_answer_that_makes_no_sense_shows_the_person_a_failure(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """Errors for a block that is not in the modal are no answer."""

    def respond(request: SocketModeRequest) -> dict[str, Any]:
        if request.payload.get("type") == "view_submission":
            return {"response_action": "errors", "errors": {"nowhere": "?"}}
        return {}

    ben = person("ben")
    async with connected_app(sandbox, answer=respond) as app:
        view_id = await opened_form(sandbox, slack, ben, app)
        told = await ben.post(f"/modals/{view_id}/submit", values={"summary": "x", "minors": "no"})
    assert told["result"] == "failed"


async def test_an_empty_required_field_never_reaches_the_app(
    sandbox: Sandbox, slack: AsyncWebClient, person: People
) -> None:
    """Slack's own client refuses it; a choice that is not offered cannot be made."""
    ben = person("ben")
    async with connected_app(sandbox) as app:
        view_id = await opened_form(sandbox, slack, ben, app)
        empty = await ben.post(f"/modals/{view_id}/submit", values={"summary": "x"})
        impossible = await ben.post(f"/modals/{view_id}/submit", values={"summary": "x", "minors": "maybe"})
        submissions = [r for r in app.requests if r.payload.get("type") == "view_submission"]
    assert empty["result"] == "not_sent"
    assert list(empty["errors"]) == ["minors"]
    assert impossible["error"] == "impossible"
    assert submissions == []


async def test_a_trigger_works_once(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """The second modal for one trigger is refused."""
    async with connected_app(sandbox) as app:
        await person("ben").post("/commands", channel="#general", command="/incident")
        trigger = (await app.next()).payload["trigger_id"]
        await slack.views_open(trigger_id=trigger, view=FORM)
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            await slack.views_open(trigger_id=trigger, view=FORM)


async def test_a_trigger_expires_after_three_seconds(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """A trigger older than that opens nothing."""
    async with connected_app(sandbox) as app:
        await person("ben").post("/commands", channel="#general", command="/incident")
        trigger = (await app.next()).payload["trigger_id"]
    sandbox.slack.state.triggers[trigger].minted -= 3.1
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await slack.views_open(trigger_id=trigger, view=FORM)


async def test_an_outdated_hash_is_refused(sandbox: Sandbox, slack: AsyncWebClient, person: People) -> None:
    """Two updates from the same reading of a modal cannot both win."""
    async with connected_app(sandbox) as app:
        view_id = await opened_form(sandbox, slack, person("ben"), app)
        old = sandbox.slack.state.views[view_id].hash
        await slack.views_update(view_id=view_id, view=FORM, hash=old)
        with pytest.raises(SlackApiError, match="hash_conflict"):
            await slack.views_update(view_id=view_id, view=FORM, hash=old)
