"""What the Datadog stand-in takes: series, metadata of metrics, historical ingestion. It drops what Datadog drops.

A point more than 10 minutes ahead or an hour old is answered with 202 and not kept, unless historical ingestion is on
for its metric. Values are kept with 32 bits, which is what Datadog documents.
"""

import json
import math
import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.sandbox.datadog.service import Datadog, refusal

COMPRESSED_BYTES, BODY_BYTES = 512_000, 5_242_880
AHEAD_SECONDS, BEHIND_SECONDS = 600, 3600
METADATA_SCOPE = "metrics_metadata_write"
HISTORICAL_SCOPE = "late_metrics_config_write"
#: Of Datadog's units those that our metrics have.
UNITS = frozenset(
    {"second", "minute", "hour", "day", "percent", "fraction", "dollar", "gibibyte", "core", "request", "error"}
)


@dataclass
class Intake:
    """The state behind the routes. dropped: points that were answered with 202 and not kept."""

    service: Datadog
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    historical: set[str] = field(default_factory=set)
    dropped: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)

    async def series(self, request: Request) -> Response:
        """POST /api/v2/series."""
        refused = self.service.refused_intake(request)
        if refused is not None:
            return refused
        body = await request.body()
        if len(body) > COMPRESSED_BYTES:
            return refusal(413, "Payload too big")
        try:
            if request.headers.get("content-encoding") == "deflate":
                body = zlib.decompress(body)
            if len(body) > BODY_BYTES:
                return refusal(413, "Payload too big")
            found = [_read(series) for series in _strict(body)["series"]]
        except (ValueError, LookupError, TypeError, zlib.error):
            return refusal(400, "Payload is not in the expected format")
        for metric, tags, points in found:
            for at, value in points:
                self._keep(metric, tags, at, value)
        return JSONResponse({"errors": []}, status_code=202)

    async def event(self, request: Request) -> Response:
        """POST /api/v1/events."""
        refused = self.service.refused_intake(request)
        if refused is not None:
            return refused
        body = _strict(await request.body())
        if not body.get("title") or not body.get("text"):
            return refusal(400, "The fields 'title' and 'text' are required")
        self.events.append(body)
        return JSONResponse(
            {"status": "ok", "event": {"id": len(self.events), "title": body["title"]}}, status_code=202
        )

    async def describe(self, request: Request) -> Response:
        """PUT /api/v1/metrics/{name}."""
        refused = self.service.refused(request, scope=METADATA_SCOPE)
        if refused is not None:
            return refused
        body = _strict(await request.body())
        if body.get("unit") and body["unit"] not in UNITS:
            return refusal(400, f"Invalid unit: {body['unit']}")
        self.metadata[request.path_params["name"]] = body
        return JSONResponse(body)

    async def enable_historical(self, request: Request) -> Response:
        """POST /api/v2/metrics/historical-metrics-configurations."""
        refused = self.service.refused(request, scope=HISTORICAL_SCOPE)
        if refused is not None:
            return refused
        name = _strict(await request.body())["data"]["id"]
        status = 200 if name in self.historical else 201
        self.historical.add(name)
        data = {"id": name, "type": "historical_metrics_configurations"}
        return JSONResponse({"data": data}, status_code=status)

    def _keep(self, metric: str, tags: frozenset[str], at: int, value: float) -> None:
        now = int(self.service.clock().timestamp())
        late = at < now - BEHIND_SECONDS and metric not in self.historical
        if late or at > now + AHEAD_SECONDS:
            self.dropped += 1
            return
        kept = struct.unpack("f", struct.pack("f", value))[0]
        received = datetime.fromtimestamp(now, tz=UTC)
        instant = datetime.fromtimestamp(at, tz=UTC)
        self.service.account.add(metric, at=instant, value=kept, tags=tags, known_at=received)


def routes(intake: Intake, *, prefix: str) -> list[BaseRoute]:
    """The routes of the intake behind `prefix`."""
    historical = f"{prefix}/api/v2/metrics/historical-metrics-configurations"
    return [
        Route(f"{prefix}/api/v2/series", intake.series, methods=["POST"]),
        Route(f"{prefix}/api/v1/events", intake.event, methods=["POST"]),
        Route(f"{prefix}/api/v1/metrics/{{name}}", intake.describe, methods=["PUT"]),
        Route(historical, intake.enable_historical, methods=["POST"]),
    ]


def _strict(body: bytes) -> Any:
    """Parsed JSON; NaN and Infinity are none."""
    return json.loads(body, parse_constant=_no_constant)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _read(series: dict[str, Any]) -> tuple[str, frozenset[str], list[tuple[int, float]]]:
    points = [(point["timestamp"], float(point["value"])) for point in series["points"]]
    if any(not isinstance(at, int) or not math.isfinite(value) for at, value in points):
        raise ValueError("a point is not (integer seconds, number)")
    return str(series["metric"]), frozenset(tag.lower() for tag in series.get("tags", ())), points
