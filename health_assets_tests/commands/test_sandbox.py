"""The sandbox as a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from health_assets.pipeline.runtime import load_project
from health_assets.sources.registry import SOURCES

NOW = "2026-03-04T12:00:00Z"
SCRIPT = "from health_assets.cli import main; main(prog_name='health-assets')"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running `health-assets sandbox` and its address, taken from its first line."""
    command = [sys.executable, "-c", SCRIPT, "sandbox", "--port", "0", "--now", NOW]
    folder = tmp_path_factory.mktemp("sandbox")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
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
    assert (NOW, ["acme/rocket"]) == (health["now"], health["github"])


def test_an_interrupt_ends_it_without_an_error(sandbox):
    process, _ = sandbox
    process.send_signal(signal.SIGINT)
    assert 0 == process.wait(timeout=30)


def test_it_prints_a_health_yaml_that_reads_all_of_it(tmp_path: Path):
    command = [sys.executable, "-c", SCRIPT, "sandbox", "--port", "0", "--now", NOW, "--while-stdin-is-open"]
    printed = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    _, _, document = printed.stdout.partition("health.yaml:\n")
    (tmp_path / "health.yaml").write_text(document)
    project = load_project(tmp_path / "health.yaml", environ={})
    assert set(SOURCES) == set(project.sources)


def test_it_ends_with_the_process_that_started_it(tmp_path: Path):
    command = [sys.executable, "-c", SCRIPT, "sandbox", "--port", "0", "--now", NOW, "--while-stdin-is-open"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        process.stdin.close()
        assert 0 == process.wait(timeout=30)


def test_a_folder_without_recordings_is_refused(run, tmp_path: Path):
    (tmp_path / "nothing").mkdir()
    result = run("sandbox", "--github", "nothing", folder=tmp_path)
    assert 2 == result.exit_code
    assert "nothing has no recorded payloads" in result.stderr
    assert "*workflow_runs.jsonl" in result.stderr
