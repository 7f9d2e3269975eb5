"""What a result document must say, and the published schema."""

import json

import jsonschema
import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.results.document import EvaluationResult, TrainingResult, parse_result, result_schema
from health_assets_tests.docs.pages import DOCS, fences
from health_assets_tests.sources.results.documents import HOUR, NOW, evaluated, milestone, training


def problem_of(document, model=TrainingResult):
    with pytest.raises(ContractError) as caught:
        parse_result((document if isinstance(document, str) else json.dumps(document)).encode(), model)
    return caught.value.message


def test_the_published_schema_is_that_of_the_code():
    assert result_schema() == json.loads((DOCS / "result.schema.json").read_text(encoding="utf-8"))


def test_the_document_that_the_page_shows_is_accepted_by_schema_and_code():
    (shown,) = [text for language, text in fences(DOCS / "results.md") if language == "json"]
    jsonschema.validate(json.loads(shown), result_schema())
    assert "arena" == parse_result(shown.encode(), EvaluationResult).job


@pytest.mark.parametrize("document", [training(checkpoint=milestone(NOW - HOUR)), evaluated(where="remote")])
def test_what_the_code_reads_the_schema_accepts(document):
    jsonschema.validate(document, result_schema())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": 2}, "schema_version: Input should be 1"),
        ({"kind": "evaluation"}, "kind: Input should be 'training'"),
        ({"job": ""}, "job: String should have at least 1 character"),
        ({"exit_code": "0"}, "exit_code: Input should be a valid integer"),
        ({"started_at": "2026-03-18T15:00:00"}, "started_at: Input should have timezone info"),
        ({"started_at": "2026-03-18T16:00:00Z"}, "finished_at lies before started_at"),
        ({"checkpoint": milestone(NOW)}, "checkpoint.at lies outside of the job's time"),
        ({"checkpoint": {"step": 10}}, "checkpoint.at: Field required"),
    ],
)
def test_a_wrong_document_is_refused_with_the_key(change, problem):
    assert problem == problem_of(training(**change))


def test_a_remote_evaluation_must_say_whether_its_result_was_fetched():
    document = evaluated(where="remote", result_fetched=None)
    assert "result_fetched is missing, a remote evaluation must have it" == problem_of(document, EvaluationResult)


def test_half_a_document_is_refused():
    assert problem_of(json.dumps(training())[:40]).startswith("Invalid JSON")


def test_no_number_that_is_none_passes():
    text = json.dumps(evaluated()).replace("0.9", "NaN")
    assert "hearts.measured: Input should be a finite number" == problem_of(text, EvaluationResult)


def test_expected_hearts_are_never_nothing():
    document = evaluated(hearts={"measured": 1.0, "expected": 0})
    assert "hearts.expected: Input should be greater than 0" == problem_of(document, EvaluationResult)


def test_a_value_never_stands_in_the_message():
    assert "hunter2" not in problem_of(training(exit_code="hunter2"))
