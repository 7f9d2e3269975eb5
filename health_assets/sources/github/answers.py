"""What an answer of GitHub means: its payload, or one clear failure. Pure; the client sends and retries.

Causes follow GitHub's documentation of REST status codes and GraphQL errors: a used-up quota comes as HTTP 403, as 429,
or as GraphQL's HTTP 200 with an error of type RATE_LIMITED.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from health_assets.model.errors import Cause, SourceError
from health_assets.model.time import iso

#: A longer wait is not worth holding the tick: the next one comes in minutes.
LONGEST_WAIT = 5.0
PASSING = frozenset({500, 502, 503, 504})
ACCESS = "contents, pull requests, issues, actions and checks"
HINTS = {
    Cause.AUTHENTICATION: "the token is wrong, expired or revoked: make a new one and set its environment variable",
    Cause.PERMISSION: f"give the token read access to {ACCESS} of this repository, and authorise it for single sign-on",
    Cause.NOT_FOUND: "check sources.github.repositories, and that the token may see this repository",
    Cause.RATE_LIMITED: "the next tick tries again; watch fewer repositories or use a GitHub App for a larger quota",
    Cause.UNREACHABLE: "check sources.github.api_url, the network and the proxy",
    Cause.SERVER_ERROR: "GitHub has trouble (see githubstatus.com); the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.github.api_url is a GitHub API and no proxy answers in its place",
    Cause.INCOMPLETE: "the next tick tries again; if it stays, look at GitHub's own page for this repository",
}


class RequestFailed(SourceError):
    """One request failed. `retry_in`: seconds after which trying again makes sense; None = it does not."""

    def __init__(self, message: str, *, cause: Cause, retry_in: float | None = None, hint: str = "") -> None:
        super().__init__(message, cause=cause, hint=hint or HINTS.get(cause, ""))
        self.retry_in = retry_in


@dataclass(frozen=True, kw_only=True)
class Received:
    """An HTTP answer: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


def payload_of(answer: Received, *, what: str) -> Any:
    """The parsed JSON of a good answer. Raises RequestFailed; `what` names repository, verb and path."""
    if not 200 <= answer.status < 300:
        raise _failure(answer, what=what)
    try:
        return json.loads(answer.text)
    except ValueError:
        raise RequestFailed(
            f"{what}: HTTP {answer.status} with {_shape(answer.text)}", cause=Cause.BAD_PAYLOAD
        ) from None


def data_of(payload: Any, *, what: str) -> tuple[dict[str, Any], bool]:
    """The data of a GraphQL answer, and whether line stats of some commits are missing from it.

    Raises RequestFailed for any error that leaves something else out. Gone nodes stay null in the data.
    """
    if not isinstance(payload, dict) or ("data" not in payload and "errors" not in payload):
        raise RequestFailed(f"{what}: the answer is not a GraphQL answer", cause=Cause.BAD_PAYLOAD)
    errors = [error for error in payload.get("errors") or () if isinstance(error, dict)]
    stats_missing = False
    for error in errors:
        if _is_line_stats(error):
            stats_missing = True
        elif not _is_gone_node(error):
            raise _graphql_failure(error, what=what)
    data = payload.get("data")
    if not isinstance(data, dict):
        raise RequestFailed(f"{what}: the answer has no data", cause=Cause.BAD_PAYLOAD)
    return data, stats_missing


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds; None without one. A date instead of seconds counts as too long."""
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return float("inf")


def _failure(answer: Received, *, what: str) -> RequestFailed:
    status, said = answer.status, _said(answer.text)
    message = f"{what}: HTTP {status}" + (f", {said}" if said else "")
    wait = seconds_to_wait(answer.headers)
    short = wait if wait is not None and wait <= LONGEST_WAIT else None
    if status == 401:
        return RequestFailed(message, cause=Cause.AUTHENTICATION)
    if status == 429 or (status == 403 and _is_rate_limit(answer, said)):
        return RequestFailed(message + _reset(answer.headers), cause=Cause.RATE_LIMITED, retry_in=short)
    if status == 403:
        return RequestFailed(message, cause=Cause.PERMISSION)
    if status == 404:
        return RequestFailed(message, cause=Cause.NOT_FOUND)
    if status in PASSING:
        return RequestFailed(message, cause=Cause.SERVER_ERROR, retry_in=0.0 if wait is None else short)
    cause = Cause.SERVER_ERROR if status >= 500 else Cause.BAD_PAYLOAD
    return RequestFailed(message, cause=cause)


def _graphql_failure(error: Mapping[str, Any], *, what: str) -> RequestFailed:
    kind, said = str(error.get("type", "")), str(error.get("message", ""))[:200]
    message = f"{what}: GraphQL {kind or 'error'}: {said}"
    lower = said.lower()
    if kind in {"RATE_LIMITED", "RATE_LIMIT"} or "rate limit" in lower:
        return RequestFailed(message, cause=Cause.RATE_LIMITED)
    if kind == "NOT_FOUND":
        return RequestFailed(message, cause=Cause.NOT_FOUND)
    if kind in {"FORBIDDEN", "INSUFFICIENT_SCOPES"} or "not accessible" in lower:
        return RequestFailed(message, cause=Cause.PERMISSION)
    if "RESOURCE_LIMIT" in kind or "resource limits" in lower or "timeout" in lower or "something went wrong" in lower:
        return RequestFailed(message, cause=Cause.SERVER_ERROR, retry_in=0.0)
    return RequestFailed(message, cause=Cause.INCOMPLETE)


def _path(error: Mapping[str, Any]) -> Sequence[Any]:
    path = error.get("path")
    return path if isinstance(path, list) else ()


def _is_line_stats(error: Mapping[str, Any]) -> bool:
    # GitHub cannot always count the lines of a single commit; the null then takes the whole commit with it
    return bool(_path(error)) and _path(error)[-1] in {"additions", "deletions"} and "history" in _path(error)


def _is_gone_node(error: Mapping[str, Any]) -> bool:
    return error.get("type") == "NOT_FOUND" and _path(error)[:1] == ["nodes"]


def _is_rate_limit(answer: Received, said: str) -> bool:
    lower = said.lower()
    return (
        answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers or "rate limit" in lower
    )


def _reset(headers: Mapping[str, str]) -> str:
    text = headers.get("x-ratelimit-reset", "")
    return f"; the quota resets at {iso(datetime.fromtimestamp(int(text), tz=UTC))}" if text.isdigit() else ""


def _said(text: str) -> str:
    try:
        body = json.loads(text)
    except ValueError:
        return _shape(text) if text else ""
    message = body.get("message") if isinstance(body, dict) else None
    return str(message)[:200] if message else ""


def _shape(text: str) -> str:
    start = text.lstrip()[:15].lower()
    if not start:
        return "an empty body"
    return "an HTML page" if start.startswith("<") else "JSON that is cut or broken"
