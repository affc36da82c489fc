"""The steps of a playbook as a CACAO workflow: start, layers of branches, end.

Rules kept here: a layer of one step is that step, one of several is a `parallel` step whose branches end before it goes
on; a condition is an `if-condition` around its step, and so is an approval, after the step in which somebody gives it;
what people do is a `manual` command for the group of their role, a request is an `http-api` command to its host, and
every other act is a `manual` command that says what Tocsin does there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.domain.plan import StepKind
from engine.language.cacao.requests import request, texts
from engine.language.cacao.vocabulary import ACTIVITIES, ENGINE, EXTENSION, TYPES_OF_PHASES, identifier, variable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from engine.domain.expressions import Expression
    from engine.domain.plan import ApprovePlan, Plan, StepPlan

REQUEST = "http.request"
COMPARED = re.compile(r'inputs\.(\w+) (==|!=) "([^"\'\\]*)"')


class Workflow:
    """A workflow being built; `steps`, `targets` and `variables` are what it holds so far."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.steps: dict[str, Any] = {}
        self.targets: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}

    def built(self, layers: Sequence[Sequence[StepPlan]]) -> str:
        """Build everything, from the end to the start; return the start's identifier."""
        following = self._put("end", "last", {"name": "End"})
        for number in range(len(layers), 0, -1):
            following = self._layer(number, layers[number - 1], following=following)
        start = self._put("start", "first", {"name": "Start", "on_completion": following})
        self.steps = dict(reversed(self.steps.items()))
        return start

    def _layer(self, number: int, layer: Sequence[StepPlan], *, following: str) -> str:
        if len(layer) == 1:
            return self._step(layer[0], following=following)
        ends = [self._put("end", f"{number}/{step.id}", {"name": "End of the branch"}) for step in layer]
        branches = [self._step(step, following=end) for step, end in zip(layer, ends, strict=True)]
        parallel = {"name": f"Side by side ({number})", "on_completion": following, "next_steps": branches}
        return self._put("parallel", str(number), parallel)

    def _step(self, step: StepPlan, *, following: str) -> str:
        inside = self._put("end", f"{step.id}/when", {"name": "End of the branch"}) if step.when else following
        if step.approve and step.human:
            inside = self._approval(step, step.approve, following=inside)
        done = self._action(step, following=inside)
        if step.approve and not step.human:
            done = self._approved(step, step.approve, done, following=inside)
        return self._when(step, step.when, done, following=following) if step.when else done

    def _when(self, step: StepPlan, when: Expression, branch: str, *, following: str) -> str:
        found = COMPARED.fullmatch(when.source)
        name = variable(f"when_{step.id}")
        if found:
            sign = "=" if found[2] == "==" else "!="
            condition = f"{variable(found[1])}:value {sign} '{found[3]}'"
        else:
            condition = f"{name}:value = 'true'"
            self.variables[name] = {"type": "bool", "description": f"Whether this is so: {when.source}"}
        said = {"name": f"Only if: {step.title}", "description": when.source, "on_completion": following}
        return self._put("if-condition", f"{step.id}/when", {**said, "condition": condition, "on_true": branch})

    def _approved(self, step: StepPlan, approve: ApprovePlan, branch: str, *, following: str) -> str:
        """Put what needs an approval behind it; without one, the workflow goes on after it."""
        end = self._put("end", f"{step.id}/approved", {"name": "End of the branch"})
        self.steps[branch]["on_completion"] = end
        name = variable(f"approved_{step.id}")
        only = {
            "name": f"Only once approved: {step.title}",
            "condition": f"{name}:value = 'true'",
            "on_true": branch,
            "on_completion": following,
        }
        gate = self._put("if-condition", f"{step.id}/approved", only)
        return self._approval(step, approve, following=gate)

    def _approval(self, step: StepPlan, approve: ApprovePlan, *, following: str) -> str:
        name = variable(f"approved_{step.id}")
        self.variables[name] = {"type": "bool", "description": f"Whether this was approved: {step.title}"}
        many = f" ({approve.quorum} different people)" if approve.quorum > 1 else ""
        text = f"Approve or decline{many}, exactly as it is written: {step.title}"
        asked = {
            "name": f"Approve: {step.title}",
            "on_completion": following,
            "commands": [{"type": "manual", "command": text, "playbook_activity": _activity(step)}],
            "agent": self._role(approve.by[0]),
            "out_args": [name],
        }
        return self._put("action", f"{step.id}/approve", asked)

    def _action(self, step: StepPlan, *, following: str) -> str:
        if step.call is not None:
            called = {"playbook_id": identifier("playbook", step.call.playbook)}
            return self._put("playbook-action", step.id, {**self._said(step), **called, "on_completion": following})
        wait = step.wait.duration if step.wait else None
        found: dict[str, Any] = {
            **self._said(step),
            **({"delay": _milliseconds(wait)} if wait else {}),
            **({"timeout": _milliseconds(step.timeout)} if step.timeout else {}),
            "on_completion": following,
            "commands": [{**self._command(step), "playbook_activity": _activity(step)}],
            "agent": self._agent(step),
        }
        if step.action == REQUEST and (target := self._target(step)):
            found["targets"] = [target]
        return self._put("action", step.id, found)

    def _said(self, step: StepPlan) -> dict[str, Any]:
        each = f" For each of: {step.for_each.source}." if step.for_each else ""
        told = f"{step.why}{each}".strip()
        more = {"id": step.id, "phase": step.phase, "kind": step.kind.value, "needs": [n.step for n in step.needs]}
        law = {"due": step.due.text if step.due else "", "stops": list(step.stops), "controls": list(step.controls)}
        extension = {**more, **{name: value for name, value in law.items() if value}}
        if step.for_each:
            self.variables.setdefault(variable("item"), {"type": "string", "description": "The element at hand."})
        return {
            "name": step.title,
            **({"description": told} if told else {}),
            "step_extensions": {EXTENSION: extension},
        }

    def _command(self, step: StepPlan) -> dict[str, Any]:
        if step.action == REQUEST:
            command, _, secrets = request(step)
            for name in secrets:
                told = {"type": "string", "description": "A secret; its value is never written down.", "external": True}
                self.variables[variable(name)] = told
            return command
        if step.human:
            fields = f" Say: {', '.join(step.form)}." if step.form else ""
            return {"type": "manual", "command": f"{step.instructions}{fields}"}
        if step.kind is StepKind.WAIT:
            return {"type": "manual", "command": f"Wait: {step.title}"}
        given = "; ".join(texts(step.with_.source)) if step.with_ else ""
        return {"type": "manual", "command": f"{step.title}. Tocsin does this by {step.action}: {given}".rstrip(": ")}

    def _target(self, step: StepPlan) -> str:
        _, target, _ = request(step)
        if target is None:
            return ""
        name = identifier("http-api", self._plan.playbook, target["name"])
        self.targets[name] = target
        return name

    def _agent(self, step: StepPlan) -> str:
        return self._role(step.by[0]) if step.human and step.by else ENGINE

    def _role(self, role: str) -> str:
        return identifier("group", self._plan.playbook, role) if role in self._plan.roles else ENGINE

    def _put(self, kind: str, name: str, values: dict[str, Any]) -> str:
        found = identifier(kind, self._plan.playbook, name)
        self.steps[found] = {"type": kind, **values}
        return found


def _activity(step: StepPlan) -> str:
    """Return what a step does, in their words."""
    return ACTIVITIES[TYPES_OF_PHASES[step.phase]]


def _milliseconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds() * 1000))
