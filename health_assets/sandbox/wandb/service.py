"""The routes of the Weights & Biases stand-in: GraphQL as of the clock, and the page that a link to a run leads to.

The schema holds what wandb's own query documents ask for; W&B publishes none.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any

from graphql import build_schema, graphql_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.model.time import iso
from health_assets.sandbox.wandb.filters import meets
from health_assets.sandbox.wandb.world import Project

PREFIX = "/wandb"
PAGE_LIMIT = 100
_SCHEMA = build_schema(files(__package__).joinpath("schema.graphql").read_text(encoding="utf-8"))
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p><p><small>A stand-in for Weights &amp; Biases, as of {now}.</small></p></html>"""


@dataclass
class WandB:
    """The state behind the routes: path -> project, which may be set while it is served, and the clock.

    api_key: with one, other keys are answered with 401.
    """

    projects: Mapping[str, Project]
    clock: Callable[[], datetime]
    api_key: str = ""

    def now(self) -> datetime:
        """The clock's instant in UTC."""
        return self.clock().astimezone(UTC)

    async def graphql(self, request: Request) -> Response:
        """POST /graphql. wandb-core sends an empty operation name."""
        if self.api_key and request.headers.get("authorization") != _basic(self.api_key):
            return JSONResponse({"errors": [{"message": "user is not logged in"}], "data": None}, status_code=401)
        try:
            body = await request.json()
            document, variables = body["query"], body.get("variables") or {}
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"errors": [{"message": "the body is no GraphQL request"}]}, status_code=400)
        result = graphql_sync(
            _SCHEMA,
            document,
            root_value={"viewer": _viewer, "project": self._project},
            variable_values=variables,
            operation_name=body.get("operationName") or None,
        )
        # a document that does not fit the schema is a bad request, as with the service
        return JSONResponse(result.formatted, status_code=200 if result.data is not None else 400)

    async def run_page(self, request: Request) -> Response:
        """GET /{entity}/{project}/runs/{run}."""
        parts = request.path_params
        project = self.projects.get(f"{parts['entity']}/{parts['project']}")
        runs = () if project is None else project.runs
        run = next((run for run in runs if run.run_id == parts["run"] and run.visible(self.now())), None)
        text = "Nothing is known about it." if run is None else f"{run.name or run.run_id}: {run.state(self.now())}"
        return HTMLResponse(
            _PAGE.format(title=escape(parts["run"]), text=escape(text), now=iso(self.now())),
            status_code=404 if run is None else 200,
        )

    def _project(self, _: Any, name: str = "", entityName: str = "") -> dict[str, Any] | None:
        project = self.projects.get(f"{entityName}/{name}")
        if project is None:
            return None
        listing = _Listing(project, self.now())
        return {"internalId": "1", "readOnly": False, "runCount": listing.count, "runs": listing.page}


@dataclass(frozen=True)
class _Listing:
    """The resolvers of a project's runs."""

    project: Project
    now: datetime

    def count(self, _: Any, filters: str | None = None) -> int:
        """How many runs meet the filter."""
        return len(self._found(filters))

    def page(
        self, _: Any, filters: str | None = None, after: str | None = None, first: int = 50, order: str | None = None
    ) -> dict[str, Any]:
        """`first` runs, at most PAGE_LIMIT, behind the cursor `after`."""
        column = {"created_at": "createdAt", "heartbeat_at": "heartbeatAt"}[(order or "+created_at").lstrip("+-")]
        found = sorted(self._found(filters), key=lambda facts: (facts[column].removesuffix("Z"), facts["name"]))
        if order is not None and order.startswith("-"):
            found.reverse()
        start = int(after or 0)
        stop = start + min(first, PAGE_LIMIT)
        edges = [{"node": facts, "cursor": str(start + place)} for place, facts in enumerate(found[start:stop], 1)]
        end = edges[-1]["cursor"] if edges else after
        return {"edges": edges, "pageInfo": {"endCursor": end, "hasNextPage": stop < len(found)}}

    def _found(self, filters: str | None) -> list[dict[str, Any]]:
        condition = json.loads(filters or "{}")
        visible = (run.facts(self.now) for run in self.project.runs if run.visible(self.now))
        return [facts for facts in visible if meets(facts, condition)]


def routes(service: WandB, *, prefix: str = PREFIX) -> list[BaseRoute]:
    """The stand-in's routes; its api_url is the server's address with `prefix`."""
    return [
        Route(f"{prefix}/graphql", service.graphql, methods=["POST"]),
        Route(f"{prefix}/{{entity}}/{{project}}/runs/{{run}}", service.run_page, methods=["GET"]),
    ]


def _viewer(_: Any) -> dict[str, Any]:
    return {"id": "1", "entity": "sandbox", "username": "sandbox", "flags": "{}", "teams": {"edges": []}}


def _basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"api:{key}".encode()).decode()
