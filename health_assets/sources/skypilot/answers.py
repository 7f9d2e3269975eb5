"""What an answer of a SkyPilot API server means: its payload, or one clear failure. Pure; the client sends and retries.

A read that failed on the server comes as HTTP 500 with `detail.error`, JSON text of a type, a message and a pickled
exception. The pickle is never touched: unpickling runs whatever its sender likes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from health_assets.model.errors import Cause, SourceError

#: A longer wait is not worth holding the tick: the next one comes in minutes.
LONGEST_WAIT = 5.0
PASSING = frozenset({500, 502, 503, 504})
SAID_LIMIT = 200
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

CONTROLLER_STOPPED = (
    "the jobs controller is stopped, so the server knows no jobs: it starts with the next managed job, or at once "
    "with `sky jobs queue --refresh`; keep it up (autostop off, or consolidation mode) to be measured day and night"
)
HINTS = {
    Cause.AUTHENTICATION: "the token is missing, expired or revoked: make a service account token and set its variable",
    Cause.PERMISSION: "the token's account may not read this: give its role access to jobs and clusters",
    Cause.NOT_FOUND: "check sources.skypilot.api_url; the server must be new enough to know /jobs/queue/v2",
    Cause.RATE_LIMITED: "the next tick tries again",
    Cause.UNREACHABLE: "check sources.skypilot.api_url, the network and whether the API server runs",
    Cause.SERVER_ERROR: "the API server has trouble: see `sky api status -a` and its log; the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.skypilot.api_url is a SkyPilot API server and no proxy answers in its place",
    Cause.INCOMPLETE: "the next tick tries again; if it stays, compare with `sky jobs queue -u -a`",
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
    """The parsed JSON of a good answer. Raises RequestFailed; `what` names server, verb and path."""
    if not 200 <= answer.status < 300:
        raise _failure(answer, what=what)
    return _parsed(answer.text, what=f"{what}: HTTP {answer.status}")


def result_of(payload: Any, *, what: str) -> Any:
    """What a finished request returned, from the answer of GET /api/get. Raises RequestFailed."""
    if not isinstance(payload, Mapping) or not isinstance(payload.get("return_value"), str):
        raise RequestFailed(f"{what}: the answer is not a finished request", cause=Cause.BAD_PAYLOAD)
    status = str(payload.get("status", ""))
    if status != "SUCCEEDED":
        raise RequestFailed(f"{what}: the request ended as {status[:40] or 'nothing'}", cause=Cause.SERVER_ERROR)
    return _parsed(payload["return_value"], what=f"{what}: return_value")


def _parsed(text: str, *, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise RequestFailed(f"{what} with {_shape(text)}", cause=Cause.BAD_PAYLOAD) from None


def _failure(answer: Received, *, what: str) -> RequestFailed:
    status = answer.status
    detail = _detail(answer.text)
    if error := _error_of(detail):
        return _failed_on_server(error, what=what)
    said = _said(detail, answer.text)
    message = f"{what}: HTTP {status}" + (f", {said}" if said else "")
    if status == 401 or 300 <= status < 400:
        # a login proxy in front of the server answers with a redirection to its sign-in page
        return RequestFailed(message, cause=Cause.AUTHENTICATION)
    wait = _seconds_to_wait(answer.headers)
    short = wait if wait is not None and wait <= LONGEST_WAIT else None
    if status == 429:
        return RequestFailed(message, cause=Cause.RATE_LIMITED, retry_in=short)
    if status == 403:
        return RequestFailed(message, cause=Cause.PERMISSION)
    if status == 404:
        return RequestFailed(message, cause=Cause.NOT_FOUND)
    if status in PASSING:
        return RequestFailed(message, cause=Cause.SERVER_ERROR, retry_in=0.0 if wait is None else short)
    return RequestFailed(message, cause=Cause.SERVER_ERROR if status >= 500 else Cause.BAD_PAYLOAD)


def _failed_on_server(error: Mapping[str, Any], *, what: str) -> RequestFailed:
    kind, said = str(error.get("type", "")), _short(str(error.get("message", "")))
    message = f"{what}: {kind or 'an error'} on the server" + (f": {said}" if said else "")
    if kind == "ClusterNotUpError":
        return RequestFailed(message, cause=Cause.UNREACHABLE, hint=CONTROLLER_STOPPED)
    if kind.startswith("PermissionDenied"):
        return RequestFailed(message, cause=Cause.PERMISSION)
    return RequestFailed(message, cause=Cause.SERVER_ERROR)


def _detail(text: str) -> Any:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    if not isinstance(body, Mapping):
        return None
    return body.get("detail", body.get("message"))


def _error_of(detail: Any) -> Mapping[str, Any] | None:
    """Type and message of a failed request; None where the detail tells of none."""
    error = detail.get("error") if isinstance(detail, Mapping) else None
    if isinstance(error, str):
        try:
            error = json.loads(error)
        except ValueError:
            return None
    return error if isinstance(error, Mapping) and "type" in error else None


def _said(detail: Any, text: str) -> str:
    if isinstance(detail, str):
        return _short(detail)
    return "" if detail is not None or not text else _shape(text)


def _short(text: str) -> str:
    return " ".join(_COLOUR.sub("", text).split())[:SAID_LIMIT]


def _shape(text: str) -> str:
    start = text.lstrip()[:15].lower()
    if not start:
        return "an empty body"
    if start.startswith("<"):
        return "an HTML page"
    return "JSON" if start[0] in "{[" and _is_json(text) else "JSON that is cut or broken"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after")
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return float("inf")
