"""What an answer of a SkyPilot API server means: its payload, or one clear failure. Pure; the client sends and retries.

A read that failed on the server comes as HTTP 500 with `detail.error`, JSON text of a type, a message and a pickled
exception. The pickle is never touched: unpickling runs whatever its sender likes.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from health_assets.model.errors import Cause
from health_assets.sources.answers import SAID_LIMIT, Received, RequestFailed, parsed, payload_of, refusal_of, said_in

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

CONTROLLER_STOPPED = (
    "the jobs controller is stopped, so the server knows no jobs: it starts with the next managed job, or at once "
    "with `sky jobs queue --refresh`; keep it up (autostop off, or consolidation mode) to be measured day and night"
)
HINTS = {
    Cause.AUTHENTICATION: "the token is missing, expired or revoked: make a service account token and set its variable",
    Cause.PERMISSION: "the token's account may not read this: give its role access to jobs and clusters",
    Cause.NOT_FOUND: "check sources.skypilot.api_url; the server must be new enough to know /jobs/queue/v2",
    Cause.UNREACHABLE: "check sources.skypilot.api_url, the network and whether the API server runs",
    Cause.SERVER_ERROR: "the API server has trouble: see `sky api status -a` and its log; the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.skypilot.api_url is a SkyPilot API server and no proxy answers in its place",
    Cause.INCOMPLETE: "the next tick tries again; if it stays, compare with `sky jobs queue -u -a`",
}


def answer_of(answer: Received, *, what: str) -> Any:
    """The parsed JSON of a good answer. Raises RequestFailed; `what` names server, verb and path."""
    return payload_of(answer, what=what, refusal=_refusal)


def result_of(answer: Received, *, what: str) -> Any:
    """What a finished request returned, from the answer of GET /api/get. Raises RequestFailed."""
    payload = answer_of(answer, what=what)
    if not isinstance(payload, Mapping) or not isinstance(payload.get("return_value"), str):
        raise RequestFailed(f"{what}: the answer is not a finished request", cause=Cause.BAD_PAYLOAD)
    status = str(payload.get("status", ""))
    if status != "SUCCEEDED":
        raise RequestFailed(f"{what}: the request ended as {status[:40] or 'nothing'}", cause=Cause.SERVER_ERROR)
    return parsed(payload["return_value"], what=f"{what}: return_value")


def _refusal(answer: Received, *, what: str) -> RequestFailed:
    detail = _detail(answer.text)
    if error := _error_of(detail):
        return _failed_on_server(error, what=what)
    said = _short(detail) if isinstance(detail, str) else ("" if detail is not None else said_in(answer.text))
    if 300 <= answer.status < 400:
        # a login proxy in front of the server answers with a redirection to its sign-in page
        message = f"{what}: HTTP {answer.status}" + (f", {said}" if said else "")
        return RequestFailed(message, cause=Cause.AUTHENTICATION)
    return refusal_of(answer, what=what, said=said)


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


def _short(text: str) -> str:
    return " ".join(_COLOUR.sub("", text).split())[:SAID_LIMIT]
