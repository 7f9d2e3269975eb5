"""What an HTTP answer means: its payload, or one clear failure. Pure; clients send, attempts.py repeats.

A used-up quota comes as 429, or as 403 with Retry-After, with `x-ratelimit-remaining: 0`, or in words.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from health_assets.model.errors import Cause, SourceError
from health_assets.model.time import iso

#: A longer wait is not worth holding the tick: the next one comes in minutes.
LONGEST_WAIT = 5.0
PASSING = frozenset({500, 502, 503, 504})
SAID_LIMIT = 200
CAUSES = {401: Cause.AUTHENTICATION, 403: Cause.PERMISSION, 404: Cause.NOT_FOUND, 429: Cause.RATE_LIMITED}
#: `x-ratelimit-reset` is an instant from here on (2001), below it the seconds that are left.
FIRST_INSTANT = 1_000_000_000

#: What to do where a source knows nothing better.
HINTS = {
    Cause.RATE_LIMITED: "the next tick tries again",
    Cause.DEADLINE: "the next tick tries again; raise deadline_seconds if this source is always slow",
    Cause.INCOMPLETE: "the next tick tries again",
}


class RequestFailed(SourceError):
    """One request failed. `retry_in`: seconds after which trying again makes sense; None = it does not."""

    def __init__(self, message: str, *, cause: Cause, retry_in: float | None = None, hint: str = "") -> None:
        super().__init__(message, cause=cause, hint=hint)
        self.retry_in = retry_in


@dataclass(frozen=True, kw_only=True)
class Received:
    """An HTTP answer: header names in lower case; `at`, seconds since 1970, is when it came."""

    status: int
    headers: Mapping[str, str]
    text: str
    at: float = field(default_factory=time.time)


def payload_of(answer: Received, *, what: str, refusal: Callable[..., RequestFailed] | None = None) -> Any:
    """The parsed JSON of a good answer. Raises RequestFailed; `what` names scope, verb and path.

    refusal: (answer, what=) -> what any other answer means; default: refusal_of.
    """
    if not 200 <= answer.status < 300:
        raise (refusal or refusal_of)(answer, what=what)
    return parsed(answer.text, what=f"{what}: HTTP {answer.status}")


def parsed(text: str, *, what: str) -> Any:
    """The JSON in `text`. Raises RequestFailed that tells what it is instead."""
    try:
        return json.loads(text)
    except ValueError:
        raise RequestFailed(f"{what} with {shape_of(text)}", cause=Cause.BAD_PAYLOAD) from None


def refusal_of(answer: Received, *, what: str, said: str | None = None) -> RequestFailed:
    """The failure that an answer with an error status means. said: the server's words; default: its `message`."""
    status, words = answer.status, said_in(answer.text) if said is None else said
    message = f"{what}: HTTP {status}" + (f", {words}" if words else "")
    if status == 429 or (status == 403 and _is_rate_limit(answer, words)):
        wait = seconds_to_wait(answer)
        short = wait if wait is not None and wait <= LONGEST_WAIT else None
        return RequestFailed(message + _reset(answer.headers), cause=Cause.RATE_LIMITED, retry_in=short)
    if status in PASSING:
        wait = retry_after(answer.headers)
        worth_it = wait is None or wait <= LONGEST_WAIT
        return RequestFailed(message, cause=Cause.SERVER_ERROR, retry_in=(wait or 0.0) if worth_it else None)
    return RequestFailed(message, cause=cause_of(status))


def cause_of(status: int) -> Cause:
    """The cause that an HTTP error status stands for."""
    return CAUSES.get(status, Cause.SERVER_ERROR if status >= 500 else Cause.BAD_PAYLOAD)


def seconds_to_wait(answer: Received) -> float | None:
    """Until a quota allows the next request: Retry-After, else the quota's reset; None where neither is told."""
    wait, reset = retry_after(answer.headers), _reset_number(answer.headers)
    if wait is not None or reset is None:
        return wait
    return max(0.0, reset - answer.at) if reset >= FIRST_INSTANT else float(reset)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; None without one. A date instead of seconds counts as too long."""
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return float("inf")


def said_in(text: str) -> str:
    """The `message` in a body, or what the body is where it is no JSON."""
    try:
        body = json.loads(text)
    except ValueError:
        return shape_of(text) if text else ""
    message = body.get("message") if isinstance(body, Mapping) else None
    return str(message)[:SAID_LIMIT] if message else ""


def shape_of(text: str) -> str:
    """What a body that is no JSON looks like."""
    start = text.lstrip()[:1]
    if not start:
        return "an empty body"
    return "an HTML page" if start == "<" else "JSON that is cut or broken"


def _is_rate_limit(answer: Received, said: str) -> bool:
    headers = answer.headers
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in said.lower()


def _reset_number(headers: Mapping[str, str]) -> int | None:
    text = headers.get("x-ratelimit-reset", "")
    return int(text) if text.isdecimal() else None


def _reset(headers: Mapping[str, str]) -> str:
    reset = _reset_number(headers)
    if reset is None:
        return ""
    when = f"at {iso(datetime.fromtimestamp(reset, tz=UTC))}" if reset >= FIRST_INSTANT else f"in {reset} s"
    return f"; the quota resets {when}"
