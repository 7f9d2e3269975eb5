"""A small world and shortcuts that the sandbox's tests share."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from health_assets.sandbox.github.world import (
    Actor,
    Attempt,
    Branch,
    CheckRun,
    Closure,
    Comment,
    Commit,
    Issue,
    Label,
    PullRequest,
    Repository,
    Review,
    Status,
    WorkflowRun,
)

NAME = "acme/rocket"
T = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOT = Actor("ann"), Actor("tidy", is_bot=True)

PULL = PullRequest(
    number=1,
    title="Add a loader",
    created_at=T - 10 * HOUR,
    author=ANN,
    head_sha="a" * 40,
    merged_at=T,
    closures=(Closure(T - 8 * HOUR, T - 7 * HOUR),),
    labels=(Label("hotfix", T - 9 * HOUR, T - 2 * HOUR), Label("infra", T - HOUR)),
    reviews=(Review(T - 6 * HOUR, BOT, 2), Review(T - 3 * HOUR, ANN, 1, "APPROVED")),
    comments=(Comment(T - 5 * HOUR, ANN),),
    checks=(
        CheckRun("tests", T - 4 * HOUR, T - 3 * HOUR, "failure"),
        CheckRun("tests", T - 2 * HOUR, T - HOUR, "success"),
    ),
    statuses=(Status("deploy", "success", T - 4 * HOUR),),
    paths=("core/a.py", "core/b.py"),
)
ISSUE = Issue(
    number=2,
    title="Loss is NaN",
    created_at=T - 20 * HOUR,
    author=ANN,
    closures=(Closure(T - 2 * HOUR),),
    labels=(Label("bug", T - 19 * HOUR),),
    comments=(Comment(T - 18 * HOUR, BOT),),
)
COMMIT = Commit(
    sha="c" * 40,
    committed_at=T,
    subject="Add a loader (#1)",
    author_login="ann",
    additions=10,
    deletions=4,
    paths=("core/a.py",),
    pull_request=1,
)
OLDER = replace(COMMIT, sha="d" * 40, committed_at=T - 30 * HOUR, pull_request=None)
RERUN = WorkflowRun(
    run_id=71,
    created_at=T - 5 * HOUR,
    attempts=(
        Attempt(T - 5 * HOUR, T - 4 * HOUR, "failure"),
        Attempt(T - 2 * HOUR, T - HOUR, "success"),
    ),
    head_sha=COMMIT.sha,
)
TIMED_OUT = replace(
    RERUN,
    run_id=72,
    attempts=(Attempt(T - 5 * HOUR, T - HOUR, "cancelled", timed_out=True),),
    branch="topic",
    event="pull_request",
    from_fork=True,
)
WORLD = Repository(
    full_name=NAME,
    pulls=(PULL,),
    issues=(ISSUE,),
    commits=(OLDER, COMMIT),
    runs=(RERUN, TIMED_OUT),
    branches=(Branch("topic", T - 9 * HOUR, T - HOUR), Branch("try", T - 9 * HOUR)),
)

Ask = Callable[..., Any]


def many_runs(count: int) -> Repository:
    """Runs a minute apart, the newest created at T."""
    made = []
    for index in range(count):
        created = T - timedelta(minutes=index)
        made.append(replace(RERUN, run_id=1000 + index, created_at=created, attempts=(Attempt(created),)))
    return Repository(full_name=NAME, runs=tuple(made))


def runs_of(client: httpx.Client, **query: str | int) -> dict[str, Any]:
    """The listing of workflow runs."""
    answer = client.get(f"/repos/{NAME}/actions/runs", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def graphql(client: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    """The body of a GraphQL answer."""
    answer = client.post("/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200, answer.text
    return answer.json()


def pull_field(client: httpx.Client, selection: str) -> Any:
    """What the selection of pull request 1 comes to, without errors."""
    body = graphql(client, f'{{repository(owner:"acme",name:"rocket"){{pullRequest(number:1){{{selection}}}}}}}')
    assert "errors" not in body, body
    return body["data"]["repository"]["pullRequest"]
