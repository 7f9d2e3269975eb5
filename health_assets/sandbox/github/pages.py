"""What a person sees who follows a link of the demo: a plain page that says what stands in for GitHub's."""

from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from health_assets.sandbox.github import view
from health_assets.sandbox.github.service import GitHub, instant, problem
from health_assets.sandbox.github.world import Repository

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:40rem;padding:0 1rem}}</style>
<h1>{title}</h1><p>{text}</p><p><small>The sandbox stands in for GitHub here; as of {now}.</small></p></html>"""


def routes(github: GitHub) -> list[Route]:
    """Pages of repositories and what is in them, and GitHub's JSON 404 for every other path."""
    return [
        Route("/{owner}/{name}", _page(github), methods=["GET"]),
        Route("/{owner}/{name}/{kind:path}/{key}", _page(github), methods=["GET"]),
        Route("/{path:path}", _nothing(github), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]


def _page(github: GitHub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        parts = request.path_params
        world = github.repository(f"{parts['owner']}/{parts['name']}")
        if world is None:
            return github.answer(request, problem("Not Found", status=404), status=404)
        title = " ".join([world.full_name, *(parts[name] for name in ("kind", "key") if name in parts)])
        text = _text(github, world, kind=parts.get("kind", ""), key=parts.get("key", ""))
        return HTMLResponse(_PAGE.format(title=escape(title), text=escape(text), now=instant(github.now())))

    return endpoint


def _text(github: GitHub, world: Repository, *, kind: str, key: str) -> str:
    """One line about the fact behind a link."""
    now, number = github.now(), int(key) if key.isdigit() else -1
    item = world.pull_by_number.get(number) if kind == "pull" else world.issue_by_number.get(number)
    if kind in ("pull", "issues") and item is not None and item.created_at <= now:
        return f"{item.title}: {view.state(item, at=now).lower()}, opened {instant(item.created_at)}"
    run = world.run_by_id.get(number) if kind == "actions/runs" else None
    state = view.run_state(run, at=now) if run else None
    if state is not None:
        return f"{state.run.name}, attempt {state.attempt}: {state.conclusion or state.status}"
    commit = world.commit_by_sha.get(key) if kind == "commit" else None
    return commit.subject if commit is not None and commit.visible_at <= now else "Nothing is known about it."


def _nothing(github: GitHub) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return github.answer(request, problem("Not Found", status=404), status=404)

    return endpoint
