"""What wandb-core says when a request failed, as one cause and a few words. Pure.

It gives an HTTP status only for an answer it does not repeat; otherwise the status is in its text, or, when the time of
the request ended first, nowhere. The texts are those of wandb 0.31, tried against a server on loopback.
"""

import re

from health_assets.model.errors import Cause
from health_assets.sources.answers import HINTS as SHARED_HINTS
from health_assets.sources.answers import SAID_LIMIT, cause_of

HINTS = {
    **SHARED_HINTS,
    Cause.AUTHENTICATION: "the API key is wrong or revoked: make a new one and set its environment variable",
    Cause.PERMISSION: "let the key's owner read sources.wandb.entity and its projects",
    Cause.NOT_FOUND: "check sources.wandb.entity and project, and that the key may see them",
    Cause.RATE_LIMITED: "the next tick tries again; watch fewer projects if it stays",
    Cause.UNREACHABLE: "check sources.wandb.api_url, the network and the proxy",
    Cause.SERVER_ERROR: "W&B has trouble (see status.wandb.com); the next tick tries again",
    Cause.BAD_PAYLOAD: "check that sources.wandb.api_url is a W&B API and no proxy answers in its place",
    Cause.INCOMPLETE: "the next tick tries again; if it stays, look at W&B's own page for this project",
}
STATUS = re.compile(r"while retrying: HTTP (\d{3})")


def failure_of(text: str, *, status: int, seconds: float) -> tuple[Cause, str]:
    """Cause and description of a failed request. status: 0 = not told. seconds: the time the request had."""
    repeated = STATUS.search(text)
    status = status or (int(repeated[1]) if repeated else 0)
    if status:
        return cause_of(status), f"HTTP {status}" + _said(text)
    lower = text.lower()
    if "did not respond in time" in lower or "client.timeout" in lower or "deadline exceeded" in lower:
        return Cause.UNREACHABLE, f"no complete answer within {seconds:.0f} s"
    if "refused" in lower:
        return Cause.UNREACHABLE, "the connection was refused"
    if "no such host" in lower:
        return Cause.UNREACHABLE, "the host name cannot be resolved"
    if "unexpected eof" in lower or lower.strip() == "eof":
        return Cause.INCOMPLETE, "the answer broke off"
    if "invalid character" in lower:
        return Cause.BAD_PAYLOAD, "the answer is not JSON"
    if lower.startswith("input:"):
        return _of_graphql(lower), f"GraphQL error{_said(text.removeprefix('input:'))}"
    return Cause.UNREACHABLE, f"the request failed{_said(text)}"


def _of_graphql(lower: str) -> Cause:
    if "rate limit" in lower:
        return Cause.RATE_LIMITED
    if "permission" in lower or "forbidden" in lower or "unauthorized" in lower:
        return Cause.PERMISSION
    return Cause.INCOMPLETE


def _said(text: str) -> str:
    """What the server said, as far as it is no page and not wandb-core's own words."""
    line = text.strip().splitlines()[-1].strip() if text.strip() else ""
    line = line.split(": ", 2)[-1] if line.startswith("while retrying") else line
    if line.lower().startswith("<"):
        return ", an HTML page"
    return f": {line[:SAID_LIMIT]}" if line else ""
