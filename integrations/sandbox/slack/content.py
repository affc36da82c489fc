"""What a message says: text, blocks and metadata, read from a call and checked."""

from dataclasses import dataclass

from integrations.sandbox.slack.blocks import MESSAGE, checked_blocks
from integrations.sandbox.slack.call import Call
from integrations.sandbox.slack.errors import SlackError
from integrations.sandbox.values import JsonObject

MAX_TEXT = 40_000


@dataclass(frozen=True)
class Content:
    """The checked content of a message."""

    text: str
    blocks: list[JsonObject]
    metadata: JsonObject | None


def read_content(call: Call, *, required: bool = True) -> Content:
    """Read a message, refusing one that says nothing, says too much or is malformed."""
    text = call.maybe("text") or ""
    blocks = checked_blocks(
        call.structure("blocks", otherwise="invalid_blocks_format"),
        surface=MESSAGE,
    )
    blocks = [{**block, "block_id": block.get("block_id") or call.workspace.state.new_id("b")} for block in blocks]
    if required and not text.strip() and not blocks and not call.has("attachments"):
        raise SlackError("no_text")
    if len(text) > MAX_TEXT:
        raise SlackError("msg_too_long")
    return Content(text=text, blocks=blocks, metadata=_metadata(call))


def _metadata(call: Call) -> JsonObject | None:
    metadata = call.structure("metadata", otherwise="invalid_metadata_format")
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    well_formed = isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    if not well_formed:
        raise SlackError("invalid_metadata_schema")
    return metadata
