"""The API server's routes: health, submitting a read, waiting for its result.

A read is worked out when it is submitted; the newest results are kept. Failures come as the real server sends them:
HTTP 500 whose detail holds an error with type, message and a pickled object, here bytes that nobody may load.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from health_assets.sandbox.skypilot.world import Job, World, cluster_row, has, job_row

PREFIX = "/skypilot"
REQUEST_ID = "X-Skypilot-Request-ID"
STUCK_POLL_SECONDS = 0.05
RESULTS_KEPT = 100
FORCED_FIELDS = frozenset({"job_id", "task_id", "status"})
FINAL = ("SUCCEEDED", "CANCELLED", "FAILED")

Body = Mapping[str, Any]


@dataclass
class ApiServer:
    """The state behind the routes.

    token: what a caller must bring, None = nothing. stuck: submitted reads stay PENDING. controller_stopped: the jobs
    controller is down, as it is a while after its last job. api_version: below 54 the filter by time is ignored.
    """

    world: World
    clock: Callable[[], datetime]
    token: str | None = None
    stuck: bool = False
    controller_stopped: bool = False
    api_version: int = 62
    results: dict[str, Any] = field(default_factory=dict)

    def now(self) -> datetime:
        """The clock's instant in UTC."""
        return self.clock().astimezone(UTC)

    def queue(self, body: Body) -> Any:
        """The page of jobs that a body asks for; jobs are counted and paged with all their tasks."""
        if self.controller_stopped:
            raise RequestError("ClusterNotUpError", "No in-progress managed jobs.")
        if body.get("page") is not None and body.get("limit") is None:
            raise RequestError("ValueError", "Limit must be specified when page is specified")
        now = self.now()
        rows = [job_row(self.world, job, at=now) for job in self.world.jobs if has(job.created_at, now)]
        kept = [row for row in rows if self._is_wanted(row, body)]
        ids = sorted({row["job_id"] for row in kept}, reverse=body.get("sort_order") != "asc")
        limit, page = body.get("limit") or len(ids), body.get("page") or 1
        shown = ids[(page - 1) * limit : page * limit]
        place = {job_id: index for index, job_id in enumerate(shown)}
        listed = sorted(
            # as in the real server, a page brings all tasks of its jobs, whether the filter by time keeps them or not
            (row for row in rows if row["job_id"] in place),
            key=lambda row: (place[row["job_id"]], row["task_id"]),
        )
        fields = FORCED_FIELDS | set(body.get("fields") or (listed[0] if listed else ()))
        return {
            "jobs": [{name: value for name, value in row.items() if name in fields} for row in listed],
            "total": len(ids),
            "total_no_filter": len({row["job_id"] for row in rows}),
            "status_counts": {},
            "infra_options": [],
        }

    def clusters(self, body: Body) -> Any:
        """The clusters; with their credentials unless the caller refuses them, as the real server does."""
        now = self.now()
        shown = [c for c in self.world.clusters if has(c.launched_at, now) and not has(c.gone_at, now)]
        rows = [cluster_row(cluster, at=now) for cluster in shown]
        secret = {"credentials": {"ssh_user": "nobody"}} if body.get("include_credentials", True) else {}
        handle = {"handle": "pickle"} if body.get("include_handle", True) else {}
        return [{**row, **secret, **handle} for row in rows]

    def refusal(self, request: Request) -> Response | None:
        """A 401 when the credentials are to be refused, else None."""
        brought = request.headers.get("authorization", "")
        if self.token is None or brought == f"Bearer {self.token}":
            return None
        return JSONResponse({"detail": "Authentication required"}, status_code=401)

    def job(self, job_id: int) -> Job | None:
        """The first task of a job."""
        return next((job for job in self.world.jobs if job.job_id == job_id), None)

    def _is_wanted(self, row: Body, body: Body) -> bool:
        final = row["status"].startswith(FINAL)
        if body.get("job_ids") is not None and row["job_id"] not in body["job_ids"]:
            return False
        if body.get("skip_finished") and final:
            return False
        after = body.get("submitted_after") if self.api_version >= 54 else None
        if after is None:
            return True
        submitted = row["submitted_at"]
        return not final if submitted is None else bool(submitted >= after)


class RequestError(Exception):
    """A read that fails on the server: the type and message of the exception there."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def routes(server: ApiServer, *, prefix: str = PREFIX) -> list[BaseRoute]:
    """All routes of `server` below `prefix`."""

    async def health(request: Request) -> Response:
        signed_in = server.refusal(request) is None
        body = {
            "status": "healthy" if signed_in else "needs_auth",
            "api_version": str(server.api_version),
            "version": "0.14.1",
        }
        return JSONResponse(body)

    async def page(request: Request) -> Response:
        job = server.job(request.path_params["job_id"])
        said = "no such job" if job is None else f"managed job {job.job_id} of the sandbox"
        return PlainTextResponse(said, status_code=404 if job is None else 200)

    return [
        Mount(
            prefix,
            routes=[
                Route("/api/health", health),
                Route("/api/get", _wait(server)),
                Route("/jobs/queue/v2", _submit(server, "jobs.queue_v2", server.queue), methods=["POST"]),
                Route("/status", _submit(server, "status", server.clusters), methods=["POST"]),
                Route("/dashboard/jobs/{job_id:int}", page),
            ],
        )
    ]


def _submit(server: ApiServer, name: str, work: Callable[[Body], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        if refusal := server.refusal(request):
            return refusal
        request_id = str(uuid.uuid4())
        server.results[request_id] = _worked_out(request_id, name, work, await request.json())
        for oldest in list(server.results)[:-RESULTS_KEPT]:
            del server.results[oldest]
        return JSONResponse(None, headers={REQUEST_ID: request_id})

    return endpoint


def _worked_out(request_id: str, name: str, work: Callable[[Body], Any], body: Body) -> dict[str, Any]:
    answer = {"request_id": request_id, "name": name, "status": "SUCCEEDED", "return_value": "null", "error": "null"}
    try:
        return {**answer, "return_value": json.dumps(work(body))}
    except RequestError as error:
        failure = {"object": "gASVjust-bytes", "type": error.kind, "message": str(error)}
        return {**answer, "status": "FAILED", "error": json.dumps(failure)}


def _wait(server: ApiServer) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        if refusal := server.refusal(request):
            return refusal
        while server.stuck:
            await asyncio.sleep(STUCK_POLL_SECONDS)
        request_id = request.query_params.get("request_id", "")
        result = server.results.get(request_id)
        if result is None:
            return JSONResponse({"detail": f"Request {request_id!r} not found"}, status_code=404)
        if result["status"] == "FAILED":
            return JSONResponse({"detail": result}, status_code=500)
        return JSONResponse(result)

    return endpoint
