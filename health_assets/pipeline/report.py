"""Report: a finished job's result becomes a document where its source will read it.

The job's own script calls it as its last step; nothing of the store is touched, so it runs on any machine.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from health_assets.model.errors import HealthError
from health_assets.model.source import Meter
from health_assets.sources.evals.settings import Settings as EvaluationSettings
from health_assets.sources.results.client import Directory
from health_assets.sources.results.document import SCHEMA_VERSION, EvaluationResult, TrainingResult
from health_assets.sources.results.settings import ResultSettings
from health_assets.sources.training_jobs.settings import Settings as TrainingSettings

#: kind of result -> (source that reads it, its document, its settings)
KINDS: Mapping[str, tuple[str, type[TrainingResult] | type[EvaluationResult], type[ResultSettings]]] = {
    "training": ("training_jobs", TrainingResult, TrainingSettings),
    "evaluation": ("evals", EvaluationResult, EvaluationSettings),
}
_PLAIN = re.compile(r"[^a-z0-9]+")


def write_result(facts: Mapping[str, Any], *, kind: str, settings: ResultSettings) -> str:
    """Writes one result document whole or not at all, and returns its address; the same facts give the same file.

    facts: the document's keys but for its version and kind. Raises HealthError that names the wrong key, and
    SourceError when the directory cannot be written.
    """
    _, model, _ = KINDS[kind]
    try:
        result = model.model_validate({**facts, "schema_version": SCHEMA_VERSION, "kind": kind})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "result"
        raise HealthError(
            f"{where}: {first['msg'].removeprefix('Value error, ')}", hint="see docs/results.md"
        ) from None
    body = result.model_dump_json(exclude_none=True, indent=2).encode() + b"\n"
    job = _PLAIN.sub("-", result.job.lower()).strip("-")[:60] or "job"
    name = f"{result.finished_at:%Y%m%dT%H%M%SZ}-{job}-{sha256(body).hexdigest()[:8]}.json"
    return Directory(settings, meter=Meter()).write(name, body)


def result_settings(kind: str, *, directory: str) -> ResultSettings:
    """Settings for a directory that no configuration names. Raises HealthError when it is none."""
    _, _, model = KINDS[kind]
    try:
        return model(results=directory)
    except ValidationError as error:
        raise HealthError(
            f"--to: {error.errors()[0]['msg'].removeprefix('Value error, ')}", hint="see docs/results.md"
        ) from None
