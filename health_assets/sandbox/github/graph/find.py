"""Objects by node id, as `node` and `nodes` ask for them."""

from health_assets.sandbox.github import view
from health_assets.sandbox.github.graph.change import HEAD_KEY, CommitNode, HeadCommitNode, PullRequestNode
from health_assets.sandbox.github.graph.checks import CheckRunNode, CheckSuiteNode, WorkflowRunNode
from health_assets.sandbox.github.graph.item import IssueNode
from health_assets.sandbox.github.graph.node import Node, Scope
from health_assets.sandbox.github.world import PullRequest


def find_node(scope: Scope, kind: str, key: str) -> Node | None:
    """The object with that id inside the scope's repository, None when there is none yet.

    kind and key are the parts of an id made by Scope.id: PR and I by number, WFR and CS by run id, C and SCR by sha,
    CR by its suite's or commit's key; a pull request's head commit and what hangs on it by "pull<number>".
    """
    if kind == "PR":
        pull = _pull(scope, key)
        return PullRequestNode(scope, pull) if pull else None
    if kind == "I":
        issue = scope.world.issue_by_number.get(_number(key))
        return IssueNode(scope, issue) if issue and issue.created_at <= scope.at else None
    if kind == "WFR":
        return _run(scope, key)
    if kind == "C":
        return _commit(scope, key)
    if kind == "CS":
        return _suite(scope, key)
    if kind == "SCR":
        commit = _commit(scope, key)
        return commit.status_check_rollup if commit else None
    return _check_run(scope, key) if kind == "CR" else None


def _number(key: str) -> int:
    return int(key) if key.isdigit() else -1


def _pull(scope: Scope, key: str) -> PullRequest | None:
    pull = scope.world.pull_by_number.get(_number(key))
    return pull if pull and pull.created_at <= scope.at else None


def _run(scope: Scope, key: str) -> WorkflowRunNode | None:
    run = scope.world.run_by_id.get(_number(key))
    state = view.run_state(run, at=scope.at) if run else None
    return WorkflowRunNode(scope, state) if state else None


def _commit(scope: Scope, key: str) -> CommitNode | None:
    if key.startswith(HEAD_KEY):
        pull = _pull(scope, key.removeprefix(HEAD_KEY))
        return HeadCommitNode(scope, pull) if pull else None
    fact = scope.world.commit_by_sha.get(key)
    return CommitNode(scope, fact) if fact and fact.visible_at <= scope.at else None


def _suite(scope: Scope, key: str) -> CheckSuiteNode | None:
    if key.startswith(HEAD_KEY):
        commit = _commit(scope, key)
        return next(iter(commit.suites()), None) if commit else None
    run = _run(scope, key)
    return run.check_suite if run else None


def _check_run(scope: Scope, key: str) -> CheckRunNode | None:
    owner = key.partition("_")[0]
    commit, run = _commit(scope, owner), _run(scope, owner)
    nodes = commit.check_nodes() if commit else run.check_suite.check_nodes(every=True) if run else []
    return next((node for node in nodes if node.id == scope.id("CR", key)), None)
