"""Evaluation runs as records."""

from health_assets.model.record import Column, Mode, Record, RecordKind
from health_assets.sources.results.client import Listed
from health_assets.sources.results.document import EvaluationResult, parse_result
from health_assets.sources.results.reading import DAY, RESULT_COLUMNS, result_record

EVALUATIONS = RecordKind(
    source="evals",
    name="evaluations",
    mode=Mode.EVENT,
    lookback=DAY,
    independent=True,
    description="Finished evaluation runs, each from the document that it left.",
    columns={
        **RESULT_COLUMNS,
        "hearts_measured": Column.NUMBER,
        "hearts_expected": Column.NUMBER,
        # None for a local evaluation: there is nothing to fetch
        "result_fetched": Column.FLAG,
    },
)


def evaluation(listed: Listed, body: bytes) -> Record:
    """The evaluation of a document. Raises ContractError."""
    result = parse_result(body, EvaluationResult)
    hearts = result.hearts
    return result_record(
        EVALUATIONS,
        listed,
        result,
        hearts_measured=hearts.measured if hearts else None,
        hearts_expected=hearts.expected if hearts else None,
        result_fetched=result.result_fetched,
    )
