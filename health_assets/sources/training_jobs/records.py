"""Training jobs as records."""

from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.sources.results.client import Listed
from health_assets.sources.results.document import TrainingResult, parse_result
from health_assets.sources.results.reading import DAY, RESULT_COLUMNS, result_record

JOBS = RecordKind(
    source="training_jobs",
    name="jobs",
    mode=Mode.EVENT,
    lookback=DAY,
    independent=True,
    description="Finished training jobs, each from the document that it left.",
    columns={
        **RESULT_COLUMNS,
        "checkpoint_step": Column.INTEGER,
        "checkpoint_at": Column.TIME,
        "resume_step": Column.INTEGER,
        "resumed_at": Column.TIME,
    },
)


def job(listed: Listed, body: bytes) -> Record:
    """The job of a document. Raises ContractError."""
    result = parse_result(body, TrainingResult)
    checkpoint, resume = result.checkpoint, result.resume
    return result_record(
        JOBS,
        listed,
        result,
        checkpoint_step=checkpoint.step if checkpoint else None,
        checkpoint_at=checkpoint.at if checkpoint else None,
        resume_step=resume.step if resume else None,
        resumed_at=resume.at if resume else None,
    )
