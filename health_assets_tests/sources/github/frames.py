"""Frames of GitHub records as the store returns them, and measures by name, for the tests of the measures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from health_assets.model.metric import Measurement, Metric
from health_assets.model.record import Column, RecordKind
from health_assets.model.time import day_at, iso
from health_assets.sources.github.metrics import FAMILIES
from health_assets.sources.github.records import KINDS
from health_assets.sources.view import View

T = datetime(2026, 3, 10, tzinfo=UTC)
METRICS: Mapping[str, Metric] = {metric.name: metric for family in FAMILIES for metric in family.metrics}
DTYPES = {
    Column.TEXT: "str",
    Column.INTEGER: "Int64",
    Column.NUMBER: "Float64",
    Column.FLAG: "boolean",
    Column.TIME: "datetime64[us, UTC]",
    Column.JSON: "object",
}
NATURAL_KEYS = {
    "pull_requests": ("number",),
    "merge_checks": ("number",),
    "changed_files": ("origin",),
    "commits": ("sha",),
    "workflow_runs": ("run_id", "attempt"),
    "default_branch_runs": ("run_id", "attempt"),
    "run_timeouts": ("run_id", "attempt"),
    "issues": ("number",),
    "branches": (),
}

Row = dict[str, Any]


def ago(*, at: datetime = T, **span: float) -> datetime:
    return at - timedelta(**span)


def settings(**changes: Any) -> SimpleNamespace:
    defaults = {
        "test_workflows": [],
        "benchmark_workflows": ["*bench*"],
        "hotfix_labels": ["hotfix"],
        "force_merge_labels": ["force-merge"],
        "training_bug_labels": ["training", "bug"],
        "bots": ["helper"],
    }
    return SimpleNamespace(**(defaults | changes))


def frame(kind: RecordKind, rows: list[Row], *, text: str = "str") -> pd.DataFrame:
    keys = [row.get("key", "/".join(str(row[part]) for part in NATURAL_KEYS[kind.name])) for row in rows]
    columns: dict[str, pd.Series] = {
        "key": pd.Series(keys, dtype=text),
        "version": pd.Series([row.get("version", "1") for row in rows], dtype=text),
        "starts_at": pd.Series([None] * len(rows), dtype=DTYPES[Column.TIME]),
        "ends_at": pd.Series([None] * len(rows), dtype=DTYPES[Column.TIME]),
    }
    for name, column in kind.columns.items():
        dtype = text if column is Column.TEXT else DTYPES[column]
        columns[name] = pd.Series([row.get(name) for row in rows], dtype=dtype)
    return pd.DataFrame(columns)


def view(*, at: datetime = T, configured: SimpleNamespace | None = None, text: str = "str", **rows: list[Row]) -> View:
    frames = {kind.name: frame(kind, rows.pop(kind.name, []), text=text) for kind in KINDS}
    assert not rows, f"no such kinds: {list(rows)}"
    day = day_at(at - timedelta(microseconds=1), ZoneInfo("UTC"))
    return View(day=day, at=at, scope="acme/rocket", frames=frames, settings=configured or settings())


def measured(name: str, seen: View) -> Measurement:
    measure = METRICS[name].measure
    assert measure is not None
    return measure(seen)


def value(name: str, seen: View) -> float:
    found = measured(name, seen)
    assert found.value is not None, f"{name} is missing: {found.reason} {found.detail}"
    return found.value


def pull_request(number: int, created: datetime, **changes: Any) -> Row:
    closed = changes.pop("closed", None) or changes.get("merged_at")
    row = {
        "number": number,
        "title": f"change {number}",
        "url": f"https://example.invalid/pull/{number}",
        "author": "ada",
        "created_at": created,
        "closed_at": closed,
        "base_ref": "main",
        "closures": [[iso(closed), None]] if closed else [],
        "labels": [],
        "reviews": [],
        "comments": [],
    }
    return row | changes


def commit(sha: str, committed: datetime, **changes: Any) -> Row:
    row = {
        "sha": sha,
        "url": f"https://example.invalid/commit/{sha}",
        "committed_at": committed,
        "subject": f"Change {sha}",
        "author": "ada",
        "author_is_bot": False,
        "additions": 1,
        "deletions": 1,
    }
    return row | changes


def run(run_id: int, created: datetime, conclusion: str | None = "success", **changes: Any) -> Row:
    """One attempt; minutes: how long it took. Without a conclusion it still runs, unless completed_at is given."""
    attempt = changes.get("attempt", 1)
    started = changes.get("started_at", created)
    minutes = changes.pop("minutes", 5)
    row = {
        "run_id": run_id,
        "attempt": attempt,
        "latest_attempt": attempt,
        "workflow_id": 1,
        "workflow": "Tests",
        "path": ".github/workflows/tests.yml",
        "event": "push",
        "branch": "main",
        "on_default_branch": True,
        "status": "completed" if conclusion else "in_progress",
        "conclusion": conclusion,
        "created_at": created,
        "started_at": started,
        "completed_at": started + timedelta(minutes=minutes) if conclusion else None,
        "url": f"https://example.invalid/runs/{run_id}",
    }
    return row | changes


def issue(number: int, created: datetime, **changes: Any) -> Row:
    both = [["training", iso(created), None], ["bug", iso(created), None]]
    row = {
        "number": number,
        "title": f"problem {number}",
        "url": f"https://example.invalid/issues/{number}",
        "created_at": created,
        "closures": [],
        "labels": both,
    }
    return row | changes
