"""Result documents for tests."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from health_assets.model.time import iso
from health_assets.sources.evals.records import evaluation
from health_assets.sources.results.client import Listed
from health_assets.sources.training_jobs.records import job

NOW = datetime(2026, 3, 18, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def training(*, ended: datetime = NOW - HOUR, **changes: Any) -> dict[str, Any]:
    return _document("training", ended) | changes


def evaluated(*, ended: datetime = NOW - HOUR, where: str = "local", **changes: Any) -> dict[str, Any]:
    own = {"where": where, "hearts": {"measured": 0.9, "expected": 1.0}}
    own |= {"result_fetched": True} if where == "remote" else {}
    return {key: value for key, value in (_document("evaluation", ended) | own | changes).items() if value is not None}


def milestone(at: datetime, step: int = 10_000) -> dict[str, Any]:
    return {"step": step, "at": iso(at)}


def put(folder: Path, name: str, document: Any, *, changed: datetime | None = None) -> Path:
    """Writes a document; `changed` sets the file's own time."""
    target = folder / f"{name}.json"
    target.write_text(document if isinstance(document, str) else json.dumps(document))
    if changed is not None:
        os.utime(target, (changed.timestamp(), changed.timestamp()))
    return target


def recorded(document: dict[str, Any], *, name: str = "a.json") -> Any:
    """The record of a document."""
    read = job if document["kind"] == "training" else evaluation
    return read(Listed(name=name, path=name, size=1, stamp="1", changed_at=NOW), json.dumps(document).encode())


def _document(kind: str, ended: datetime) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "kind": kind,
        "job": "arena",
        "where": "local",
        "started_at": iso(ended - 10 * timedelta(minutes=1)),
        "finished_at": iso(ended),
        "exit_code": 0,
    }
