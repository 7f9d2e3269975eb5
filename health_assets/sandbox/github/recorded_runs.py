"""Recorded workflow runs and jobs -> facts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from health_assets.sandbox.github.recorded_rows import Payload, Rows, optional, required
from health_assets.sandbox.github.world import Attempt, CheckRun, WorkflowRun


def workflow_runs(rows: Rows) -> list[WorkflowRun]:
    """Runs with the attempts that were recorded; of earlier ones it is only known that they were."""
    jobs: dict[tuple[int, int], tuple[CheckRun, ...]] = defaultdict(tuple)
    for key, job in rows.read("workflow_jobs", _job):
        jobs[key] += (job,)
    attempts: dict[int, dict[int, Attempt]] = defaultdict(dict)
    runs: dict[int, WorkflowRun] = {}
    for run, number, attempt in rows.read("workflow_runs", _run):
        kept = attempts[run.run_id].get(number)
        if kept is None or (attempt.completed_at or attempt.started_at) >= (kept.completed_at or kept.started_at):
            attempts[run.run_id][number] = replace(attempt, jobs=jobs[run.run_id, number])
        if number == max(attempts[run.run_id]):
            runs[run.run_id] = run
    return [replace(run, attempts=_whole(run, attempts[name])) for name, run in runs.items()]


def _whole(run: WorkflowRun, recorded: Mapping[int, Attempt]) -> tuple[Attempt, ...]:
    unknown = Attempt(run.created_at, recorded=False)
    return tuple(recorded.get(number, unknown) for number in range(1, max(recorded) + 1))


def _run(row: Payload) -> tuple[WorkflowRun, int, Attempt]:
    home, head = row.get("repository") or {}, row.get("head_repository", {})
    created = required(row, "created_at")
    run = WorkflowRun(
        run_id=int(row["id"]),
        created_at=created,
        attempts=(),
        workflow_id=int(row.get("workflow_id") or 0),
        name=row.get("name"),
        path=row.get("path") or "",
        event=row.get("event") or "",
        branch=row.get("head_branch"),
        from_fork=None if head is None else bool(head and head.get("id") != home.get("id")),
        head_sha=row.get("head_sha") or "",
        run_number=int(row.get("run_number") or 0),
    )
    attempt = Attempt(
        started_at=optional(row, "run_started_at") or created,
        completed_at=required(row, "updated_at"),
        conclusion=row.get("conclusion"),
        status=str(row["status"]),
    )
    return run, int(row.get("run_attempt") or 1), attempt


def _job(row: Payload) -> tuple[tuple[int, int], CheckRun]:
    check = CheckRun(
        str(row["name"]), required(row, "started_at"), optional(row, "completed_at"), row.get("conclusion")
    )
    return (int(row["run_id"]), int(row.get("run_attempt") or 1)), check
