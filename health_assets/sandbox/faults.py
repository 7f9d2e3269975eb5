"""Faults for tests: what goes wrong (a Fault) and when (a Rule), put together with `Faults.add`.

    server.faults.add(faults.bad_gateway(), path="/actions/runs", first=2, times=1)
    server.faults.add(faults.delayed(1.0, faults.rate_limited()), operation="PullRequests")

A fault is any coroutine function of an Exchange, so a test may write its own.
"""

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from health_assets.sandbox.exchange import Entry, Exchange, Reply

Fault = Callable[[Exchange], Awaitable[None]]
When = Callable[[Entry], bool]

TRICKLE_SECONDS = 0.2
TRICKLE_LENGTH = 10_000_000
RESET_SECONDS = 3600


@dataclass
class Rule:
    """A fault and the requests it strikes: of those that match, `times` (None: all) from the `first` (from 1) on."""

    fault: Fault
    when: When
    first: int = 1
    times: int | None = None
    seen: int = 0

    def strikes(self, entry: Entry) -> bool:
        """Counts the request if it matches, and says whether it is hit."""
        if not self.when(entry):
            return False
        self.seen += 1
        return self.seen >= self.first and (self.times is None or self.seen < self.first + self.times)


@dataclass
class Faults:
    """The rules in force; the first that strikes decides."""

    rules: list[Rule] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str = "",
        operation: str | None = None,
        when: When | None = None,
        first: int = 1,
        times: int | None = None,
    ) -> Rule:
        """Adds a rule. `path` is a part of the path; without any condition every request matches."""

        def matches(entry: Entry) -> bool:
            return (
                method in (None, entry.method)
                and path in entry.path
                and operation in (None, entry.operation)
                and (when is None or when(entry))
            )

        rule = Rule(fault, matches, first=first, times=times)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Everything works again."""
        self.rules.clear()

    def fault_for(self, entry: Entry) -> Fault | None:
        """The fault that strikes this request."""
        hits = [rule.fault for rule in self.rules if rule.strikes(entry)]
        return hits[0] if hits else None


def page_is(number: int) -> When:
    """Matches a REST listing's page `number`."""
    return lambda entry: parse_qs(entry.query).get("page", ["1"]) == [str(number)]


def replying(reply: Reply) -> Fault:
    """Any fixed answer."""

    async def fault(exchange: Exchange) -> None:
        await exchange.answer(reply)

    return fault


def refused(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> Fault:
    """An answer with GitHub's form of problem."""
    body = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return replying(Reply.of_json(body, status=status, headers=headers))


def unauthorized() -> Fault:
    """401 as for a revoked token."""
    return refused(401, "Bad credentials")


def not_found() -> Fault:
    """404 as for a repository the token may not see."""
    return refused(404, "Not Found")


def quota_exhausted() -> Fault:
    """403 of the primary limit, which resets in an hour."""
    reset = str(int(time.time()) + RESET_SECONDS)
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    return refused(403, "API rate limit exceeded for user ID 1.", headers=headers)


def secondary_limit(retry_after: int = 60) -> Fault:
    """403 of the secondary limit with Retry-After in seconds."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return refused(403, message, headers={"retry-after": str(retry_after)})


def too_many_requests(retry_after: int | None = None) -> Fault:
    """429 with or without Retry-After."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return refused(429, "Too many requests.", headers=headers)


def graphql_rate_limited() -> Fault:
    """GraphQL's own way to say it: HTTP 200, no data, an error of type RATE_LIMITED."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
    return replying(Reply.of_json({"errors": [error]}))


def graphql_partial(message: str = "Something went wrong while executing your query.") -> Fault:
    """Genuine data with an error beside it."""

    def spoil(body: dict[str, Any]) -> None:
        body.setdefault("errors", []).append({"type": "INTERNAL", "message": message})

    return changed(spoil)


def bad_gateway() -> Fault:
    """502 with an HTML body."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return replying(Reply(502, {"content-type": "text/html"}, page))


def cut_json() -> Fault:
    """A complete HTTP answer whose JSON ends in the middle."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.genuine()
        reply.body = reply.body[: len(reply.body) // 2]
        await exchange.answer(reply)

    return fault


def broken_connection() -> Fault:
    """The connection ends in the middle of the body."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.genuine()
        await exchange.begin(reply)
        await exchange.write(reply.body[: len(reply.body) // 2])

    return fault


def empty_page() -> Fault:
    """Every listing in the answer comes empty while totals and links stay."""
    return changed(_empty)


def trickle(seconds: float = TRICKLE_SECONDS) -> Fault:
    """A body that comes a byte at a time until the client goes."""

    async def fault(exchange: Exchange) -> None:
        await exchange.begin(Reply(200, {"content-type": "application/json"}, b" " * TRICKLE_LENGTH))
        while not await exchange.until_gone(seconds):
            await exchange.write(b" ")

    return fault


def delayed(seconds: float, then: Fault | None = None) -> Fault:
    """Waits, then lets the request go on or another fault strike."""

    async def fault(exchange: Exchange) -> None:
        if await exchange.until_gone(seconds):
            return
        await (then(exchange) if then else exchange.answer(await exchange.genuine()))

    return fault


def changed(change: Callable[[Any], None]) -> Fault:
    """The genuine JSON answer after `change` has edited it in place."""

    async def fault(exchange: Exchange) -> None:
        reply = await exchange.genuine()
        body = json.loads(reply.body)
        change(body)
        reply.body = json.dumps(body).encode()
        reply.headers.pop("etag", None)
        await exchange.answer(reply)

    return fault


def _empty(body: Any) -> None:
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if isinstance(value, list) and name != "errors":
            body[name] = []
        else:
            _empty(value)
