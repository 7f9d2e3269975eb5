"""`health-assets report`: one line at the end of a script leaves a document that the sources read."""

import json

import pytest
from click.testing import CliRunner

from health_assets.commands.report import command
from health_assets.model.errors import ConfigError, HealthError
from health_assets.sources import evals, training_jobs
from health_assets.sources.results.document import EvaluationResult, TrainingResult, parse_result

NOW = "2026-03-18T15:00:00Z"


@pytest.fixture
def report(monkeypatch, tmp_path):
    """Runs the command as of NOW in a folder of its own; gives the result."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEALTH_CONFIG", raising=False)

    def run(*arguments, config=None):
        given = {"config": config, "now": NOW}
        return CliRunner().invoke(command, list(arguments), obj=given, catch_exceptions=False)

    return run


TRAINING = ("training", "--job", "Nightly run", "--exit-code", "0", "--seconds", "600")
REMOTE = ("eval", "--job", "arena", "--exit-code", "0", "--seconds", "90", "--where", "remote", "--fetched")


def written(result):
    assert 0 == result.exit_code, result.output
    with open(result.output.strip(), "rb") as file:
        return file.read()


def test_one_line_leaves_a_training_result(report, tmp_path):
    line = (
        *TRAINING,
        "--checkpoint-step",
        "10240",
        "--resumed-from-step",
        "10000",
        "--to",
        str(tmp_path / "new" / "folder"),
    )
    result = parse_result(written(report(*line)), TrainingResult)
    assert ("Nightly run", "local", 0) == (result.job, result.where, result.exit_code)
    assert (NOW, "2026-03-18T14:50:00Z") == tuple(
        one.isoformat().replace("+00:00", "Z") for one in (result.checkpoint.at, result.resume.at)
    )


def test_one_line_leaves_an_evaluation(report, tmp_path):
    line = (*REMOTE, "--hearts", "0.61", "--expected-hearts", "0.65", "--to", str(tmp_path / "e"))
    result = parse_result(written(report(*line)), EvaluationResult)
    assert (0.61, 0.65, True) == (result.hearts.measured, result.hearts.expected, result.result_fetched)


def test_the_file_is_named_by_end_and_job_and_nothing_else_is_left(report, tmp_path):
    report(*TRAINING, "--to", str(tmp_path / "t"))
    (name,) = [file.name for file in (tmp_path / "t").iterdir()]
    assert name.startswith("20260318T150000Z-nightly-run-")
    assert name.endswith(".json")


def test_the_same_result_twice_is_one_document(report, tmp_path):
    for _ in range(2):
        report(*TRAINING, "--to", str(tmp_path / "t"))
    assert 1 == len(list((tmp_path / "t").iterdir()))


def test_a_failed_job_reports_too(report, tmp_path):
    line = ("training", "--job", "x", "--exit-code", "137", "--seconds", "5", "--to", str(tmp_path / "t"))
    assert 137 == json.loads(written(report(*line)))["exit_code"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (("training", "--job", "x", "--exit-code", "0"), "give either --seconds or --started-at"),
        ((*TRAINING, "--started-at", NOW), "give either --seconds or --started-at"),
        ((*TRAINING, "--finished-at", "yesterday"), "is not an instant"),
        ((*REMOTE, "--hearts", "0.5"), "give both --hearts and --expected-hearts"),
    ],
)
def test_wrong_use_says_what_to_give(report, tmp_path, line, problem):
    result = report(*line, "--to", str(tmp_path / "t"))
    assert 2 == result.exit_code
    assert problem in result.output


def test_a_remote_evaluation_must_say_whether_it_was_fetched(report, tmp_path):
    with pytest.raises(HealthError, match="result_fetched is missing"):
        report(*REMOTE[:-1], "--to", str(tmp_path / "t"))


def test_a_checkpoint_outside_of_the_job_is_refused(report, tmp_path):
    late = ("--checkpoint-step", "10000", "--checkpoint-at", "2026-03-19T00:00:00Z")
    with pytest.raises(HealthError, match=r"checkpoint\.at lies outside"):
        report(*TRAINING, *late, "--to", str(tmp_path / "t"))
    assert not (tmp_path / "t").exists()


def test_without_a_directory_and_settings_it_says_what_to_do(report):
    with pytest.raises(ConfigError, match="no settings file"):
        report(*TRAINING)


def test_an_unusable_directory_is_named(report):
    with pytest.raises(HealthError, match="neither a directory"):
        report(*TRAINING, "--to", "ftp://host/x")


@pytest.mark.parametrize(("source", "line"), [(training_jobs.SOURCE, TRAINING), (evals.SOURCE, REMOTE)])
def test_what_is_reported_is_what_doctor_finds(report, tmp_path, source, line):
    report(*line, "--to", str(tmp_path / "r"))
    (check,) = source.diagnose(source.settings(results=str(tmp_path / "r")))
    assert (True, "readable, 1 documents") == (check.ok, check.detail)
