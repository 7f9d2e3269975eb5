"""What GitHub can answer instead of facts, and what has to be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from health_assets.model.errors import Cause
from health_assets.sandbox import faults
from health_assets.sandbox.exchange import Reply
from health_assets.sandbox.faults import Fault

TOKEN = "ghs_t0psecret"
TOKEN_VARIABLE = "HEALTH_TEST_TOKEN"
#: Seconds that a failing collection is given.
DEADLINE = 1.0
#: A deadline is kept by a thread's wake-up on a busy machine.
SLACK = 1.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault of every request (None: nobody listens any more), and what has to be said about it."""

    fault: Fault | None
    cause: Cause
    says: str
    #: Later requests that the fault strikes too where it strikes nothing else; the first one of all is GraphQL's.
    parts: tuple[str, ...] = ("REST", "details")


CASES: Mapping[str, Case] = {
    "every request fails": Case(
        fault=faults.refused(500, f"no luck with {TOKEN}"), cause=Cause.SERVER_ERROR, says="HTTP 500"
    ),
    "401": Case(fault=faults.unauthorized(), cause=Cause.AUTHENTICATION, says="make a new one"),
    "404": Case(fault=faults.not_found(), cause=Cause.NOT_FOUND, says="check sources.github.repositories"),
    "403 primary limit": Case(fault=faults.quota_exhausted(), cause=Cause.RATE_LIMITED, says="the quota resets at"),
    "429": Case(fault=faults.too_many_requests(), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "GraphQL rate limit with 200": Case(
        fault=faults.graphql_rate_limited(), cause=Cause.RATE_LIMITED, says="RATE_LIMITED", parts=("details",)
    ),
    "GraphQL data beside errors": Case(
        fault=faults.graphql_partial(), cause=Cause.SERVER_ERROR, says="githubstatus.com", parts=("details",)
    ),
    "GraphQL page comes empty": Case(
        fault=faults.empty_page(), cause=Cause.INCOMPLETE, says="came short", parts=("details",)
    ),
    "502 with HTML": Case(fault=faults.bad_gateway(), cause=Cause.SERVER_ERROR, says="an HTML page"),
    "cut JSON": Case(fault=faults.cut_json(), cause=Cause.BAD_PAYLOAD, says="cut or broken"),
    "broken connection": Case(fault=faults.broken_connection(), cause=Cause.UNREACHABLE, says="the network"),
    "trickling body": Case(fault=faults.trickle(), cause=Cause.DEADLINE, says="deadline_seconds"),
    "slowness": Case(fault=faults.delayed(0.6), cause=Cause.DEADLINE, says="deadline_seconds", parts=()),
    "connection refused": Case(fault=None, cause=Cause.UNREACHABLE, says="sources.github.api_url", parts=()),
}
#: Close relatives of the above, which are only collected.
RELATIVES: Mapping[str, Case] = {
    "403 secondary limit": Case(fault=faults.secondary_limit(), cause=Cause.RATE_LIMITED, says="the next tick tries"),
    "429 for a minute": Case(fault=faults.too_many_requests(60), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "429 for no time": Case(fault=faults.too_many_requests(0), cause=Cause.RATE_LIMITED, says="HTTP 429"),
    "silence": Case(fault=faults.delayed(60), cause=Cause.DEADLINE, says="deadline_seconds"),
    "200 with HTML": Case(
        fault=faults.replying(Reply(200, {"content-type": "text/html"}, b"<html>sign in</html>")),
        cause=Cause.BAD_PAYLOAD,
        says="no proxy answers in its place",
    ),
}
PARTS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "REST": {"path": "/actions/runs"},
    "details": {"operation": "MergedDetails"},
}
PARTIAL = [
    *(pytest.param(case, part, id=f"{name} in {part}") for name, case in CASES.items() for part in case.parts),
    *(pytest.param(case, "all", id=name) for name, case in RELATIVES.items()),
]
