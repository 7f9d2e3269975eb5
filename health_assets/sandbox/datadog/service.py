"""The routes of the Datadog stand-in: check of the API key, and timeseries queries, as of the clock."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.sandbox.datadog.query import Groups, InvalidQuery, Window, combine, evaluate
from health_assets.sandbox.datadog.world import Account

PREFIX = "/datadog"
LONGEST_SERIES = 1500
RETENTION = timedelta(days=456)
QUERY_SCOPE = "timeseries_query"
PERIOD_SECONDS = 10


@dataclass
class Datadog:
    """The state behind the routes: an account, which may be set while it is served, and the clock it is served as of.

    quota: requests left until the account is rate limited; None = any number.
    """

    account: Account
    clock: Callable[[], datetime]
    quota: int | None = None

    async def validate(self, request: Request) -> Response:
        """GET /api/v1/validate."""
        if not self._knows_key(request):
            return refusal(403, "Forbidden" if request.headers.get("dd-api-key") else "API key required")
        return JSONResponse({"valid": True})

    async def timeseries(self, request: Request) -> Response:
        """POST /api/v2/query/timeseries."""
        refused = self.refused(request, scope=QUERY_SCOPE)
        if refused is not None:
            return refused
        try:
            attributes = (await request.json())["data"]["attributes"]
            window = self._window(attributes)
            named = {one["name"]: evaluate(self.account, one["query"], window) for one in attributes["queries"]}
            formulas = [one["formula"] for one in attributes.get("formulas", ())] or list(named)
            answers = [combine(formula, named) for formula in formulas]
        except InvalidQuery:
            return refusal(400, "The value provided for parameter 'query' is invalid")
        except (ValueError, LookupError, TypeError):
            return refusal(400, "Invalid request body")
        if window.end < window.now - RETENTION.total_seconds():
            return refusal(400, "Queries ending outside the retention date are invalid")
        return JSONResponse({"data": {"id": "0", "type": "timeseries_response", "attributes": _attributes(answers)}})

    def refused(self, request: Request, *, scope: str) -> Response | None:
        """The answer to a request that its keys, or the account's quota, do not allow; None when they do."""
        account, headers = self.account, request.headers
        if not self._knows_key(request):
            return refusal(401, "Unauthorized")
        if account.app_keys and scope not in account.app_keys.get(headers.get("dd-application-key", ""), ()):
            return refusal(403, "Forbidden")
        return self._limited()

    def refused_intake(self, request: Request) -> Response | None:
        """The same for what needs no application key."""
        return self._limited() if self._knows_key(request) else refusal(403, "Forbidden")

    def _knows_key(self, request: Request) -> bool:
        keys = self.account.api_keys
        return not keys or request.headers.get("dd-api-key") in keys

    def _limited(self) -> Response | None:
        if self.quota is None:
            return None
        self.quota -= 1
        if self.quota >= 0:
            return None
        told = {"limit": "100", "period": str(PERIOD_SECONDS), "remaining": "0", "reset": str(PERIOD_SECONDS)}
        headers = {f"x-ratelimit-{name}": value for name, value in told.items()}
        return refusal(429, "Rate limit of this organization has been reached", headers=headers)

    def _window(self, attributes: Mapping[str, Any]) -> Window:
        start, end = attributes["from"] // 1000, attributes["to"] // 1000
        fewest = math.ceil((end - start) / LONGEST_SERIES)
        interval = max(attributes.get("interval", 0) // 1000, fewest, 1)
        return Window(start=start, end=end, interval=interval, now=int(self.clock().timestamp()))


def routes(service: Datadog, *, prefix: str = PREFIX) -> list[BaseRoute]:
    """The routes of one account behind `prefix`."""
    return [
        Route(f"{prefix}/api/v1/validate", service.validate),
        Route(f"{prefix}/api/v2/query/timeseries", service.timeseries, methods=["POST"]),
    ]


def refusal(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """A refused request in Datadog's form."""
    return JSONResponse({"errors": [message]}, status_code=status, headers=headers)


def _attributes(answers: list[Groups]) -> dict[str, Any]:
    rows = [(index, group, values) for index, groups in enumerate(answers) for group, values in groups.items()]
    times = sorted({at for _, _, values in rows for at in values})
    return {
        "series": [{"group_tags": list(group), "query_index": index, "unit": None} for index, group, _ in rows],
        "times": [at * 1000 for at in times],
        "values": [[values.get(at) for at in times] for _, _, values in rows],
    }
