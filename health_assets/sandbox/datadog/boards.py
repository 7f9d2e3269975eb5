"""Dashboards and monitors of the Datadog stand-in: kept as sent, with ids, refused as Datadog refuses them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.model.time import iso
from health_assets.sandbox.datadog.service import Datadog, refusal

TAG_RULE = "Valid tag keys are: team."
PAGE_SIZE = 100
METRIC_MONITORS = frozenset({"metric alert", "query alert"})
_COMPARISON = re.compile(r"(?:<=|>=|<|>|==) (?P<number>-?[\d.]+)$")
_METRIC_QUERY = re.compile(
    r"(?:avg|sum|min|max)\(last_\d+[mhdw]\):(?:avg|sum|min|max):[A-Za-z][\w.]*\{[^{}]*\}(?: by \{[^{}]*\})? .*"
    r"|formula\(.*"
)


@dataclass
class Boards:
    """The state behind the routes: id -> what is kept."""

    service: Datadog
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    monitors: dict[int, dict[str, Any]] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(100_001))

    async def list_dashboards(self, request: Request) -> Response:
        """GET /api/v1/dashboard."""
        refused = self.service.refused(request, scope="dashboards_read")
        if refused is not None:
            return refused
        start, size = int(request.query_params.get("start", 0)), int(request.query_params.get("count", PAGE_SIZE))
        keys = ("id", "title", "description", "layout_type", "url", "author_handle", "created_at", "modified_at")
        listed = [{key: board.get(key) for key in keys} for board in self.dashboards.values()]
        return JSONResponse({"dashboards": listed[start : start + size]})

    async def create_dashboard(self, request: Request) -> Response:
        """POST /api/v1/dashboard."""
        refused = self.service.refused(request, scope="dashboards_write")
        return refused or self._keep(await request.json(), id=_dashboard_id(next(self._numbers)))

    async def one_dashboard(self, request: Request) -> Response:
        """GET, PUT and DELETE /api/v1/dashboard/{id}."""
        reads = request.method == "GET"
        refused = self.service.refused(request, scope="dashboards_read" if reads else "dashboards_write")
        if refused is not None:
            return refused
        id = request.path_params["id"]
        if id not in self.dashboards:
            return refusal(404, f"Dashboard with ID {id} not found")
        if request.method == "PUT":
            return self._keep(await request.json(), id=id)
        if request.method == "DELETE":
            del self.dashboards[id]
            return JSONResponse({"deleted_dashboard_id": id})
        return JSONResponse(self.dashboards[id])

    async def list_monitors(self, request: Request) -> Response:
        """GET /api/v1/monitor."""
        refused = self.service.refused(request, scope="monitors_read")
        if refused is not None:
            return refused
        wanted = {tag for tag in request.query_params.get("monitor_tags", "").split(",") if tag}
        found = [monitor for monitor in self.monitors.values() if wanted <= set(monitor.get("tags") or ())]
        page, size = int(request.query_params.get("page", 0)), int(request.query_params.get("page_size", PAGE_SIZE))
        return JSONResponse(found[page * size : (page + 1) * size])

    async def create_monitor(self, request: Request) -> Response:
        """POST /api/v1/monitor, /api/v1/monitor/validate and /api/v1/monitor/{id}/validate."""
        validates = request.url.path.endswith("/validate")
        body = await request.json()
        refused = self.service.refused(request, scope="monitors_read" if validates else "monitors_write")
        refused = refused or _invalid_monitor(body)
        if refused is not None:
            return refused
        return JSONResponse({}) if validates else self._watch(body, id=next(self._numbers))

    async def one_monitor(self, request: Request) -> Response:
        """GET, PUT and DELETE /api/v1/monitor/{id}."""
        reads = request.method == "GET"
        refused = self.service.refused(request, scope="monitors_read" if reads else "monitors_write")
        if refused is not None:
            return refused
        id = int(request.path_params["id"])
        if id not in self.monitors:
            return refusal(404, "Monitor not found")
        if request.method == "PUT":
            body = {**self.monitors[id], **await request.json()}
            return _invalid_monitor(body) or self._watch(body, id=id)
        if request.method == "DELETE":
            del self.monitors[id]
            return JSONResponse({"deleted_monitor_id": id})
        return JSONResponse(self.monitors[id])

    def _keep(self, body: Mapping[str, Any], *, id: str) -> Response:
        refused = _invalid_dashboard(body)
        if refused is not None:
            return refused
        now = iso(self.service.clock())
        held = self.dashboards.get(id, {"created_at": now})
        slug = re.sub(r"[^a-z0-9]+", "-", str(body["title"]).lower()).strip("-")
        widgets = [self._numbered(widget) for widget in body["widgets"]]
        own = {"id": id, "url": f"/dashboard/{id}/{slug}", "author_handle": "user@example.invalid"}
        dates = {"created_at": held["created_at"], "modified_at": now}
        self.dashboards[id] = {"description": None, **body, **own, **dates, "widgets": widgets}
        return JSONResponse(self.dashboards[id])

    def _numbered(self, widget: Mapping[str, Any]) -> dict[str, Any]:
        definition = dict(widget["definition"])
        if isinstance(definition.get("widgets"), list):
            definition["widgets"] = [self._numbered(inner) for inner in definition["widgets"]]
        return {**widget, "definition": definition, "id": next(self._numbers)}

    def _watch(self, body: Mapping[str, Any], *, id: int) -> Response:
        options = {"silenced": {}, "notify_audit": False, **body.get("options", {})}
        query = str(body["query"]).strip()
        self.monitors[id] = {**body, "id": id, "query": query, "options": options, "overall_state": "No Data"}
        return JSONResponse(self.monitors[id])


def routes(boards: Boards, *, prefix: str) -> list[BaseRoute]:
    """The routes of dashboards and monitors behind `prefix`."""
    one = ["GET", "PUT", "DELETE"]
    return [
        Route(f"{prefix}/api/v1/dashboard", boards.list_dashboards),
        Route(f"{prefix}/api/v1/dashboard", boards.create_dashboard, methods=["POST"]),
        Route(f"{prefix}/api/v1/dashboard/{{id}}", boards.one_dashboard, methods=one),
        Route(f"{prefix}/api/v1/monitor", boards.list_monitors),
        Route(f"{prefix}/api/v1/monitor", boards.create_monitor, methods=["POST"]),
        Route(f"{prefix}/api/v1/monitor/validate", boards.create_monitor, methods=["POST"]),
        Route(f"{prefix}/api/v1/monitor/{{id:int}}/validate", boards.create_monitor, methods=["POST"]),
        Route(f"{prefix}/api/v1/monitor/{{id:int}}", boards.one_monitor, methods=one),
    ]


def _invalid_dashboard(body: Mapping[str, Any]) -> Response | None:
    for key in ("title", "layout_type", "widgets"):
        if key not in body:
            return refusal(400, f"The value provided for parameter '{key}' is invalid")
    bad = [tag for tag in body.get("tags") or () if not str(tag).startswith("team:")]
    if bad:
        return refusal(400, f"Invalid tag keys found in {bad}. {TAG_RULE}")
    if any("" in (one.get("defaults") or ()) for one in body.get("template_variables") or ()):
        return refusal(400, "Minimum length of parameter 'defaults' should be 1")
    presets = [one for preset in body.get("template_variable_presets") or () for one in preset["template_variables"]]
    for one in presets:
        if "value" in one and "values" in one:
            return refusal(400, f"'template_variables' value '{one}' is invalid")
        if one.get("values") == []:
            return refusal(400, "Minimum number of elements in parameter 'values' should be 1")
    return None


def _invalid_monitor(body: Mapping[str, Any]) -> Response | None:
    query = str(body.get("query", "")).strip()
    found = _COMPARISON.search(query)
    if found is None or (body.get("type") in METRIC_MONITORS and not _METRIC_QUERY.fullmatch(query)):
        return refusal(400, "The value provided for parameter 'query' is invalid: invalid operator specified: ")
    critical = body.get("options", {}).get("thresholds", {}).get("critical")
    if critical is None or float(found["number"]) != critical:
        return refusal(400, f"Alert threshold ({critical}) does not match that used in the query ({found['number']})")
    return None


def _dashboard_id(number: int) -> str:
    letters = "".join(Random(number).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9))
    return "-".join((letters[:3], letters[3:6], letters[6:]))
