import json

import pytest

from health_assets_tests.commands.conftest import TOKEN


def test_a_dry_run_lists_what_it_would_store_and_what_it_cost(run, empty):
    result = run("collect", "github", folder=empty)
    assert 0 == result.exit_code
    assert "what would be stored (nothing was)" in result.stdout
    assert " requests in " in result.stdout


def test_a_dry_run_stores_nothing(run, empty):
    run("collect", "github", folder=empty)
    assert 1 == run("metrics", folder=empty).exit_code


def test_json_is_alone_on_stdout_and_the_cost_on_stderr(run, empty):
    result = run("collect", "github", "--format", "json", folder=empty)
    kinds = {row["kind"]: row["records"] for row in json.loads(result.stdout)}
    assert (2, 2) == (kinds["pull_requests"], kinds["commits"])
    assert " requests in " in result.stderr


def test_final_days_cost_nothing_unless_they_are_read_again(run, filled):
    spared = run("collect", "github", "--day", "yesterday", folder=filled)
    assert spared.stdout.startswith("0 requests") or "\n0 requests" in spared.stdout
    again = run("collect", "github", "--day", "yesterday", "--refetch", folder=filled)
    assert "\n0 requests" not in again.stdout


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_failed_source_exits_1_and_says_why_on_stderr(run, empty, form):
    with (empty / "health.yaml").open("a") as file:
        file.write("    token: {env: ROCKET_TOKEN}\n")
    result = run("collect", "github", "--format", form, folder=empty, ROCKET_TOKEN=TOKEN)
    assert 1 == result.exit_code
    assert "failed acme/rocket (authentication)" in result.stderr
    assert "the token is wrong, expired or revoked" in result.stderr
    assert TOKEN not in result.output


def test_a_token_variable_that_is_not_set_is_named(run, empty):
    with (empty / "health.yaml").open("a") as file:
        file.write("    token: {env: ROCKET_TOKEN}\n")
    result = run("collect", "github", folder=empty)
    assert 0 != result.exit_code
    assert "the environment variable ROCKET_TOKEN is not set" in result.stderr
    assert "export ROCKET_TOKEN=..." in result.stderr


def test_a_misspelt_source_gets_the_nearest_one_as_a_hint(run, empty):
    result = run("collect", "githb", folder=empty)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "did you mean github?" in result.stderr
