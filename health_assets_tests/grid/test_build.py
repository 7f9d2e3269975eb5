"""From frames to the grid: no cell is ever absent, and no fault is ever drawn."""

import math
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from health_assets.grid.build import GridInput, RowInput, build_grid
from health_assets.grid.colour import Colour
from health_assets.grid.model import Cell
from health_assets.model.metric import Evidence
from health_assets.model.reason import Reason
from health_assets.model.time import day_of
from health_assets.scoring.explain import formula_text
from health_assets.scoring.score import score_frame
from health_assets_tests.grid.synthetic import (
    DAYS,
    HOUR,
    NOW,
    TODAY,
    ZONE,
    busy_grid,
    collection,
    fom,
    frame,
    seen,
    small_grid,
)

FAILURE = ("acme/rocket", "unreachable", "api.github.com did not answer")


def today(**grid: object) -> Cell:
    (cell,) = small_grid([], **grid).rows[0].cells
    return cell


def given(scores: pd.DataFrame, **more: object) -> GridInput:
    row = RowInput(fom=fom(), source="github", unit="", definition="", scopes=("acme/rocket",))
    values = {
        "rows": [row],
        "days": [TODAY],
        "scores": scores,
        "observations": frame([]),
        "now": NOW,
        "stale_after": 4 * HOUR,
        "zone": ZONE,
        "formula": formula_text,
    }
    return GridInput(**(values | more))


def scored(value: float = 1.0) -> pd.DataFrame:
    return score_frame([fom()], frame([seen(value)]))


def test_every_row_has_a_cell_for_every_day() -> None:
    grid = busy_grid()
    assert 42 == len(grid.rows)
    assert all(list(DAYS) == [cell.day for cell in row.cells] for row in grid.rows)


def test_a_day_without_scores_is_a_grey_cell() -> None:
    grid = small_grid([seen(1.0)], days=DAYS)
    assert [Reason.NOT_COLLECTED] * 6 + [None] == [cell.shown.reason for cell in grid.rows[0].cells]


def test_only_the_running_day_is_provisional() -> None:
    grid = small_grid([], days=DAYS)
    assert [False] * 6 + [True] == [cell.provisional for cell in grid.rows[0].cells]


def test_a_day_is_over_at_its_end() -> None:
    assert not today(now=TODAY.end).provisional
    assert today(now=TODAY.end - timedelta(microseconds=1)).provisional


def test_a_scope_that_is_configured_and_was_never_read_hides_the_green_of_the_others() -> None:
    (cell,) = small_grid([seen(1.0)], scopes=("acme/rocket", "acme/new")).rows[0].cells
    assert (Reason.NOT_COLLECTED, "acme/new") == (cell.shown.reason, cell.shown.scope)


def test_a_scope_that_is_not_configured_any_more_is_not_shown() -> None:
    (cell,) = small_grid([seen(1.0), seen(0.0, scope="acme/gone")]).rows[0].cells
    assert 1.0 == cell.shown.score


def test_a_missing_cell_of_a_failed_collection_says_that_and_why() -> None:
    cell = today(collections={"github": collection(failures=(FAILURE,))})
    assert Reason.SOURCE_FAILED is cell.shown.reason
    expected = "the collection of 2026-03-11 14:20 UTC failed (unreachable): api.github.com did not answer"
    assert expected == cell.shown.detail


def test_a_failure_of_another_scope_or_day_explains_nothing() -> None:
    other = collection(failures=(("acme/lander", "not_found", "404"),))
    before = replace(collection(failures=(FAILURE,)), day=DAYS[0].key)
    assert Reason.NOT_COLLECTED is today(collections={"github": other}).shown.reason
    assert Reason.NOT_COLLECTED is today(collections={"github": before}).shown.reason


def test_a_failure_of_the_whole_source_explains_every_scope() -> None:
    cell = today(collections={"github": collection(failures=(("", "authentication", "401"),))})
    assert Reason.SOURCE_FAILED is cell.shown.reason


