"""Publishing to a Datadog that is a server: what it shows is what the grid shows, and nothing gets lost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from health_assets.datadog.cells import PALETTES
from health_assets.grid.colour import Colour
from health_assets.model.errors import Cause
from health_assets.pipeline.datadog.account import settings_of
from health_assets.pipeline.datadog.doctor import diagnose
from health_assets.sandbox import faults
from health_assets.sandbox.datadog.drawn import chart_rows
from health_assets.sandbox.datadog.world import Account
from health_assets_tests.datadog.stage import METRIC, NOW, TICK, Stage, staged
from health_assets_tests.datadog.test_drawn import texts
from health_assets_tests.grid.synthetic import GOLDEN
from health_assets_tests.grid.test_golden import DRAWN, GOLD

EVERYTHING = frozenset(
    {
        "timeseries_query",
        "dashboards_read",
        "dashboards_write",
        "monitors_read",
        "monitors_write",
        "metrics_metadata_write",
        "late_metrics_config_write",
    }
)


@contextmanager
def without_scope(folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> Iterator[Stage]:
    """A stage whose application key lacks one scope."""
    monkeypatch.setenv("LAB_API", "lab-api")
    monkeypatch.setenv("LAB_APP", "lab-app")
    account = Account(api_keys=frozenset({"lab-api"}), app_keys={"lab-app": EVERYTHING - {missing}})
    with staged(folder, account=account, api_key={"env": "LAB_API"}, app_key={"env": "LAB_APP"}) as opened:
        yield opened


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage with nothing observed yet."""
    with staged(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Golden scores on the first six days, nothing today; published once."""
    with staged(tmp_path_factory.mktemp("golden")) as opened:
        for value, day in zip(GOLDEN, opened.runtime.days(7), strict=False):
            opened.observe(value, day=day)
        opened.publish()
        yield opened


def page_of(stage: Stage, kind: str) -> str:
    """A dashboard as the stand-in draws it."""
    (board,) = [one for one in stage.boards.dashboards.values() if kind in one["title"]]
    return httpx.get(f"{stage.server.url}/datadog{board['url']}", timeout=30).text


def tiles(page: str) -> list[tuple[str, str]]:
    """(colour, number) of the cells, in their order."""
    colour_of = {palette: colour.value for colour, palette in PALETTES.items()}
    found = re.findall(r'class="tile"(?: data-palette="(\w+)" style="[^"]*")?>([^<]+)<', page)
    return [(colour_of.get(palette, "grey"), text) for palette, text in found]


def test_the_grid_of_the_stage_is_gold(golden: Stage) -> None:
    cells = [(cell.colour.value, cell.shown.text) for cell in golden.grid().rows[0].cells]
    assert GOLD[:-1] == cells[:-1]
    assert Colour.GREY.value == cells[-1][0]


@pytest.mark.parametrize("kind", ["widget grid", "table"])
def test_tiles_and_table_show_what_the_grid_shows(golden: Stage, kind: str) -> None:
    assert [*GOLD[:-1], ("grey", "-")] == tiles(page_of(golden, kind))


def test_the_heat_map_shows_what_the_grid_shows(golden: Stage) -> None:
    (board,) = [one for one in golden.boards.dashboards.values() if "heat map" in one["title"]]
    (chart,) = [w["definition"] for w in board["widgets"] if w["definition"]["type"] == "wildcard"]
    rows = sorted(chart_rows(golden.service, chart), key=lambda row: int(row["day"][1:]))
    drawn = [text for text in texts(golden.grid(), rows) if text != "○"]
    assert [text for text in DRAWN if "fail" not in text] == drawn


def test_a_backfilled_day_appears_with_the_next_publish(stage: Stage) -> None:
    earlier = stage.runtime.days(7)[2]
    stage.observe(0.9)
    stage.publish()
    stage.now += TICK
    stage.observe(0.2, day=earlier)
    stage.publish()
    for kind in ("widget grid", "table"):
        assert [("red", "0.20"), ("green", "0.90")] == [cell for cell in tiles(page_of(stage, kind)) if "-" not in cell]


def test_what_went_missing_leaves_the_tiles(stage: Stage) -> None:
    stage.observe(0.9)
    stage.publish()
    stage.now += timedelta(minutes=30)
    assert {("grey", "-")} == set(tiles(page_of(stage, "widget grid")))


def test_a_steady_publish_is_five_requests_and_no_write(stage: Stage) -> None:
    for value in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4):
        stage.tick(value)
    stage.sent()
    sent, _, _ = stage.tick(0.3)
    made = stage.sent()
    assert 5 == len(made)
    assert ["POST /api/v2/series"] == [request for request in made if not request.startswith("GET")]
    assert None is sent.problem


def test_everything_is_created_once(stage: Stage) -> None:
    stage.observe(0.9)
    stage.publish()
    boards, monitors = dict(stage.boards.dashboards), dict(stage.boards.monitors)
    stage.tick(0.8)
    assert (boards, monitors) == (stage.boards.dashboards, stage.boards.monitors)


def test_a_new_day_changes_the_headers_in_place(stage: Stage) -> None:
    stage.publish()
    ids = set(stage.boards.dashboards)
    stage.now += timedelta(days=1)
    _, kept, _ = stage.publish()
    assert ({"updated"}, ids) == ({one.action.value for one in kept.applied}, set(stage.boards.dashboards))


def test_three_ticks_without_datadog_lose_nothing(stage: Stage) -> None:
    stage.observe(0.9)
    stage.publish()
    stage.server.faults.add(faults.broken_connection(), path="/datadog/")
    waiting = [stage.tick(value)[0].waiting for value in (0.8, 0.7, 0.6)]
    assert waiting == sorted(waiting)
    assert 0 < waiting[0]
    stage.server.faults.clear()
    sent, _, _ = stage.tick(0.5)
    assert [(-3600, 0.9), (-2700, 0.8), (-1800, 0.7), (-900, 0.6), (0, 0.5)] == stage.values()
    assert (0, None) == (sent.waiting, sent.problem)


def test_what_datadog_would_drop_is_counted_and_not_sent(stage: Stage) -> None:
    stage.observe(0.9, as_of=NOW - timedelta(hours=2))
    sent, _, _ = stage.publish()
    assert (2, []) == (sent.too_old, stage.values())
    assert 0 == stage.intake.dropped


def test_past_days_are_counted_once(stage: Stage) -> None:
    stage.observe(0.9, day=stage.runtime.days(7)[3])
    assert [2, 0] == [stage.publish()[0].too_old, stage.tick()[0].too_old]


def test_with_historical_ingestion_past_days_are_sent(tmp_path: Path) -> None:
    with staged(tmp_path, historical=True) as stage:
        day = stage.runtime.days(7)[3]
        stage.observe(0.9, day=day)
        sent, _, _ = stage.publish()
        last_second = int(day.end.timestamp()) - 1 - int(NOW.timestamp())
        assert (0, [(last_second, 0.9)]) == (sent.too_old, stage.values())
        assert {METRIC, "health.ci.stale_prs.fom"} == stage.intake.historical


def test_past_days_are_sent_once_historical_ingestion_is_switched_on(stage: Stage) -> None:
    stage.observe(0.9, day=stage.runtime.days(7)[3])
    stage.publish()
    assert [] == stage.values()
    stage.reconfigure(historical=True)
    stage.publish()
    assert [0.9] == [value for _, value in stage.values()]


def test_beyond_the_quota_everything_waits_and_nobody_sleeps_until_its_reset(stage: Stage) -> None:
    stage.observe(0.9)
    stage.service.quota = 0
    sent, kept, watched = stage.publish()
    assert {Cause.RATE_LIMITED} == {one.problem.cause for one in (sent, kept, watched) if one.problem is not None}
    assert (0, True) == (sent.points, sent.waiting > 0)
    stage.service.quota = None
    assert (0, None) == (stage.tick(0.8)[0].waiting, stage.tick(0.7)[0].problem)
    assert [0.9, 0.8, 0.7] == [value for _, value in stage.values()]


def test_a_refused_body_does_not_hold_up_the_next_publish(stage: Stage) -> None:
    stage.observe(0.9)
    stage.server.faults.add(faults.refused(400, "Payload is not in the expected format"), path="/datadog/api/v2/series")
    sent, kept, _ = stage.publish()
    assert sent.problem is not None
    assert Cause.BAD_PAYLOAD is sent.problem.cause
    assert None is kept.problem


@pytest.mark.parametrize(
    ("missing", "place"),
    [("dashboards_read", 1), ("dashboards_write", 1), ("monitors_read", 2), ("monitors_write", 2)],
)
def test_a_missing_scope_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, place: int) -> None:
    with without_scope(tmp_path, monkeypatch, missing) as stage:
        problem = stage.publish()[place].problem
    assert problem is not None
    assert missing in problem.hint
    assert "lab-ap" not in str(problem)


def test_scopes_that_are_one_tag_are_named(stage: Stage) -> None:
    source, settings = stage.runtime.project.sources["github"]
    twins = settings.model_copy(update={"repositories": ("acme/rocket", "acme/Rocket")})
    project = replace(stage.runtime.project, sources={"github": (source, twins)})
    stage.runtime = replace(stage.runtime, project=project)
    sent, _, _ = stage.publish()
    assert "'acme/rocket' and 'acme/Rocket'" in str(sent.problem)


def test_units_and_descriptions_are_told_once(stage: Stage) -> None:
    stage.observe(0.9)
    for _ in range(4):
        stage.tick()
    told = dict(stage.intake.metadata)
    assert "fraction" == told["health.fom.daily"]["unit"]
    stage.sent()
    stage.tick()
    assert [] == [request for request in stage.sent() if "metrics/" in request]


def test_the_doctor_finds_everything_allowed(stage: Stage) -> None:
    assert {True} == {check.ok for check in diagnose(settings_of(stage.runtime))}
    assert ({}, {}) == (stage.boards.dashboards, stage.boards.monitors)


@pytest.mark.parametrize("missing", ["dashboards_read", "dashboards_write", "monitors_read", "monitors_write"])
def test_the_doctor_names_the_missing_scope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    with without_scope(tmp_path, monkeypatch, missing) as stage:
        failed = [check for check in diagnose(settings_of(stage.runtime)) if not check.ok]
    assert [True] == [missing in check.hint for check in failed]
