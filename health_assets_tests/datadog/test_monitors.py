"""Monitors from the file: their queries, whom they call, and what is refused."""

import json
import re
from pathlib import Path

import pytest
from datadog_api_client.api_client import ApiClient
from datadog_api_client.configuration import Configuration
from datadog_api_client.v1.model.monitor import Monitor as MonitorModel

from health_assets.datadog.monitors import Monitor, body, load_monitors
from health_assets.model.errors import ConfigError
from health_assets.pipeline.runtime import all_metric_names
from health_assets.scoring.catalogue import load_catalogue
from health_assets.sources.registry import SOURCES

FOMS = {fom.name for fom in load_catalogue(known_metrics=all_metric_names(), overrides={}, overrides_origin="test")}
KNOWN = frozenset({*all_metric_names(), *FOMS, "health.publish.cells"})
RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"


@pytest.fixture
def file(tmp_path: Path):
    """Writes a file of monitors."""

    def write(text: str) -> Path:
        path = tmp_path / "monitors.yaml"
        path.write_text(text)
        return path

    return write


def packaged(sources: list[str] | None = None, known: frozenset[str] = KNOWN) -> tuple[Monitor, ...]:
    return load_monitors(None, known=known, sources=sources or list(SOURCES))


def test_the_packaged_file_watches_what_the_team_asked_for():
    names = [monitor.name for monitor in packaged(["github"])]
    assert [
        "tests_failing",
        "arena_hearts_low",
        "multinode_hearts_low",
        "many_hotfixes",
        "source_failing_github",
        "pipeline_silent",
    ] == names


def test_every_source_has_its_own_monitor():
    names = {monitor.name for monitor in packaged()}
    assert {f"source_failing_{source}" for source in SOURCES} <= names


def test_monitors_of_what_is_not_sent_are_left_out():
    names = {monitor.name for monitor in packaged(["github"], KNOWN - {"health.ci.tests_passing.fom"})}
    assert "tests_failing" not in names


def test_a_low_score_alerts_when_even_the_best_of_the_window_is_low():
    query = body(packaged()[0], env="prod", runbooks="")["query"]
    tags = "{env:prod,service:health_assets}"
    assert f"max(last_60m):min:health.ci.tests_passing.fom{tags} by {{scope}} < 0.5" == query


def test_an_error_count_alerts_when_even_the_lowest_of_the_window_is_above():
    monitor = next(monitor for monitor in packaged() if monitor.name == "source_failing_github")
    tags = "{env:prod,service:health_assets}"
    assert (
        f"min(last_60m):max:collector.github.error_count{tags} > 0" == body(monitor, env="prod", runbooks="")["query"]
    )


def test_the_critical_threshold_repeats_the_querys_number():
    for monitor in packaged():
        sent = body(monitor, env="prod", runbooks="")
        assert sent["options"]["thresholds"]["critical"] == float(re.findall(r"[<>] (\S+)$", sent["query"])[0])


def test_a_silent_pipeline_alerts_by_its_missing_points():
    monitor = next(monitor for monitor in packaged() if monitor.name == "pipeline_silent")
    assert "show_and_notify_no_data" == body(monitor, env="prod", runbooks="")["options"]["on_missing_data"]


def test_every_runbook_is_written():
    named = {monitor.runbook for monitor in packaged()}
    assert [] == [runbook for runbook in named if not (RUNBOOKS / f"{runbook}.md").is_file()]


def test_the_message_calls_by_severity_and_links_the_runbook(file):
    path = file(
        "- {name: low, title: Low, metric: health.ci.tests_passing.fom, below: 0.5, warning: 0.7,"
        ' runbook: tests-failing, notify: {critical: ["@pagerduty-ml"], warning: ["@slack-ml"]}}'
    )
    (monitor,) = load_monitors(path, known=KNOWN, sources=[])
    assert [
        "Low: {{value}}.",
        "What to do: https://example.org/runbooks/tests-failing.md",
        "{{#is_alert}} @pagerduty-ml {{/is_alert}}",
        "{{#is_warning}} @slack-ml {{/is_warning}}",
        "{{#is_recovery}} @pagerduty-ml @slack-ml {{/is_recovery}}",
    ] == body(monitor, env="prod", runbooks="https://example.org/runbooks/")["message"].split("\n\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {name: a, title: A, metric: health.ci.tests_passing.fom}", "give either below or above"),
        (
            "- {name: a, title: A, metric: health.ci.tests_passing.fom, below: 0.5, above: 1}",
            "give either below or above",
        ),
        (
            "- {name: a, title: A, metric: health.ci.tests_passing.fom, below: 0.5, recovery: 0.3}",
            "must lie in this order",
        ),
        ("- {name: a, title: A, metric: health.ci.tests_passing.fom, belo: 0.5}", r"belo"),
        ("- {name: a, title: A, metric: lab.nothing, below: 0.5}", "lab.nothing is not sent by this installation"),
        (
            "- {name: a, title: A, metric: health.ci.tests_passing.fom, below: 1}\n"
            "- {name: a, title: B, metric: health.ci.tests_passing.fom, below: 1}",
            "two monitors are named a",
        ),
        ("- {name: a, name: b}", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_with_file_monitor_and_key(file, text, said):
    path = file(text)
    with pytest.raises(ConfigError, match=said) as refused:
        load_monitors(path, known=KNOWN, sources=[])
    assert refused.value.message.startswith(str(path))


def test_the_clients_own_model_knows_every_field():
    client = ApiClient(Configuration())
    for monitor in packaged():
        sent = body(monitor, env="prod", runbooks="https://example.org")
        model = client.deserialize(json.dumps({**sent, "id": 1}), (MonitorModel,), True)
        assert not model._unparsed
