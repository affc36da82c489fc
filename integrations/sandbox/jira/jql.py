"""Reading JQL: text in, a query tree out, or a refusal that says where it went wrong.

Grammar: `clause ((AND | OR) clause)* [ORDER BY field [ASC | DESC], ...]`, where a clause is
`[NOT] (field operator value | "(" query ")")`. AND binds tighter than OR. What is not in the grammar
is refused: a query half understood would answer "yes, it exists" to the wrong question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from integrations.sandbox.jira.errors import JiraError

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<quoted>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*')
  | (?P<operator><=|>=|!=|!~|=|<|>|~)
  | (?P<mark>[(),])
  | (?P<field>cf\[\d+\])
  | (?P<word>[^\s"'()=!<>~,\[\]&|*?;:@\#%^${}+]+(?::\d\d)?)
    """,
    re.VERBOSE,
)

_RESERVED = frozenset({"and", "or", "not", "in", "is", "order", "by", "asc", "desc", "was"})


@dataclass(frozen=True)
class Call:
    """A function used as a value, such as currentUser()."""

    name: str


@dataclass(frozen=True)
class Word:
    """A literal value."""

    text: str
    quoted: bool = False


Value: TypeAlias = Word | Call


@dataclass(frozen=True)
class Condition:
    """A field compared with values; the operator is in lower case (`=`, `not in`, `is`, ...)."""

    field: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    clause: "Clause"


@dataclass(frozen=True)
class All:
    """Clauses that must all hold."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True)
class Some:
    """Clauses one of which must hold."""

    clauses: tuple["Clause", ...]


Clause: TypeAlias = Condition | Not | All | Some


@dataclass(frozen=True)
class Ordering:
    """A field to sort by."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Query:
    """A whole query; no clause means everything."""

    clause: Clause | None
    orderings: tuple[Ordering, ...]


def parse(text: str) -> Query:
    """Read JQL, or refuse with 400."""
    return _Parser(text).query()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int

    def reads(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._end = _Token("end", "the end", len(text))
        self._next = 0

    def query(self) -> Query:
        ordered = self._peek().reads("order")
        clause = None if self._peek() is self._end or ordered else self._some()
        orderings: tuple[Ordering, ...] = ()
        if self._take_word("order"):
            if not self._take_word("by"):
                raise self._unexpected("'by'")
            orderings = tuple(self._orderings())
        if self._peek() is not self._end:
            raise self._unexpected("'AND', 'OR' or the end")
        return Query(clause, orderings)

    def _some(self) -> Clause:
        clauses = [self._all()]
        while self._take_word("or"):
            clauses.append(self._all())
        return clauses[0] if len(clauses) == 1 else Some(tuple(clauses))

    def _all(self) -> Clause:
        clauses = [self._one()]
        while self._take_word("and"):
            clauses.append(self._one())
        return clauses[0] if len(clauses) == 1 else All(tuple(clauses))

    def _one(self) -> Clause:
        if self._take_word("not"):
            return Not(self._one())
        if self._take_mark("("):
            inner = self._some()
            if not self._take_mark(")"):
                raise self._unexpected("')'")
            return inner
        return self._condition()

    def _condition(self) -> Condition:
        field = self._name()
        operator = self._operator()
        if operator in ("in", "not in"):
            return Condition(field, operator, self._list())
        return Condition(field, operator, (self._value(),))

    def _operator(self) -> str:
        token = self._peek()
        if token.kind == "operator":
            self._next += 1
            return token.text
        if self._take_word("in"):
            return "in"
        if self._take_word("not"):
            if self._take_word("in"):
                return "not in"
            raise self._unexpected("'in'")
        if self._take_word("is"):
            return "is not" if self._take_word("not") else "is"
        raise self._unexpected("operator")

    def _list(self) -> tuple[Value, ...]:
        if not self._take_mark("("):
            raise self._unexpected("'('")
        values = [self._value()]
        while self._take_mark(","):
            values.append(self._value())
        if not self._take_mark(")"):
            raise self._unexpected("')'")
        return tuple(values)

    def _value(self) -> Value:
        token = self._peek()
        if token.kind == "quoted":
            self._next += 1
            return Word(_unquoted(token.text), quoted=True)
        if token.kind != "word" or token.text.lower() in _RESERVED:
            raise self._unexpected("a value")
        self._next += 1
        if self._take_mark("("):
            if not self._take_mark(")"):
                raise self._unexpected("')'")
            return Call(token.text.lower())
        return Word(token.text)

    def _name(self) -> str:
        token = self._peek()
        if token.kind not in ("word", "quoted", "field") or token.reads(*_RESERVED):
            raise self._unexpected("a field name")
        self._next += 1
        return _unquoted(token.text) if token.kind == "quoted" else token.text

    def _orderings(self) -> Iterator[Ordering]:
        while True:
            field = self._name()
            descending = self._take_word("desc")
            if not descending:
                self._take_word("asc")
            yield Ordering(field, descending)
            if not self._take_mark(","):
                return

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else self._end

    def _take_word(self, word: str) -> bool:
        taken = self._peek().reads(word)
        self._next += taken
        return taken

    def _take_mark(self, mark: str) -> bool:
        token = self._peek()
        taken = token.kind == "mark" and token.text == mark
        self._next += taken
        return taken

    def _unexpected(self, wanted: str) -> JiraError:
        token = self._peek()
        return JiraError(
            400,
            f"Error in the JQL Query: Expecting {wanted} but got '{token.text}'. (line 1, character {token.at + 1})",
        )


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise JiraError(
                400,
                f"Error in the JQL Query: The character '{text[position]}' is a reserved JQL "
                f"character. (line 1, character {position + 1})",
            )
        if found.lastgroup != "space":
            yield _Token(str(found.lastgroup), found.group(), position)
        position = found.end()


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])
