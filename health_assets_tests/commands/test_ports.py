"""A port that something else holds."""

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def taken() -> Iterator[str]:
    """A port on which somebody else listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield str(holder.getsockname()[1])


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_a_port_in_use_is_named_with_what_to_do(run, tmp_path, taken, command):
    result = run(command, "--port", taken, folder=tmp_path)
    assert (1, "") == (result.exit_code, result.stdout)
    message, hint = result.stderr.splitlines()
    assert f"error  port {taken} on 127.0.0.1 is in use" == message
    assert "--port" in hint


def test_nothing_is_stored_when_the_port_of_the_ui_is_taken(run, tmp_path, taken):
    run("demo", "--port", taken, folder=tmp_path)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [("demo", "--no-ui"), ("backfill", "--days", "1")])
def test_a_taken_port_of_the_sandbox_is_named(run, tmp_path, taken, command):
    result = run(*command, folder=tmp_path, HEALTH_SANDBOX_PORT=taken)
    assert 1 == result.exit_code
    assert f"port {taken} on 127.0.0.1 is in use" in result.stderr
    assert "set HEALTH_SANDBOX_PORT to another port" in result.stderr


@pytest.mark.parametrize("port", ["abc", "0", "99999"])
def test_a_sandbox_port_that_is_none_is_refused(run, tmp_path, port):
    result = run("grid", folder=tmp_path, HEALTH_SANDBOX_PORT=port)
    assert (2, "") == (result.exit_code, result.stdout)
    assert f"HEALTH_SANDBOX_PORT: {port!r} is not a port" in result.stderr
