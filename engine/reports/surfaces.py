"""What is said once a channel, a message, a ticket or a page is there."""

from __future__ import annotations

SHOWN = {
    "channel": "The incident's channel was opened",
    "living": "The pinned message was posted",
    "card": "What is asked was posted",
    "notice": "A notice was posted",
    "handover": "The offer of the command was posted",
    "review_card": "Everybody who took part was asked for their view",
    "reminder": "A reminder was posted",
    "call": "A call was posted",
    "page": "Somebody was paged",
    "page_taken": "The page was acknowledged",
    "page_ended": "The page was ended",
    "head_chat": "The timeline's head was published in the channel",
    "head_tracker": "The timeline's head was published in the epic",
    "epic": "The epic was opened",
    "ticket": "A ticket was opened",
    "ticket_close": "The ticket was closed",
    "ticket_reopen": "The ticket was opened again",
    "ticket_again": "It was asked again under its ticket",
    "ticket_put_back": "The ticket was put back",
    "ticket_merge": "A ticket made twice was linked and closed",
    "epic_close": "The epic was closed",
    "epic_reopen": "The epic was opened again",
}
