"""What an answer of GitHub means: its payload, or one clear failure. Pure; the client sends and retries.

Causes follow GitHub's documentation of REST status codes and GraphQL errors: a used-up quota comes as HTTP 403, as 429,
or as GraphQL's HTTP 200 with an error of type RATE_LIMITED.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from health_assets.model.errors import Cause, ContractError
from health_assets.sources.answers import RequestFailed
from health_assets.sources.fields import Payload, required

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


def nodes(payload: Payload, connection: str) -> list[Payload]:
    """The nodes of a GraphQL connection that must be complete; raises ContractError while pages are left."""
    body = required(payload, connection, dict)
    if (body.get("pageInfo") or {}).get("hasNextPage"):
        raise ContractError(f"{connection} is not complete")
    return [node for node in required(body, "nodes", list) if node is not None]


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
