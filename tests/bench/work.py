"""The work W that everything is measured with: 25 requests in five phases, one phase after the other.

Contain has six requests side by side; legal two chains of two and one more; communicate and harden five each; review
four. Each is a POST of about 500 bytes to a stub that answers after 20 ms.
"""

from __future__ import annotations

from typing import Final

PHASES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "contain": tuple((f"c{number}",) for number in range(6)),
    "legal": (("l0", "l1"), ("l2", "l3"), ("l4",)),
    "communicate": tuple((f"m{number}",) for number in range(5)),
    "harden": tuple((f"h{number}",) for number in range(5)),
    "review": tuple((f"r{number}",) for number in range(4)),
}
"""Phase -> chains of requests; chains run side by side, a chain one request after the other."""
COUNT: Final = sum(len(chain) for chains in PHASES.values() for chain in chains)
BODY: Final = {"what": "x" * 480}


def playbook(port: int) -> str:
    """Return the work as a playbook against the stub on a port."""
    lines = [
        "tocsin: 1",
        "playbook: work",
        "title: Work",
        "version: 1",
        "inputs: {}",
        "roles: {commander: {required: true}}",
        "phases:",
    ]
    before = ""
    for phase, chains in PHASES.items():
        lines += [f"  {phase}:", f"    after: [{before}]", "    steps:"]
        for chain in chains:
            for place, name in enumerate(chain):
                needs = f", needs: [{chain[place - 1]}]" if place else ""
                sends = f'{{method: POST, url: "http://127.0.0.1:{port}/{name}", json: {{what: "{BODY["what"]}"}}}}'
                lines.append(f"      - {{id: {name}, title: {name}, action: http.request{needs}, with: {sends}}}")
        before = phase
    return "\n".join(lines) + "\n"
