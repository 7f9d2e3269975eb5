"""The sandbox as a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SCRIPT = "from health_assets.cli import main; main(prog_name='health-assets')"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running `health-assets sandbox` and its address, taken from its first line."""
    command = [sys.executable, "-c", SCRIPT, "sandbox", "--port", "0", "--now", "2026-03-04T12:00:00Z"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert found is not None
    yield process, found[0]
    process.kill()
    process.wait()
    process.stdout.close()


def test_it_serves_the_demo_repository_as_of_now(sandbox):
    _, address = sandbox
    health = httpx.get(f"{address}/healthz", timeout=30).json()
    assert ("2026-03-04T12:00:00Z", ["acme/rocket"]) == (health["now"], health["github"])


def test_an_interrupt_ends_it_without_an_error(sandbox):
    process, _ = sandbox
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(timeout=30)


def test_a_folder_without_recordings_is_refused(run, tmp_path: Path):
    (tmp_path / "nothing").mkdir()
    result = run("sandbox", "--github", "nothing", folder=tmp_path)
    assert 2 == result.exit_code
    assert "nothing has no recorded payloads" in result.stderr
    assert "*workflow_runs.jsonl" in result.stderr
