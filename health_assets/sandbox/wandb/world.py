"""The facts that the stand-in serves: projects of training runs, each as of an instant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from health_assets.model.time import iso

#: So long after the last heartbeat the service gives a silent run up.
CRASH_SILENCE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class TrainingRun:
    """A run. ended_at None: it goes on. outcome: its state once it is over; a crashed one looks alive a while longer.

    summary_text: what is served as the summary instead of the JSON of `summary`. deleted_at: since when it is gone.
    """

    run_id: str
    created_at: datetime
    ended_at: datetime | None = None
    outcome: str = "finished"
    name: str = ""
    group: str | None = None
    job_type: str | None = None
    sweep: str | None = None
    tags: Sequence[str] = ()
    gpu_count: int | None = None
    utilization: float | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    summary_text: str | None = None
    user: str | None = "ann"
    deleted_at: datetime | None = None

    def visible(self, now: datetime) -> bool:
        """Whether it is listed."""
        return self.created_at <= now and (self.deleted_at is None or now < self.deleted_at)

    def heartbeat_at(self, now: datetime) -> datetime:
        """Its last sign of life."""
        return now if self.ended_at is None else min(now, self.ended_at)

    def state(self, now: datetime) -> str:
        """What the service says of it."""
        delay = CRASH_SILENCE if self.outcome == "crashed" else timedelta(0)
        over = self.ended_at is not None and self.ended_at + delay <= now
        return self.outcome if over else "running"

    def facts(self, now: datetime) -> dict[str, Any]:
        """Its fields as of `now`, named as in the service's schema."""
        heartbeat = self.heartbeat_at(now)
        runtime = (heartbeat - self.created_at).total_seconds()
        summary = {"_runtime": runtime, "_wandb": {"runtime": int(runtime)}, **self.summary}
        gpus = range(self.gpu_count or 0)
        system = {} if self.utilization is None else {f"system.gpu.{gpu}.gpu": self.utilization for gpu in gpus}
        return {
            "id": f"run:{self.run_id}",
            "projectId": 1,
            "name": self.run_id,
            "displayName": self.name or self.run_id,
            "state": self.state(now),
            "group": self.group,
            "jobType": self.job_type,
            "sweepName": self.sweep,
            "tags": list(self.tags),
            "createdAt": iso(self.created_at),
            "heartbeatAt": iso(heartbeat),
            "config": "{}",
            "summaryMetrics": json.dumps(summary) if self.summary_text is None else self.summary_text,
            "systemMetrics": json.dumps(system),
            "historyLineCount": int(runtime // 60),
            "runInfo": None if self.gpu_count is None else {"gpuCount": self.gpu_count},
            "user": None if self.user is None else {"id": self.user, "name": self.user, "username": self.user},
        }


@dataclass(frozen=True, kw_only=True)
class Project:
    """The runs of entity/project `path`."""

    path: str
    runs: Sequence[TrainingRun] = ()