def test_a_failed_collection_leaves_the_value_that_is_still_fresh() -> None:
    (cell,) = small_grid([seen(1.0)], collections={"github": collection(failures=(FAILURE,))}).rows[0].cells
    assert 1.0 == cell.shown.score


def test_a_missing_observation_keeps_reason_and_detail() -> None:
    (cell,) = small_grid([seen(Reason.TRUNCATED, detail="998 of 1,204 came")]).rows[0].cells
    assert (Reason.TRUNCATED, "998 of 1,204 came") == (cell.shown.reason, cell.shown.detail)


def test_evidence_and_its_total_reach_the_cell() -> None:
    piece = Evidence(label="#1", url="https://example.com/1")
    key = ("github.prs.stale_count_14d", "acme/rocket", TODAY.key)
    (cell,) = small_grid([seen(1.0, total=37)], evidence={key: (piece,)}).rows[0].cells
    assert ((piece,), 37, 12) == (cell.shown.evidence, cell.shown.evidence_total, cell.shown.samples)


def test_a_score_of_an_earlier_version_of_the_row_is_not_shown_under_the_new_formula() -> None:
    edited = fom(points=((0, 1), (9, 0)))
    row = RowInput(fom=edited, source="github", unit="", definition="", scopes=("acme/rocket",))
    (cell,) = build_grid(given(scored(), rows=[row])).rows[0].cells
    assert (Reason.STALE, "scored by an earlier version of this row; score it again") == (
        cell.shown.reason,
        cell.shown.detail,
    )


@pytest.mark.parametrize("score", [-0.01, 1.01, math.inf])
def test_a_score_outside_its_range_is_a_fault_and_not_drawn(score: float) -> None:
    with pytest.raises(ValueError, match="is not a score"):
        build_grid(given(scored().assign(score=score)))


def test_a_missing_score_without_reason_is_a_fault() -> None:
    with pytest.raises(ValueError, match="with reason None"):
        build_grid(given(scored().assign(score=math.nan)))


def test_a_score_beside_a_reason_is_a_fault() -> None:
    with pytest.raises(ValueError, match=r"score 1\.0 with reason"):
        build_grid(given(scored().assign(reason="no_data")))


def test_a_score_without_time_is_a_fault() -> None:
    with pytest.raises(ValueError, match="without its as-of time"):
        build_grid(given(scored().assign(as_of=pd.NaT)))


def test_two_scores_for_one_cell_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two rows for one cell"):
        build_grid(given(pd.concat([scored(), scored()])))


def test_a_row_without_expected_scopes_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no scope is expected"):
        small_grid([], scopes=())


def test_a_grid_without_days_is_a_fault() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        small_grid([], days=())


def test_a_day_of_25_hours_ends_where_its_clock_does() -> None:
    day = day_of(pd.Timestamp("2026-10-25").date(), ZoneInfo("Europe/Berlin"))
    one = seen(1.0, day=day, as_of=day.end)
    grid = small_grid([one], days=[day], now=day.end + HOUR)
    assert Colour.GREEN is grid.rows[0].cells[0].colour


def test_sources_that_were_never_collected_are_listed_as_such() -> None:
    statuses = {status.source: status.ok for status in busy_grid().sources}
    assert {"github": True, "wandb": False, "ec2": False} == {
        name: statuses[name] for name in ("github", "wandb", "ec2")
    }


def test_attention_goes_to_the_worst_score_first_and_to_missing_rows_last() -> None:
    rows = busy_grid().attention()
    scores = [row.latest.shown.score for row in rows]
    known = [score for score in scores if score is not None]
    assert sorted(known) == scores[: len(known)]
    assert [None] * (len(scores) - len(known)) == scores[len(known) :]
    assert Colour.GREEN not in {row.latest.colour for row in rows}
