"""REST payloads in the shapes that GitHub's own answers have."""

from typing import Any

from health_assets.sandbox.github.service import instant
from health_assets.sandbox.github.view import RunState
from health_assets.sandbox.github.world import Commit, Repository


def user(login: str, *, is_bot: bool = False) -> dict[str, Any]:
    """A simple user."""
    shown = f"{login.removesuffix('[bot]')}[bot]" if is_bot else login
    return {"login": shown, "id": len(login), "type": "Bot" if is_bot else "User", "site_admin": False}


def repository(world: Repository, *, base: str) -> dict[str, Any]:
    """A repository, as far as clients read it."""
    owner, _, name = world.full_name.partition("/")
    return {
        "id": world.repository_id,
        "node_id": node_id("R", world),
        "name": name,
        "full_name": world.full_name,
        "private": False,
        "fork": False,
        "owner": user(owner),
        "url": f"{base}/repos/{world.full_name}",
        "html_url": page(world, base=base),
        "default_branch": world.default_branch,
        "permissions": {"admin": False, "push": False, "pull": True},
    }


def _brief_repository(world: Repository, *, fork: bool) -> dict[str, Any]:
    owner, _, name = world.full_name.partition("/")
    owner = f"{owner}-fork" if fork else owner
    return {
        "id": world.repository_id + fork,
        "node_id": f"R_{world.repository_id + fork}",
        "name": name,
        "full_name": f"{owner}/{name}",
        "private": False,
        "fork": fork,
        "owner": user(owner),
    }


def workflow_run(world: Repository, state: RunState, *, base: str) -> dict[str, Any]:
    """A workflow run as listed, or one attempt of it."""
    run = state.run
    url = f"{base}/repos/{world.full_name}/actions/runs/{run.run_id}"
    head = None if run.from_fork is None else _brief_repository(world, fork=run.from_fork)
    return {
        "id": run.run_id,
        "name": run.name,
        "node_id": node_id("WFR", world, run.run_id),
        "head_branch": run.branch,
        "head_sha": run.head_sha,
        "path": run.path,
        "run_number": run.run_number,
        "event": run.event,
        "status": state.status,
        "conclusion": state.conclusion,
        "workflow_id": run.workflow_id,
        "check_suite_id": run.run_id,
        "check_suite_node_id": node_id("CS", world, run.run_id),
        "url": url,
        "html_url": f"{page(world, base=base)}/actions/runs/{run.run_id}",
        "pull_requests": [],
        "created_at": instant(run.created_at),
        "updated_at": instant(state.updated_at),
        "run_attempt": state.attempt,
        "run_started_at": instant(state.started_at),
        "jobs_url": f"{url}/jobs",
        "previous_attempt_url": f"{url}/attempts/{state.attempt - 1}" if state.attempt > 1 else None,
        "repository": _brief_repository(world, fork=False),
        "head_repository": head,
    }


def commit(world: Repository, fact: Commit, *, base: str) -> dict[str, Any]:
    """A single commit with stats and files; what is not known is left out."""
    login = fact.author_login
    person = {"name": fact.author_name or login, "email": fact.author_email, "date": instant(fact.committed_at)}
    body: dict[str, Any] = {
        "sha": fact.sha,
        "node_id": node_id("C", world, fact.sha),
        "commit": {"author": person, "committer": person, "message": fact.subject},
        "url": f"{base}/repos/{world.full_name}/commits/{fact.sha}",
        "html_url": f"{page(world, base=base)}/commit/{fact.sha}",
        "author": user(login, is_bot=fact.author_is_bot) if login else None,
        "parents": [],
    }
    if fact.additions is not None and fact.deletions is not None:
        total = fact.additions + fact.deletions
        body["stats"] = {"additions": fact.additions, "deletions": fact.deletions, "total": total}
    if fact.paths is not None:
        body["files"] = [{"filename": path, "status": "modified"} for path in fact.paths]
    return body


def page(world: Repository, *, base: str) -> str:
    """The address people open; on the sandbox itself unless the world names another."""
    return world.web_url or f"{base}/{world.full_name}"


def node_id(kind: str, world: Repository, *parts: object) -> str:
    """An id that `node` resolves; clients treat it as opaque."""
    return "_".join([kind, str(world.repository_id), *map(str, parts)])
