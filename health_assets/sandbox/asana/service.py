"""The routes of the Asana stand-in: pages of compact objects with the fields asked for, as of the clock."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from health_assets.model.time import iso, parse_instant
from health_assets.sandbox.asana.world import Project, Task, Workspace

PREFIX = "/asana"
LARGEST_PAGE = 100
Payload = dict[str, Any]
Listing = Callable[[Request, datetime], Sequence[Payload]]


@dataclass
class Asana:
    """The state behind the routes: a workspace, which may be set while it is served, and the clock it is served as of.

    token: with one, requests without it are answered with 401.
    """

    workspace: Workspace
    clock: Callable[[], datetime]
    token: str = ""

    async def user(self, request: Request) -> Response:
        """GET /users/me."""
        return self._refusal(request) or JSONResponse({"data": {"gid": "1", "resource_type": "user"}})

    async def projects(self, request: Request) -> Response:
        """GET /projects?workspace=&archived=."""
        return self._page(request, self._projects)

    async def tasks(self, request: Request) -> Response:
        """GET /tasks?project=&completed_since=&modified_since=."""
        return self._page(request, self._tasks)

    async def task_counts(self, request: Request) -> Response:
        """GET /projects/{gid}/task_counts."""
        refused = self._refusal(request)
        if refused is not None:
            return refused
        now = self.now()
        tasks = self._project(request.path_params["gid"]).tasks_at(now)
        counts = {
            "num_tasks": len(tasks),
            "num_incomplete_tasks": sum(task.completed_by(now) is None for task in tasks),
        }
        asked = request.query_params.get("opt_fields", "").split(",")
        return JSONResponse({"data": {name: count for name, count in counts.items() if name in asked}})

    def now(self) -> datetime:
        """The clock's instant in UTC."""
        return self.clock().astimezone(UTC)

    def _projects(self, request: Request, now: datetime) -> list[Payload]:
        if request.query_params.get("workspace") != self.workspace.gid:
            raise HTTPException(404, f"workspace: Unknown object: {request.query_params.get('workspace')}")
        archived = request.query_params.get("archived")
        if archived not in (None, "true", "false"):
            raise HTTPException(400, f"archived: Value is not a boolean: {archived}")
        shown = [one for one in self.workspace.projects if archived in (None, str(one.archived).lower())]
        return [_project(one, now) for one in shown]

    def _tasks(self, request: Request, now: datetime) -> list[Payload]:
        project = self._project(request.query_params.get("project", ""))
        completed_since, modified_since = (
            parse_instant(text) if (text := request.query_params.get(name)) else None
            for name in ("completed_since", "modified_since")
        )
        return [
            _task(task, project, now)
            for task in project.tasks_at(now)
            if _is_since(task.completed_by(now), completed_since) and _is_since(task.modified_at(now), modified_since)
        ]

    def _project(self, gid: str) -> Project:
        found = {project.gid: project for project in self.workspace.projects}.get(gid)
        if found is None:
            raise HTTPException(404, f"project: Unknown object: {gid}")
        return found

    def _page(self, request: Request, listing: Listing) -> Response:
        refused = self._refusal(request)
        if refused is not None:
            return refused
        try:
            # pages do not shift: each shows the state that the first one was taken from
            at, start = _from_offset(request.query_params.get("offset", "")) or (self.now(), 0)
            limit = int(request.query_params.get("limit", LARGEST_PAGE))
            if not 1 <= limit <= LARGEST_PAGE:
                raise HTTPException(400, "limit: Must be between 1 and 100")
            items = listing(request, at)
        except HTTPException as error:
            return JSONResponse(problem(error.detail), status_code=error.status_code)
        end = start + limit
        fields = request.query_params.get("opt_fields", "name").split(",")
        following = {"offset": _offset(at, end)} if end < len(items) else None
        return JSONResponse({"data": [_selected(item, fields) for item in items[start:end]], "next_page": following})

    def _refusal(self, request: Request) -> Response | None:
        if not self.token or request.headers.get("authorization") == f"Bearer {self.token}":
            return None
        return JSONResponse(problem("Not Authorized"), status_code=401)


def routes(service: Asana, *, prefix: str = PREFIX) -> list[BaseRoute]:
    """The routes of one workspace behind `prefix`."""
    return [
        Route(f"{prefix}/users/me", service.user),
        Route(f"{prefix}/projects", service.projects),
        Route(f"{prefix}/projects/{{gid}}/task_counts", service.task_counts),
        Route(f"{prefix}/tasks", service.tasks),
    ]


def problem(message: str) -> dict[str, Any]:
    """The body of a refused request."""
    return {"errors": [{"message": message, "help": "For more information on API status codes, read the docs."}]}


def _is_since(instant: datetime | None, since: datetime | None) -> bool:
    return instant is None or since is None or instant >= since


def _offset(at: datetime, start: int) -> str:
    return base64.urlsafe_b64encode(f"{iso(at)}|{start}".encode()).decode()


def _from_offset(offset: str) -> tuple[datetime, int] | None:
    if not offset:
        return None
    at, _, start = base64.urlsafe_b64decode(offset).decode().partition("|")
    return parse_instant(at), int(start)


def _project(project: Project, now: datetime) -> Payload:
    status = project.status_at(now)
    return {
        "gid": project.gid,
        "name": project.name,
        "archived": project.archived,
        "permalink_url": f"https://app.asana.com/0/{project.gid}",
        "current_status_update": None if status is None else {"gid": "1", "status_type": status},
    }


def _task(task: Task, project: Project, now: datetime) -> Payload:
    completed = task.completed_by(now)
    elsewhere = {"project": {"gid": "1"}, "section": {"gid": "2", "name": "Elsewhere"}}
    here = {"project": {"gid": project.gid}, "section": {"gid": "3", "name": task.section_at(now)}}
    return {
        "gid": task.gid,
        "name": task.name,
        "permalink_url": f"https://app.asana.com/0/{project.gid}/{task.gid}",
        "created_at": _instant(task.created_at),
        "completed": completed is not None,
        "completed_at": None if completed is None else _instant(completed),
        "modified_at": _instant(task.modified_at(now)),
        "memberships": [elsewhere, here],
    }


def _selected(value: Any, fields: Sequence[str]) -> Any:
    """An object's gid and the fields asked for; `a.b` asks for b of the object, or of each object of the list, at a."""
    if isinstance(value, list):
        return [_selected(one, fields) for one in value]
    if not isinstance(value, Mapping):
        return value
    shown: Payload = {"gid": value["gid"]} if "gid" in value else {}
    for name in {field.partition(".")[0] for field in fields} & value.keys():
        inner = [rest for field in fields for first, _, rest in [field.partition(".")] if first == name and rest]
        shown[name] = _selected(value[name], inner) if inner else value[name]
    return shown


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
