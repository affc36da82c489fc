"""Which issues a query means; whatever cannot be asked is refused before any issue is looked at."""

import re
from collections.abc import Callable
from datetime import UTC
from typing import assert_never

from integrations.sandbox.jira import jql
from integrations.sandbox.jira.columns import Asker, Column, column
from integrations.sandbox.jira.errors import JiraError
from integrations.sandbox.jira.records import Issue


def matching(text: str, *, asker: Asker) -> list[Issue]:
    """Return the issues the index knows that the query means, in its order, newest first."""
    query = jql.parse(text)
    if query.clause is not None:
        _check(query.clause, asker=asker)
    issues = asker.site.indexed()
    found = [i for i in issues if query.clause is None or _holds(query.clause, i, asker)]
    for ordering in reversed(query.orderings):
        read = _sort_key(ordering.field, asker=asker)
        found.sort(key=read, reverse=ordering.descending)
    return found


def _check(clause: jql.Clause, *, asker: Asker) -> None:
    """Refuse what cannot be asked, before looking at any issue."""
    match clause:
        case jql.Condition():
            _check_condition(clause, asker=asker)
        case jql.Not():
            _check(clause.clause, asker=asker)
        case jql.All() | jql.Some():
            for inner in clause.clauses:
                _check(inner, asker=asker)
        case _:
            assert_never(clause)


def _check_condition(condition: jql.Condition, *, asker: Asker) -> None:
    asked = column(condition.field, asker=asker)
    if condition.operator not in asked.operators:
        raise JiraError(
            400,
            f"The operator '{condition.operator}' is not supported by the '{condition.field}' field.",
        )
    emptiness = condition.operator in ("is", "is not")
    for value in condition.values:
        if emptiness != _is_empty_word(value):
            raise JiraError(400, f"The operator '{condition.operator}' does not take this value here.")
        if not emptiness:
            _resolved(value, condition=condition, column=asked, asker=asker)


def _holds(clause: jql.Clause, issue: Issue, asker: Asker) -> bool:
    match clause:
        case jql.Condition():
            return _condition_holds(clause, issue, asker)
        case jql.Not():
            return not _holds(clause.clause, issue, asker)
        case jql.All():
            return all(_holds(inner, issue, asker) for inner in clause.clauses)
        case jql.Some():
            return any(_holds(inner, issue, asker) for inner in clause.clauses)
        case _:
            assert_never(clause)


def _condition_holds(condition: jql.Condition, issue: Issue, asker: Asker) -> bool:
    asked = column(condition.field, asker=asker)
    held = asked.read(issue, asker)
    if condition.operator in ("is", "is not"):
        return (not held) == (condition.operator == "is")
    wanted = [_resolved(value, condition=condition, column=asked, asker=asker) for value in condition.values]
    match condition.operator:
        case "=" | "in":
            return any(value in wanted for value in held)
        case "!=" | "not in":
            # as in Jira, what is empty is neither equal nor unequal
            return bool(held) and not any(value in wanted for value in held)
        case "~":
            return any(_contains(value, wanted[0]) for value in held)
        case "!~":
            return not any(_contains(value, wanted[0]) for value in held)
        case comparison:
            return any(_compare(value, comparison, wanted[0]) for value in held)


def _resolved(value: jql.Value, *, condition: jql.Condition, column: Column, asker: Asker) -> str:
    word = _called(value, asker=asker) if isinstance(value, jql.Call) else value.text
    found = column.resolve(word, asker)
    if found is None:
        raise JiraError(400, f"The value '{word}' does not exist for the field '{condition.field}'.")
    return found


def _called(call: jql.Call, *, asker: Asker) -> str:
    match call.name:
        case "currentuser":
            return asker.account.key
        case "now":
            return asker.site.now().astimezone(UTC).isoformat()
        case _:
            raise JiraError(400, f"Unable to find JQL function '{call.name}()'.")


def _is_empty_word(value: jql.Value) -> bool:
    return isinstance(value, jql.Word) and not value.quoted and value.text.lower() in ("empty", "null")


def _sort_key(name: str, *, asker: Asker) -> Callable[[Issue], tuple[bool, str]]:
    asked = column(name, asker=asker)

    def key(issue: Issue) -> tuple[bool, str]:
        values = asked.read(issue, asker)
        first = values[0] if values else ""
        number = first.rpartition("-")[2] if values and first == issue.key else None
        return not values, f"{int(number):012d}" if number else first.lower()

    return key


def _contains(text: str, wanted: str) -> bool:
    """Say whether every word is there, as a word or, with a star, as the start of one."""
    words = re.findall(r"[\w]+", text.lower())
    for part in wanted.lower().replace('"', " ").split():
        stem = part.rstrip("*")
        pieces = re.findall(r"[\w]+", stem)
        whole = not part.endswith("*")
        if not all(any(w == p or (not whole and w.startswith(p)) for w in words) for p in pieces):
            return False
    return True


def _compare(held: str, operator: str, wanted: str) -> bool:
    match operator:
        case "<":
            return held < wanted
        case "<=":
            return held <= wanted
        case ">":
            return held > wanted
        case _:
            return held >= wanted
