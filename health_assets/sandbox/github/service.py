"""What all answers of the GitHub stand-in share: worlds, clock, credentials, quota, headers."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from health_assets.sandbox.github.world import Repository

Clock = Callable[[], datetime]

QUOTA = 5000
DOCUMENTATION = "https://docs.github.com/rest"
HOUR_SECONDS = 3600


@dataclass
class Quota:
    """Points used of one hourly limit. Follows the real clock: clients compare the reset with theirs."""

    resource: str
    used: int = 0
    reset: int = field(default_factory=lambda: int(time.time()) + HOUR_SECONDS)

    def spend(self, points: int) -> None:
        """Counts points; a new hour begins when the old one is over."""
        if time.time() >= self.reset:
            self.used, self.reset = 0, int(time.time()) + HOUR_SECONDS
        self.used += points

    @property
    def remaining(self) -> int:
        """Points left; never none, because the sandbox refuses only where a test lets a fault strike."""
        return max(QUOTA - self.used, 1)

    def headers(self) -> dict[str, str]:
        """The X-RateLimit headers of every answer."""
        return {
            "X-RateLimit-Limit": str(QUOTA),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
            "X-RateLimit-Used": str(self.used),
            "X-RateLimit-Resource": self.resource,
        }

    def payload(self) -> dict[str, int]:
        """The same as an entry of GET /rate_limit."""
        return {"limit": QUOTA, "used": self.used, "remaining": self.remaining, "reset": self.reset}


@dataclass
class GitHub:
    """The state behind the routes.

    repositories: full name -> world. clock: the instant everything is served as of.
    bad_token: this token is answered with 401. require_token: so is a request without any.
    """

    repositories: Mapping[str, Repository]
    clock: Clock
    bad_token: str | None = None
    require_token: bool = False
    core: Quota = field(default_factory=lambda: Quota("core"))
    graphql: Quota = field(default_factory=lambda: Quota("graphql"))

    def repository(self, full_name: str) -> Repository | None:
        """The world of that name; GitHub's names ignore case."""
        wanted = full_name.lower()
        return next((world for name, world in self.repositories.items() if name.lower() == wanted), None)

    def now(self) -> datetime:
        """The clock's instant in UTC."""
        return self.clock().astimezone(UTC)

    def refusal(self, request: Request) -> Response | None:
        """A 401 when the credentials are to be refused, else None."""
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        refused = (self.require_token and not token) or (self.bad_token is not None and token == self.bad_token)
        return self.answer(request, problem("Bad credentials", status=401), status=401) if refused else None

    def answer(
        self,
        request: Request,
        body: Any,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        quota: Quota | None = None,
    ) -> Response:
        """A JSON answer with GitHub's headers; 304, which costs no quota, when the client holds this very body."""
        spent = quota or self.core
        content = json.dumps(body, separators=(",", ":")).encode()
        tag = f'W/"{hashlib.sha256(content).hexdigest()}"'
        unchanged = status == 200 and request.headers.get("if-none-match") == tag
        if not unchanged:
            spent.spend(1)
        shown = {
            **spent.headers(),
            "ETag": tag,
            "X-OAuth-Scopes": "repo",
            "X-GitHub-Media-Type": "github.v3; format=json",
            **(headers or {}),
        }
        if unchanged:
            return Response(status_code=304, headers=shown)
        return Response(content, status_code=status, headers=shown, media_type="application/json; charset=utf-8")


def problem(message: str, *, status: int) -> dict[str, str]:
    """The body of a refused REST request."""
    return {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}


def instant(moment: datetime | None) -> str | None:
    """An instant as GitHub writes it: whole seconds, Z."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
