import importlib.metadata
import json

import jsonschema
import pytest

from health_assets.cli import COMMANDS, main


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(run, tmp_path, command):
    result = run(command, "--help", folder=tmp_path, now=None)
    assert 0 == result.exit_code
    assert f"  health-assets {command}" in result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_called_what_the_list_calls_it(command):
    found = main.get_command(None, command)
    assert found is not None
    assert command == found.name


def test_without_a_command_the_commands_are_listed(run, tmp_path):
    result = run(folder=tmp_path, now=None)
    assert [] == [name for name in COMMANDS if name not in result.output]


def test_an_unknown_command_is_wrong_use(run, tmp_path):
    result = run("gird", folder=tmp_path)
    assert (2, "") == (result.exit_code, result.stdout)
    assert "No such command 'gird'" in result.stderr


def test_the_schema_is_valid_and_alone_on_stdout(run, tmp_path):
    schema = json.loads(run("schema", folder=tmp_path).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert {"window_days", "sources", "foms"} <= set(schema["properties"])


def test_the_version_is_the_one_installed(run, tmp_path):
    try:
        version = importlib.metadata.version("health-assets")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("runs from the checkout without being installed; make test installs it")
    assert f"health-assets {version}\n" == run("--version", folder=tmp_path, now=None).stdout
