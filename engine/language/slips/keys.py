"""Keys that authors know from other tools, each with what is written here instead, by the part in which they stand.

Rules kept here: a word is found however its letters are written (`dependsOn`, `depends-on`); what is said is what to
write, never only that something is wrong; a key of the language is never in a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

NEEDS: Final = "Write needs: [STEP], with the ids of the steps that come first."
WHEN: Final = 'Write when: and a condition, like when: inputs.kind == "video".'
TITLE: Final = "Write title: for people; id: is its name in expressions."
WHY: Final = "Write why:; what is to be done stands after task: or decision:."
OWNER: Final = "Write owner: ROLE for a task, by: [ROLE] for a decision."
FAILURE: Final = "Write on_failure: continue, on_failure: stop, or the steps that run only then."
EACH: Final = "Write for_each: and a list, like for_each: inputs.urls; each element is named `item`."
ACTION: Final = "Write action: and its name, like action: http.request, and what it is given below with:."
SHELL: Final = "No commands are run here. Write action: and its name, or task: for what a person does."
KIND: Final = "A step says what it is by one of these keys: action, task, decision, wait, call."
TASK: Final = "Write task: and what a person does."
APPROVE: Final = "Write approve: {by: [ROLE]}."
IN_APPROVE: Final = "It stands inside of approve:, like approve: {by: [ROLE], expires: 4h}."
RETRY: Final = "Write retry: 3 in 1m, which is how often, and within which time."
REPEAT: Final = "Write repeat: {until: a condition, every: 6h, max: 20}."
TIMEOUT: Final = "Write timeout: 5m."
DUE: Final = "Write due: 2h, or due: 5bd for business days, counted from when it is asked."
LAW: Final = "Write due: 2h for a target; the law's is due: deadline, with stops: regime.stage."
WAIT: Final = "Write wait: 5m."
FORM: Final = "Write form: and what is asked for, like form: {kind: {type: choice, options: [a, b]}}."
WITH: Final = "Write with: and what the action, or the playbook that is called, is given."
KEEP: Final = "Write keep: and what of the result is kept, like keep: {state: json.state}."
PARALLEL: Final = "Steps run side by side unless they need each other; max_parallel: bounds a for_each."
POST: Final = "Write a step of its own with action: slack.post."
UNDO: Final = "Write undo: {action: ACTION, with: {}}, or undo: {none: why it cannot be taken back}."
CONTROLS: Final = "Write controls: [CONTROL] for what it is evidence for. Fields of tickets are set in the settings."
SENSITIVITY: Final = "Write sensitivity: restricted, or privileged for what is counsel's."
CALL: Final = "Steps hold no steps; a part of its own is a playbook that is called, with call: NAME."
NAMED: Final = "Name a secret where it is used, as the whole value: {secret: NAME}."
MERGE: Final = "Nothing is merged here; write the keys out."
PHASES: Final = "Steps stand in a phase: phases: {contain: {steps: [...]}}."
INPUTS: Final = "What is known when it begins stands below inputs:, like inputs: {urls: {type: url, list: true}}."
STARTED: Final = "It is started by people, or by a hook; what is known then stands below inputs:."
REGIMES: Final = "Write deadlines: [REGIME], like deadlines: [eu-gdpr]."
NOTHING: Final = "Leave it out; nothing depends on it here."
HARDEN: Final = "Write harden for closing the way it took, or contain for stopping it."
PEOPLE: Final = "Who holds a role stands in the people file, config/people.yaml."

_STEP: Final = {
    NEEDS: "depends_on requires require prerequisites after wait_for dependencies run_after",
    WHEN: "if condition only_if unless conditions",
    TITLE: "name summary label heading",
    WHY: "description desc notes note comment details reason text",
    OWNER: "assignee assigned_to assign responsible role team who owners",
    FAILURE: "on_fail on_error continue_on_error ignore_errors failed_when allow_failure rescue catch on_failed",
    EACH: "loop with_items items matrix strategy iterate for",
    ACTION: "uses module http request plugin",
    SHELL: "run script shell command cmd exec bash powershell python",
    KIND: "type kind",
    TASK: "manual todo instructions human do",
    APPROVE: "approval approvals approvers approver approved_by reviewers sign_off requires_approval",
    IN_APPROVE: "expires on_expiry escalate quorum break_glass escalation",
    RETRY: "retries max_attempts attempts retry_count backoff delay max_retries",
    REPEAT: "until poll every interval",
    TIMEOUT: "timeout_minutes timeout_seconds time_limit max_duration",
    DUE: "due_date due_in duedate sla eta target",
    LAW: "deadline deadlines",
    WAIT: "sleep pause",
    FORM: "options choices questions fields inputs answers question",
    WITH: "args arguments parameters params vars env body input variables",
    KEEP: "register outputs output save export result set_fact results",
    PARALLEL: "parallel concurrency forks max_concurrency serial throttle",
    POST: "notify channel message slack notification",
    UNDO: "rollback revert compensate undo_action on_cancel",
    CONTROLS: "control tags labels priority severity component compliance",
    SENSITIVITY: "confidential private visibility classification restricted tlp",
    CALL: "steps tasks block include playbook import_playbook workflow",
    NAMED: "secret secrets credentials token",
    MERGE: "<<",
}
_PLAYBOOK: Final = {
    PHASES: "steps tasks jobs stages workflow play plays",
    "Write playbook: with the file's name, and title: for people.": "name id",
    STARTED: "on trigger triggers hosts schedule",
    INPUTS: "vars variables parameters params env input arguments",
    "Write description:.": "summary desc about purpose",
    REGIMES: "regimes laws deadline regulations",
    SENSITIVITY: "confidential private visibility classification tlp",
    NOTHING: "author tags labels severity metadata apiversion spec kind priority",
    "Who takes part stands below roles:.": "people team teams participants owners",
    MERGE: "<<",
}
_PHASES: Final = {
    "Write contain.": "containment identify identification detect detection triage assess analysis prepare respond",
    HARDEN: "eradicate eradication recover recovery remediate remediation mitigate mitigation fix",
    "Write communicate.": "notify notification notifications comms communication communications",
    "Write review.": "lessons lessons_learned postmortem retrospective post_incident post_mortem",
    "Write legal.": "compliance regulatory law privacy notices",
}
_FIELD: Final = {
    "A field must be filled in unless it says optional: true.": "required mandatory nullable",
    "Write hint: and one sentence.": "description desc label help prompt title placeholder question name",
    "Write options: [a, b].": "choices values enum items allowed select",
    "Write list: true.": "multiple multi many array repeated",
    "Write min: or max:.": "min_length max_length minimum maximum minlength maxlength length max_size size min_items",
    SENSITIVITY: "confidential private secret sensitive visibility",
}
_APPROVE: Final = {
    "Write by: [ROLE].": "roles role approvers users who people from",
    "Write quorum: and how many different people must.": "count min number required required_approvals minimum",
    "Write expires: 4h.": "timeout expire deadline due ttl",
    "Write on_expiry: decline, or ask_again.": "on_timeout on_expire default",
}
_ROLE: Final = {
    "Write title:.": "name label description",
    PEOPLE: "members people users email person holder slack",
    "Write else: ROLE.": "fallback backup deputy otherwise",
    "Write required: true.": "mandatory",
}
_KEEP: Final = {"Write from:, like from: json.state.": "path place json value jsonpath source field"}
_OUTPUT: Final = {"Write from:, like from: steps.x.output.state.": "value expression source path"}


def _by_word(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for said, words in table.items():
        yield from ((word.replace("_", ""), said) for word in words.split())


KEYS: Final[Mapping[str, Mapping[str, str]]] = {
    "StepModel": dict(_by_word(_STEP)),
    "Playbook": dict(_by_word(_PLAYBOOK)),
    "PhasesModel": dict(_by_word(_PHASES)),
    "PhaseModel": dict(_by_word({"Write after: [PHASE].": "needs depends_on requires", "Write steps:.": "tasks jobs"})),
    "FieldModel": dict(_by_word(_FIELD)),
    "ApproveModel": dict(_by_word(_APPROVE)),
    "RoleModel": dict(_by_word(_ROLE)),
    "KeepModel": dict(_by_word(_KEEP)),
    "OutputModel": dict(_by_word(_OUTPUT)),
}
"""What to write instead of a word, by the model in which it stands; the word without what joins its parts."""


def instead(word: str, model: str) -> str:
    """Return what is written here instead of a key, empty when nobody knows."""
    return KEYS.get(model, {}).get(re.sub(r"[\s_-]", "", word.lower()), "")
