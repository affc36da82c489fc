"""What `http.request` takes and gives."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from engine.actions.interface import Params, Result, Secret

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_FIRST_PRINTABLE = 32
_DELETE = 127


def _header_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("it is not the name of a header")
    return text


def _header_value(text: str) -> str:
    if any(ord(character) < _FIRST_PRINTABLE or ord(character) == _DELETE for character in text):
        raise ValueError("a header holds no line ends or control characters")
    return text


HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, AfterValidator(_header_value)]
Headers = dict[HeaderName, HeaderValue | Secret]
Status = Annotated[int, Field(ge=100, le=599)]
Address = Annotated[str, Field(min_length=1, max_length=4096)]
Seconds = Annotated[float, Field(gt=0, le=600)]


class FindRequest(Params):
    """A request that tells whether an earlier one was done."""

    method: Literal["GET", "HEAD"] = "GET"
    url: Address = Field(description="Where to look; `{{ idempotency_key }}` may stand in it.")
    headers: Headers = Field({}, description="Headers of the look-up.")
    exists: str | None = Field(None, description="A place in the answer that holds something if it was done.")
    take: str | None = Field(None, description="The part of the answer that stands for the request's own JSON.")
    expect: list[Status] = Field([], description="Answers that count; any 2xx when empty.")
    absent: list[Status] = Field([404], description="Answers that mean that it was surely not done.")


class HttpParams(Params):
    """What `http.request` takes."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field("GET", description="The HTTP method.")
    url: Address = Field(description="An address on the allow-list.")
    headers: Headers = Field({}, description="Headers; a value may be {secret: NAME, prefix: text}.")
    content: Any = Field(None, alias="json", description="The body, as JSON; any value in it may be a secret.")
    body: str | Secret | None = Field(None, description="The body, as text.")
    timeout: Seconds = Field(30, description="Seconds to wait for the answer.")
    expect: list[Status] = Field([], description="Answers that count as done; any 2xx when empty.")
    find: FindRequest | None = Field(None, description="How to look up whether an earlier request was done.")

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body is not None and self.content is not None:
            raise ValueError("it has both json and body; give one")
        if self.method in ("GET", "HEAD") and (self.body is not None or self.content is not None):
            raise ValueError(f"{self.method} sends no body")
        return self


class HttpResult(Result):
    """What came back; only what the step's `keep` names is stored of it."""

    status: int
    url: str
    headers: dict[str, str]
    content: Any = Field(None, alias="json")
    text: str | None = None
    truncated: bool = False
