"""REST routes: repository, workflow runs and their attempts, commits, quota, user, installation tokens.

A listing with any filter shows at most its first 1,000 results, however many total_count says, as GitHub's does.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from health_assets.model.time import parse_instant
from health_assets.sandbox.github import payload
from health_assets.sandbox.github.service import GitHub, instant, problem
from health_assets.sandbox.github.view import RunState, attempt_state, run_state
from health_assets.sandbox.github.world import Repository, WorkflowRun

FILTERED_LIMIT = 1000
FILES_PER_PAGE = 300
FILTERS = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")
TOKEN_LIFETIME = timedelta(hours=1)

Answer = tuple[Any, int, dict[str, str]]
Handler = Callable[[Request, Repository], Answer]


def routes(github: GitHub) -> list[Route]:
    """All REST routes of `github`."""
    repo = "/repos/{owner}/{name}"

    def scoped(path: str, handler: Handler) -> Route:
        return Route(repo + path, _guarded(github, handler), methods=["GET"])

    def show(request: Request, world: Repository) -> Answer:
        return payload.repository(world, base=_base(request)), 200, {}

    def list_runs(request: Request, world: Repository) -> Answer:
        return _runs(request, world, now=github.now())

    def show_run(request: Request, world: Repository) -> Answer:
        return _run(request, world, now=github.now())

    def show_commit(request: Request, world: Repository) -> Answer:
        return _commit(request, world, now=github.now())

    return [
        scoped("", show),
        scoped("/actions/runs", list_runs),
        scoped("/actions/runs/{run_id:int}", show_run),
        scoped("/actions/runs/{run_id:int}/attempts/{attempt:int}", show_run),
        scoped("/commits/{sha}", show_commit),
        Route("/rate_limit", _rate_limit(github), methods=["GET"]),
        Route("/user", _user(github), methods=["GET"]),
        Route("/app/installations/{installation}/access_tokens", _access_token(github), methods=["POST"]),
    ]


def _guarded(github: GitHub, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        refusal = github.refusal(request)
        if refusal is not None:
            return refusal
        world = github.repository("{owner}/{name}".format(**request.path_params))
        body, status, headers = _missing() if world is None else handler(request, world)
        return github.answer(request, body, status=status, headers=headers)

    return endpoint


def _missing() -> Answer:
    return problem("Not Found", status=404), 404, {}


def _invalid(what: str) -> Answer:
    return problem(f"Validation Failed: {what}", status=422), 422, {}


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _runs(request: Request, world: Repository, *, now: datetime) -> Answer:
    query = request.query_params
    try:
        start, end = created_window(query.get("created"))
        size, number = min(int(query.get("per_page", 30)), 100), max(int(query.get("page", 1)), 1)
    except ValueError as error:
        return _invalid(str(error))
    kept = [
        state
        for run in world.newest_runs
        if start <= run.created_at < end and _wanted(run, query) and (state := run_state(run, at=now)) is not None
    ]
    if wanted := query.get("status"):
        kept = [state for state in kept if wanted in (state.status, state.conclusion)]
    filtered = any(name in query for name in FILTERS)
    reachable = kept[:FILTERED_LIMIT] if filtered else kept
    shown = reachable[(number - 1) * size : number * size]
    base = _base(request)
    body = {
        "total_count": len(kept),
        "workflow_runs": [payload.workflow_run(world, state, base=base) for state in shown],
    }
    return body, 200, _link(request, number=number, pages=-(-len(reachable) // size))


def _wanted(run: WorkflowRun, query: Any) -> bool:
    return all(
        query.get(name, value) == value
        for name, value in (("branch", run.branch), ("event", run.event), ("head_sha", run.head_sha))
    )


def created_window(text: str | None) -> tuple[datetime, datetime]:
    """[start, end) of a `created` filter: A..B, >=A, >A, <=B, <B, *..B, A..* or A; instants or dates, UTC.

    Instants have whole seconds, so that an inclusive end B is an exclusive one a second later, or a day for a date.
    Raises ValueError on anything else.
    """
    start, end = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if not text:
        return start, end
    if ".." in text:
        first, last = text.split("..")
        return (start if first == "*" else _moment(first)[0], end if last == "*" else _moment(last)[1])
    for sign in (">=", "<=", ">", "<"):
        if text.startswith(sign):
            begins, ends = _moment(text.removeprefix(sign))
            return {">=": (begins, end), ">": (ends, end), "<=": (start, ends), "<": (start, begins)}[sign]
    return _moment(text)


def _moment(text: str) -> tuple[datetime, datetime]:
    if "T" in text:
        begins = parse_instant(text)
        return begins, begins + timedelta(seconds=1)
    begins = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return begins, begins + timedelta(days=1)


def _link(request: Request, *, number: int, pages: int) -> dict[str, str]:
    wanted = {"prev": number - 1, "next": number + 1, "last": pages, "first": 1}
    if number >= pages:
        wanted = {name: target for name, target in wanted.items() if name in ("prev", "first")}
    if number == 1:
        wanted = {name: target for name, target in wanted.items() if name in ("next", "last")}

    def address(target: int) -> str:
        query = {**request.query_params, "page": target}
        return f"{_base(request)}{request.url.path}?{urlencode(query)}"

    links = ", ".join(f'<{address(target)}>; rel="{name}"' for name, target in wanted.items())
    return {"Link": links} if links else {}


def _run(request: Request, world: Repository, *, now: datetime) -> Answer:
    run = world.run_by_id.get(request.path_params["run_id"])
    listed = run_state(run, at=now) if run is not None else None
    if run is None or listed is None:
        return _missing()
    number = request.path_params.get("attempt", listed.attempt)
    if not 1 <= number <= listed.attempt or not (run.attempts[number - 1].recorded or number == listed.attempt):
        return _missing()
    state: RunState = attempt_state(run, number, at=now)
    return payload.workflow_run(world, state, base=_base(request)), 200, {}


def _commit(request: Request, world: Repository, *, now: datetime) -> Answer:
    fact = world.commit_by_sha.get(request.path_params["sha"])
    if fact is None or fact.visible_at > now:
        return problem(f"No commit found for SHA: {request.path_params['sha']}", status=422), 422, {}
    number = int(request.query_params.get("page", 1))
    body = payload.commit(world, fact, base=_base(request))
    pages = -(-len(fact.paths or ()) // FILES_PER_PAGE)
    if "files" in body:
        body["files"] = body["files"][(number - 1) * FILES_PER_PAGE : number * FILES_PER_PAGE]
    return body, 200, _link(request, number=number, pages=pages)


def _rate_limit(github: GitHub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        resources = {"core": github.core.payload(), "graphql": github.graphql.payload()}
        body = {"resources": resources, "rate": github.core.payload()}
        return github.refusal(request) or github.answer(request, body)

    return endpoint


def _user(github: GitHub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return github.refusal(request) or github.answer(request, payload.user("sandbox"))

    return endpoint


def _access_token(github: GitHub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        # the real clock, even in a replay: the client renews a token that its own clock calls expired
        expires = datetime.now(UTC) + TOKEN_LIFETIME
        body = {
            "token": f"sandbox-installation-{request.path_params['installation']}",
            "expires_at": instant(expires),
            "permissions": {"actions": "read", "contents": "read", "issues": "read", "pull_requests": "read"},
            "repository_selection": "selected",
        }
        return github.refusal(request) or github.answer(request, body, status=201)

    return endpoint
