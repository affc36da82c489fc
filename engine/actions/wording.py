"""What must not stand in words that leave the house, and what to say instead. Pure.

Rules kept here: a problem names the rule and never repeats what should stay hidden; words inside other words do not
count; an address is our own only if it is on the list or below one that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

INSTEAD = {
    "leaker": "say the account or the person with access, if it must be said at all",
    "leakers": "say the account or the person with access, if it must be said at all",
    "suspect": "say the account in question",
    "suspects": "say the accounts in question",
    "victim": "say the affected person",
    "victims": "say the affected people",
    "all copies removed": "say how many are known and how many are removed",
    "all copies have been removed": "say how many are known and how many are removed",
    "fully contained": "say what was done",
    "root cause: human error": "describe the circumstances",
    "human error": "describe the circumstances",
    "hackers": "say only what is established",
    "fake": "needs an approved assessment",
    "genuine": "needs an approved assessment",
}
_ADDRESS = re.compile(r"(?:\bhttps?://|\bwww\.)\S*", re.IGNORECASE)


def wording_problems(text: str, *, hide: Sequence[str] = (), allow: Sequence[str] = ()) -> Iterator[str]:
    """Yield what is wrong with a text; addresses that begin with one of `allow` may be named."""
    for words, instead in INSTEAD.items():
        if _holds(text, words):
            yield f"It says {words!r}: {instead}."
    for number, secret in enumerate(hide, start=1):
        if secret.strip() and _holds(text, secret.strip()):
            yield f"It holds number {number} of what should stay hidden (a name, a title or an address)."
    if any(not _is_own(found[0].rstrip(".,;:!?)"), allow) for found in _ADDRESS.finditer(text)):
        yield "It holds a web address that is not on the list of our own: it could lead people to the recording."


def _is_own(address: str, allow: Sequence[str]) -> bool:
    own = [item.rstrip("/") for item in allow if item.strip("/ ")]
    return any(address == item or address.startswith((f"{item}/", f"{item}?", f"{item}#")) for item in own)


def _holds(text: str, words: str) -> bool:
    flat, sought = (" ".join(item.casefold().split()) for item in (text, words))
    return re.search(rf"(?<!\w){re.escape(sought)}(?!\w)", flat) is not None
