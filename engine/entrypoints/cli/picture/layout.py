"""Where the boxes of a graph stand: lanes from top to bottom, columns from left to right, arrows through free rows.

Rules kept here: an arrow never leads to the left, and never runs through a box: where it passes a column, it has a row
of its own there; the same graph always has the same places. No number here is about letters, all are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

COLUMN: Final = 240
"""Width of a box."""
BETWEEN: Final = 56
"""Room between two columns, in which arrows bend."""
GAP: Final = 14
"""Room between two boxes of a column."""
ROW: Final = 8
"""Height of the row of an arrow that passes."""
SIDE_BY_SIDE: Final = 3
"""So many boxes without arrows stand beside each other, however few columns there are."""
SWEEPS: Final = 8
"""How often rows are put in order by what they lead to and come from."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box to be placed, and its height."""

    id: str
    lane: str
    height: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a box stands, from the top left corner of its lanes."""

    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """The height at which arrows arrive and leave."""
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Placed:
    """Every box's spot, the top and height of each lane, each arrow's points, and the size of the whole."""

    spots: Mapping[str, Spot]
    lanes: Mapping[str, tuple[int, int]]
    paths: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]
    width: int
    height: int


@dataclass(slots=True)
class _Node:
    """A box, or the row of an arrow that passes a column."""

    id: str
    lane: str
    column: int
    height: int
    row: bool = False
    left: list[_Node] = field(default_factory=list)
    right: list[_Node] = field(default_factory=list)
    order: float = 0
    y: float = 0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def place(boxes: Sequence[Box], arrows: Iterable[tuple[str, str]], *, lanes: Sequence[str], head: int) -> Placed:
    """Return where everything stands; `head` is the room above the boxes of a lane. The graph has no circle."""
    wanted = list(dict.fromkeys(arrows))
    columns = _columns([box.id for box in boxes], wanted)
    columns |= _spread(boxes, wanted, most=max(columns.values(), default=0) + 1)
    nodes = {box.id: _Node(box.id, box.lane, columns[box.id], box.height) for box in boxes}
    chains = {arrow: _chain(nodes, arrow) for arrow in wanted}
    every = [*nodes.values(), *(node for chain in chains.values() for node in chain[1:-1])]
    by_place: dict[tuple[str, int], list[_Node]] = {}
    for number, node in enumerate(every):
        node.order = number
        by_place.setdefault((node.lane, node.column), []).append(node)
    _sort(by_place)
    tops, bottom = _heights(by_place, lanes, head=head)
    return Placed(
        {name: Spot(_x(node.column), round(node.y), node.height) for name, node in nodes.items()},
        tops,
        {arrow: _points(chain) for arrow, chain in chains.items()},
        width=_x(max(columns.values(), default=0)) + COLUMN,
        height=bottom,
    )


def _columns(ids: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    before: dict[str, list[str]] = {name: [] for name in ids}
    for start, end in arrows:
        before[end].append(start)
    found: dict[str, int] = {}

    def column(name: str) -> int:
        if name not in found:
            found[name] = max((column(one) + 1 for one in before[name]), default=0)
        return found[name]

    for name in ids:
        column(name)
    return found


def _spread(boxes: Sequence[Box], arrows: Sequence[tuple[str, str]], *, most: int) -> dict[str, int]:
    """Return columns for the boxes of lanes without any arrow: side by side instead of below each other."""
    tied = {end for arrow in arrows for end in arrow}
    busy = {box.lane for box in boxes if box.id in tied}
    loose: dict[str, list[str]] = {}
    for box in boxes:
        if box.lane not in busy:
            loose.setdefault(box.lane, []).append(box.id)
    return {name: number % max(most, SIDE_BY_SIDE) for names in loose.values() for number, name in enumerate(names)}


def _chain(nodes: Mapping[str, _Node], arrow: tuple[str, str]) -> list[_Node]:
    """Return what an arrow goes through, from box to box; in between it passes in the lane that it leads to."""
    start, end = nodes[arrow[0]], nodes[arrow[1]]
    rows = [
        _Node(f"{start.id}>{end.id}", end.lane, column, ROW, row=True) for column in range(start.column + 1, end.column)
    ]
    chain = [start, *rows, end]
    for one, other in pairwise(chain):
        one.right.append(other)
        other.left.append(one)
    return chain


def _sort(by_place: Mapping[tuple[str, int], list[_Node]]) -> None:
    """Put the nodes of each column in the order of what they come from and lead to, in turn."""
    places = sorted(by_place, key=lambda place: place[1])
    for sweep in range(SWEEPS):
        for place in places if sweep % 2 == 0 else reversed(places):
            nodes = by_place[place]
            weights = {id(node): _weight(node, forward=sweep % 2 == 0) for node in nodes}
            nodes.sort(key=lambda node: (weights[id(node)], node.order))
            for number, node in enumerate(nodes):
                node.order = number


def _weight(node: _Node, *, forward: bool) -> float:
    near = [other for other in (node.left if forward else node.right) if other.lane == node.lane]
    return sum(other.order for other in near) / len(near) if near else node.order


def _heights(
    by_place: Mapping[tuple[str, int], list[_Node]], lanes: Sequence[str], *, head: int
) -> tuple[dict[str, tuple[int, int]], int]:
    tops: dict[str, tuple[int, int]] = {}
    top = 0
    for lane in lanes:
        columns = [nodes for (name, _), nodes in sorted(by_place.items(), key=lambda pair: pair[0][1]) if name == lane]
        inner = max((_stack(nodes) for nodes in columns), default=0)
        for sweep in range(SWEEPS):
            for nodes in columns if sweep % 2 == 0 else reversed(columns):
                _settle(nodes, forward=sweep % 2 == 0, top=top + head, room=inner)
        height = head + inner + GAP
        tops[lane] = (top, height)
        top += height + GAP
    return tops, top - GAP if lanes else 0


def _stack(nodes: Sequence[_Node]) -> int:
    return sum(node.height for node in nodes) + GAP * (len(nodes) - 1)


def _settle(nodes: Sequence[_Node], *, forward: bool, top: int, room: int) -> None:
    """Move the nodes of a column as near to what they come from or lead to as the room and their order allow."""
    above: float = top
    for node in nodes:
        near = [other for other in (node.left if forward else node.right) if other.lane == node.lane and other.y]
        wanted = sum(other.middle for other in near) / len(near) - node.height / 2 if near else node.y
        node.y = max(wanted, above)
        above = node.y + node.height + GAP
    below: float = top + room
    for node in reversed(nodes):
        node.y = min(node.y, below - node.height)
        below = node.y - GAP


def _points(chain: Sequence[_Node]) -> tuple[tuple[int, int], ...]:
    """Return where an arrow leaves, where it enters and leaves each column that it passes, and where it arrives."""
    start, *rows, end = chain
    points = [(_x(start.column) + COLUMN, round(start.middle))]
    for row in rows:
        points += [(_x(row.column), round(row.middle)), (_x(row.column) + COLUMN, round(row.middle))]
    return (*points, (_x(end.column), round(end.middle)))


def _x(column: int) -> int:
    return column * (COLUMN + BETWEEN)
