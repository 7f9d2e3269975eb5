"""Check runs, their rollup, check suites and workflow runs.

GraphQL's WorkflowRun has no conclusion and no attempt; what it knows of them is in its check suite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from health_assets.sandbox.github import view
from health_assets.sandbox.github.graph.connection import Connection
from health_assets.sandbox.github.graph.node import Node, Scope
from health_assets.sandbox.github.world import CheckRun, Status


@dataclass(frozen=True)
class AnnotationNode:
    """An annotation of a check run."""

    message: str
    title: str | None = None
    annotation_level: str = "FAILURE"


@dataclass(frozen=True)
class StatusNode:
    """A commit status."""

    id: str
    context: str
    state: str
    created_at: datetime
    typename: ClassVar[str] = "StatusContext"


class CheckRunNode(Node):
    """A check run that view.check_at has already cut at the scope's instant."""

    typename = "CheckRun"

    def __init__(self, scope: Scope, check: CheckRun, *, owner: str) -> None:
        super().__init__(scope)
        self.id = scope.id("CR", owner, int(check.started_at.timestamp()), check.name)
        self.url = scope.url("runs", self.id)
        self.database_id = None
        self.name = check.name
        self.started_at = check.started_at
        self.completed_at = check.completed_at
        self.conclusion = check.conclusion.upper() if check.conclusion else None
        self.status = "COMPLETED" if check.completed_at else "IN_PROGRESS"
        self._annotations = check.annotations

    def annotations(self, **arguments: Any) -> Connection:
        """What the check run says about its end."""
        return self.connection("annotations", self._annotations, AnnotationNode, arguments)


class RollupNode(Node):
    """The combined state of a commit's newest checks; `owner` tells apart the ids of different commits."""

    typename = "StatusCheckRollup"

    def __init__(self, scope: Scope, checks: Sequence[CheckRun], statuses: Sequence[Status], *, owner: str) -> None:
        super().__init__(scope)
        latest = view.latest_by_name(checks)
        self._contexts = [*latest, *statuses]
        self._owner = owner
        self.id = scope.id("SCR", owner)
        self.state = view.rollup_state(latest, statuses)

    def contexts(self, **arguments: Any) -> Connection:
        """Newest check run of each name and newest status of each context."""
        return self.connection("contexts", self._contexts, self._context, arguments)

    def _context(self, fact: CheckRun | Status) -> CheckRunNode | StatusNode:
        if isinstance(fact, CheckRun):
            return CheckRunNode(self.scope, fact, owner=self._owner)
        name = self.scope.id("SC", self._owner, fact.context, int(fact.at.timestamp()))
        return StatusNode(name, fact.context, fact.state.upper(), fact.at)


class CheckSuiteNode(Node):
    """Check runs that belong together: those of a workflow run, or all of a pull request's head commit."""

    typename = "CheckSuite"

    def __init__(
        self, scope: Scope, checks: Sequence[CheckRun], *, owner: str, state: view.RunState | None = None
    ) -> None:
        super().__init__(scope)
        self._checks, self._owner, self._state = checks, owner, state
        self.id = scope.id("CS", owner)
        self.database_id = state.run.run_id if state else None
        latest = view.latest_by_name(checks)
        done = state.status.lower() == "completed" if state else all(check.completed_at for check in latest)
        outcome = state.conclusion if state else view.rollup_state(latest, ())
        self.status = "COMPLETED" if done else "IN_PROGRESS"
        self.conclusion = outcome.upper() if done and outcome else None
        instants = [instant for check in checks for instant in (check.started_at, check.completed_at) if instant]
        self.created_at = state.run.created_at if state else min(instants)
        self.updated_at = state.updated_at if state else max(instants)

    @property
    def workflow_run(self) -> "WorkflowRunNode | None":
        """The run it belongs to."""
        return WorkflowRunNode(self.scope, self._state) if self._state else None

    def check_runs(self, filter_by: dict[str, Any] | None = None, **arguments: Any) -> Connection:
        """Check runs of the newest attempt, or of every attempt with checkType ALL."""
        wanted = filter_by or {}
        nodes = self.check_nodes(every=wanted.get("checkType") == "ALL")
        return self.connection(
            "checkRuns", [node for node in nodes if _matches(node, wanted)], lambda node: node, arguments
        )

    def check_nodes(self, *, every: bool) -> list[CheckRunNode]:
        """All check runs, or the newest of each name."""
        kept = self._checks if every else view.latest_by_name(self._checks)
        return [CheckRunNode(self.scope, check, owner=self._owner) for check in kept]


def _matches(node: CheckRunNode, wanted: dict[str, Any]) -> bool:
    statuses = [*wanted.get("statuses", ()), *([wanted["status"]] if wanted.get("status") else ())]
    return (
        wanted.get("checkName") in (None, node.name)
        and (not statuses or node.status in statuses)
        and (not wanted.get("conclusions") or node.conclusion in wanted["conclusions"])
    )


class WorkflowNode(Node):
    """What runs, without its runs."""

    typename = "Workflow"

    def __init__(self, scope: Scope, *, number: int, name: str) -> None:
        super().__init__(scope)
        self.id = scope.id("W", number)
        self.name = name


class WorkflowRunNode(Node):
    """A workflow run as far as GraphQL knows it."""

    typename = "WorkflowRun"

    def __init__(self, scope: Scope, state: view.RunState) -> None:
        super().__init__(scope)
        run = state.run
        self._state = state
        self.id = scope.id("WFR", run.run_id)
        self.database_id = run.run_id if run.run_id < 2**31 else None
        self.created_at = run.created_at
        self.updated_at = state.updated_at
        self.event = run.event
        self.run_number = run.run_number
        self.url = scope.url("actions/runs", run.run_id)

    @property
    def workflow(self) -> WorkflowNode:
        """The workflow that ran; GitHub gives the file's path where a workflow has no name."""
        run = self._state.run
        return WorkflowNode(self.scope, number=run.workflow_id, name=run.name or run.path)

    @property
    def check_suite(self) -> CheckSuiteNode:
        """The one check suite that all attempts share."""
        return suite_of_run(self.scope, self._state)


def suite_of_run(scope: Scope, state: view.RunState) -> CheckSuiteNode:
    """The check suite of a workflow run with the check runs of every attempt begun so far."""
    attempts = state.run.attempts[: state.attempt]
    checks = [job for attempt in attempts for job in view.jobs_of(state.run, attempt)]
    begun = view.checks_at(checks, at=scope.at)
    return CheckSuiteNode(scope, begun, owner=str(state.run.run_id), state=state)
