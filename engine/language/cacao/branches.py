"""The workflow of a foreign file as steps of ours, with what each needs and when it is done.

Theory of operation. A CACAO workflow is walked from its start. A branch ends at an `end`; what stands after a branching
step goes on when its branches have ended, so it needs their last steps. A condition guards each step of its branch with
`when`: ours if it compares an input with a text, else what a person answers in a decision that is put before it. A step
that several lead to is made once and needs all of them.

Rule kept here: no step is begun earlier than in the file; what cannot be kept is listed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.language.cacao.checks import CacaoError, Fault, mapping
from engine.language.cacao.commands import step_of
from engine.language.cacao.foreign import COMMANDER
from engine.language.cacao.names import Names, harmless, line
from engine.language.cacao.vocabulary import VARIABLE

if TYPE_CHECKING:
    from engine.language.cacao.foreign import Foreign

COMPARED = re.compile(rf"\s*({VARIABLE.pattern})(?::value)?\s*(=|!=)\s*'([^'\"\\{{}}]*)'\s*")
SO = "so"
MOST = 5000
"""Steps that are looked at; a workflow in which many branches meet again and again is longer than it looks."""
DEEPEST = 60
"""Branches within branches."""


class Branches:
    """Steps being made from a workflow."""

    def __init__(self, foreign: Foreign, *, path: str) -> None:
        self._foreign = foreign
        self._path = path
        self._looks = 0
        self._inside: list[str] = []
        """The branching steps in whose branches one is."""
        self._workflow: Mapping[str, Any] = foreign.found["workflow"]
        self._names = Names()
        self._made: dict[str, tuple[list[dict[str, Any]], list[str]]] = {}
        """Action -> its steps, and what is needed after it."""
        self.steps: list[dict[str, Any]] = []

    def walk(self, name: str, *, needs: list[str], when: tuple[str, ...]) -> list[str]:
        """Make the steps from one on to the end of its branch; return what is needed after it."""
        while True:
            if name in self._inside:
                return needs  # the end of a loop's body
            step = self._looked_at(name)
            following = step.get("on_completion", step.get("on_success"))
            match step["type"]:
                case "end":
                    return needs
                case "action" | "playbook-action":
                    needs, again = self._action(name, step, needs=needs, when=when)
                    if again:
                        return needs
                    self._failure(step, needs=needs, when=when, success=following)
                case "start":
                    pass
                case _:
                    self._inside.append(name)
                    needs = self._branching(name, step, needs=needs, when=when)
                    self._inside.pop()
            if following is None:
                return needs
            name = str(following)

    def _looked_at(self, name: str) -> Mapping[str, Any]:
        self._looks += 1
        if self._looks > MOST or len(self._inside) > DEEPEST:
            raise CacaoError(
                [Fault("tangled", name, "too many branches meet, or stand in each other")], path=self._path
            )
        found: Mapping[str, Any] = self._workflow[name]
        return found

    def _branching(self, name: str, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...]) -> list[str]:
        match step["type"]:
            case "parallel":
                return self._all([str(one) for one in step["next_steps"]], needs=needs, when=when)
            case "switch-condition":
                return self._switch(name, step, needs=needs, when=when)
            case "while-condition":
                self._foreign.lose(name, "a loop is done once; `repeat` can say how often")
                return self._either(name, step, needs=needs, when=when)
            case _:
                return self._either(name, step, needs=needs, when=when)

    def _all(self, names: list[str], *, needs: list[str], when: tuple[str, ...]) -> list[str]:
        ends = [self.walk(name, needs=list(needs), when=when) for name in names]
        return list(dict.fromkeys(end for one in ends for end in one)) or needs

    def _action(
        self, name: str, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...]
    ) -> tuple[list[str], bool]:
        if name in self._made:
            steps, ends = self._made[name]
            steps[0]["needs"] = list(dict.fromkeys([*steps[0].get("needs", []), *needs]))
            if tuple(steps[0].pop("when_all", when)) != when or steps[0].get("when"):
                self._foreign.lose(name, "several branches lead to it: it is done whatever their conditions say")
                for one in steps:
                    one.pop("when", None)
            return ends, True
        made: list[dict[str, Any]] = []
        for number, rest in enumerate(self._does(name, step)):
            title = line(str(step.get("name") or step.get("description") or "Step")) or "Step"
            one = {"id": self._names.fresh(title, otherwise="step"), "title": title, **rest}
            why = harmless(str(step.get("description") or ""))
            why = why if why and why != step.get("name") else ""
            made.append(_ordered(one, why=why[:5000], needs=needs if number == 0 else [made[-1]["id"]], when=when))
        self.steps += made
        ends = [made[-1]["id"]]
        self._made[name] = (made, ends)
        self._not_kept(name, step)
        return ends, False

    def _does(self, name: str, step: Mapping[str, Any]) -> list[dict[str, Any]]:
        if step["type"] == "playbook-action":
            self._foreign.lose(name, "another playbook is not run: a task names it")
            return [{"task": f"Run the playbook {step.get('playbook_id')} by hand.", "owner": COMMANDER}]
        return [step_of(command, step, self._foreign, place=name) for command in step["commands"]]

    def _not_kept(self, name: str, step: Mapping[str, Any]) -> None:
        own = mapping(step.get("step_variables")).values()
        constant = all(mapping(spec).get("constant") is True for spec in own)
        for key in ("delay", "timeout", "out_args", "step_variables", "step_extensions"):
            if step.get(key) and not (key == "step_variables" and constant):
                self._foreign.lose(name, f"`{key}` has no counterpart here")

    def _failure(self, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...], success: object) -> None:
        other = step.get("on_failure")
        if other is None or other == success:
            return
        before = len(self.steps)
        self.walk(str(other), needs=[], when=when)
        handlers = self.steps[before:]
        failing = next(one for one in self.steps if one["id"] == needs[-1])
        if handlers:
            failing["on_failure"] = [handlers[0]["id"]]

    def _either(self, name: str, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...]) -> list[str]:
        yes, no, asked = self._guards(name, step, needs=needs, when=when)
        base = asked or needs
        ends = self.walk(str(step["on_true"]), needs=list(base), when=(*when, yes))
        if step.get("on_false"):
            ends = [*ends, *self.walk(str(step["on_false"]), needs=list(base), when=(*when, no))]
        return list(dict.fromkeys(ends)) or base

    def _guards(
        self, name: str, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...]
    ) -> tuple[str, str, list[str]]:
        """Return what holds for the two branches, and the decision that says so, if people are asked."""
        condition = str(step.get("condition") or step.get("name") or "")
        found = COMPARED.fullmatch(condition)
        given = self._foreign.known.get(found[1]) if found else None
        if found and given and self._foreign.inputs[given]["type"] == "text":
            same, other = f'inputs.{given} == "{found[3]}"', f'inputs.{given} != "{found[3]}"'
            return (same, other, []) if found[2] == "=" else (other, same, [])
        self._foreign.lose(name, f"a person says whether this is so: {line(condition)}")
        asked = self._ask(step, f"Is this so? {self._foreign.plain(condition)}", ["no", "yes"], needs=needs, when=when)
        return f'steps.{asked}.output.{SO} == "yes"', f'steps.{asked}.output.{SO} == "no"', [asked]

    def _switch(self, name: str, step: Mapping[str, Any], *, needs: list[str], when: tuple[str, ...]) -> list[str]:
        self._foreign.lose(name, "a person says which case it is")
        cases = {str(case): str(first) for case, first in mapping(step.get("cases")).items()}
        told = self._foreign.plain(str(step.get("switch") or "this"))
        asked = self._ask(step, f"Which is {told}?", list(cases), needs=needs, when=when)
        ends: list[str] = []
        for case, first in cases.items():
            guard = f'steps.{asked}.output.{SO} == "{case}"'
            ends += self.walk(first, needs=[asked], when=(*when, guard))
        return list(dict.fromkeys(ends)) or [asked]

    def _ask(
        self, step: Mapping[str, Any], text: str, options: list[str], *, needs: list[str], when: tuple[str, ...]
    ) -> str:
        title = line(str(step.get("name") or "Which way?")) or "Which way?"
        form = {SO: {"type": "choice", "options": options}}
        one = {"id": self._names.fresh(title, otherwise="which_way"), "title": title, "decision": text[:4000]}
        self.steps.append(_ordered({**one, "by": [COMMANDER], "form": form}, why="", needs=needs, when=when))
        return str(one["id"])


def _ordered(step: dict[str, Any], *, why: str, needs: list[str], when: tuple[str, ...]) -> dict[str, Any]:
    """Return a step in the order in which people write one."""
    head = {"id": step.pop("id"), "title": step.pop("title")}
    guard = " and ".join(dict.fromkeys(when))
    rest = {**({"needs": list(needs)} if needs else {}), **({"when": guard} if guard else {})}
    return {**head, **({"why": why} if why else {}), **step, **rest}
