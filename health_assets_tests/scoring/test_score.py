"""Scores: bounds, steps, missing values, and agreement with an independent reference."""

import math
from fractions import Fraction
from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_assets.model.fom import Fom
from health_assets.model.reason import Reason
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.score import SCORE_COLUMNS, score_frame, score_values

CATALOGUE = {fom.name: fom for fom in load_catalogue(known_metrics=None)}
DURATION = CATALOGUE["health.training.duration.fom"]


def row(points: tuple[tuple[float, float], ...], *, name: str = "health.ci.x.fom", metric: str = "github.x") -> Fom:
    return Fom(name=name, label="X", category="CI/CD", metric=metric, points=points, condition="", why="")


def score(fom: Fom, value: float) -> float:
    return float(score_values(fom, np.array([value]))[0])


def reference(points: tuple[tuple[float, float], ...], value: float) -> float:
    """The definition in exact arithmetic: of the points at or before the value the last one, towards the next one."""
    x = Fraction(value)
    before = [(Fraction(px), Fraction(ps)) for px, ps in points if px <= value]
    after = [(Fraction(px), Fraction(ps)) for px, ps in points if px > value]
    if not before:
        return points[0][1]
    if not after:
        return points[-1][1]
    (x0, s0), (x1, s1) = before[-1], after[0]
    return float(s0 + (s1 - s0) * (x - x0) / (x1 - x0))


XS = st.integers(-1000, 1000).map(lambda n: n / 8)
SCORES = st.integers(0, 20).map(lambda n: n / 20)
POINTS = (
    st.lists(XS, min_size=2, max_size=6)
    .map(sorted)
    .filter(lambda xs: xs[0] < xs[-1] and all(xs.count(x) <= 2 for x in xs))
    .flatmap(
        lambda xs: st.lists(SCORES, min_size=len(xs), max_size=len(xs)).map(lambda ss: tuple(zip(xs, ss, strict=True)))
    )
)
VALUES = st.floats(allow_nan=False, allow_infinity=False) | XS


@given(points=POINTS, value=VALUES)
def test_a_score_lies_between_0_and_1(points: tuple[tuple[float, float], ...], value: float) -> None:
    assert 0.0 <= score(row(points), value) <= 1.0


@given(points=POINTS, value=VALUES)
def test_a_score_is_that_of_the_definition_in_exact_arithmetic(
    points: tuple[tuple[float, float], ...], value: float
) -> None:
    assert reference(points, value) == pytest.approx(score(row(points), value), abs=1e-9)


@given(points=POINTS, values=st.tuples(VALUES, VALUES), rising=st.booleans())
def test_where_points_only_rise_or_fall_so_do_scores(
    points: tuple[tuple[float, float], ...], values: tuple[float, float], rising: bool
) -> None:
    ordered = sorted((s for _, s in points), reverse=not rising)
    fom = row(tuple((x, s) for (x, _), s in zip(points, ordered, strict=True)))
    low, high = score(fom, min(values)), score(fom, max(values))
    assert low <= high if rising else low >= high


@given(points=POINTS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_scores(value: float, points: tuple[tuple[float, float], ...]) -> None:
    assert math.isnan(score(row(points), value))


@given(points=POINTS, values=st.lists(VALUES, max_size=20))
def test_a_value_scores_the_same_alone_and_in_company(
    points: tuple[tuple[float, float], ...], values: list[float]
) -> None:
    fom = row(points)
    assert [score(fom, value) for value in values] == score_values(fom, np.array(values, dtype=float)).tolist()


@pytest.mark.parametrize(
    ("hours", "expected"), [(0.0, 0.3), (0.999, 0.3), (1.0, 1.0), (8.0, 1.0), (12.0, 0.5), (16.0, 0.0), (99.0, 0.0)]
)
def test_a_run_under_an_hour_is_suspicious_and_the_step_is_taken_at_one_hour(hours: float, expected: float) -> None:
    assert expected == score(DURATION, hours)


@pytest.mark.parametrize(
    ("points", "at", "expected"),
    [
        (((0, 1), (5, 1), (5, 0)), 5.0, 0.0),
        (((5, 0), (5, 1), (9, 1)), 5.0, 1.0),
        (((5, 0), (5, 1), (9, 1)), 4.999, 0.0),
    ],
)
def test_a_step_at_either_end_is_taken_at_its_x(
    points: tuple[tuple[float, float], ...], at: float, expected: float
) -> None:
    assert expected == score(row(points), at)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("health.training.multigpu_arena_hearts.fom", 0.5, 0.714285714286),
        ("health.training.multigpu_arena_sps.fom", 40_000, 0.666666666667),
        ("health.training.bug_count.fom", 2, 0.333333333333),
        ("health.ci.failing_workflows.fom", 2, 0.6),
        ("health.ci.hotfix_count.fom", 5, 0.5),
        ("health.ci.duration_p90.fom", 5, 0.714285714286),
        ("health.ci.duration_p90.fom", 1, 1.0),
        ("health.ci.stale_prs.fom", 20, 0.6),
        ("health.ci.pr_cycle_time.fom", 48, 0.5),
        ("health.eval.local_hearts_accuracy.fom", 10, 0.5),
        ("health.eval.remote_duration.fom", 5, 0.714285714286),
    ],
)
def test_the_examples_of_the_specification(name: str, value: float, expected: float) -> None:
    assert expected == score(CATALOGUE[name], value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("health.ci.flaky_checks.fom", 14, 0.3),
        ("health.ci.flaky_checks.fom", 6, 0.7),
        ("health.ci.hotfix_count.fom", 7, 0.3),
    ],
)
def test_a_score_on_a_threshold_is_not_moved_below_it_by_floating_point(
    name: str, value: float, expected: float
) -> None:
    assert expected == score(CATALOGUE[name], value)


def observations(*rows: tuple[str, str, str, float, object]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["metric", "scope", "day", "value", "reason"])
    frame["as_of"] = pd.Timestamp("2026-03-11T14:35:00Z")
    return frame.astype({"value": "float64", "reason": "object", "as_of": "datetime64[us, UTC]"})


STALE = CATALOGUE["health.ci.stale_prs.fom"]


def test_a_frame_of_scores_carries_value_time_and_the_hash_of_its_row() -> None:
    scored = score_frame([STALE], observations((STALE.metric, "acme/rocket", "2026-03-11", 20.0, None)))
    assert list(SCORE_COLUMNS) == list(scored.columns)
    (one,) = scored.to_dict("records")
    assert (STALE.name, "acme/rocket", "2026-03-11", 0.6, 20.0) == tuple(one[key] for key in SCORE_COLUMNS[:5])
    assert pd.isna(one["reason"])
    assert (pd.Timestamp("2026-03-11T14:35:00Z"), STALE.row_hash) == (one["as_of"], one["row_hash"])


def test_a_missing_observation_keeps_its_reason_and_has_no_score() -> None:
    scored = score_frame([STALE], observations((STALE.metric, "a", "2026-03-11", math.nan, Reason.NO_DATA.value)))
    assert ["no_data"] == scored["reason"].tolist()
    assert scored[["score", "value"]].isna().all(axis=None)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_value_that_is_no_number_becomes_missing_and_never_a_score(value: float) -> None:
    scored = score_frame([STALE], observations((STALE.metric, "a", "2026-03-11", value, None)))
    assert ["source_failed"] == scored["reason"].tolist()
    assert scored[["score", "value"]].isna().all(axis=None)


def test_a_value_that_comes_with_a_reason_is_not_believed() -> None:
    scored = score_frame([STALE], observations((STALE.metric, "a", "2026-03-11", 0.0, "truncated")))
    assert scored["score"].isna().all()
    assert ["truncated"] == scored["reason"].tolist()


def test_metrics_without_a_row_are_not_scored_and_rows_without_observations_give_nothing() -> None:
    other = CATALOGUE["health.ci.revert_count.fom"]
    frame = observations(
        (STALE.metric, "a", "2026-03-11", 1.0, None), ("github.prs.open", "a", "2026-03-11", 1.0, None)
    )
    assert [STALE.name] == score_frame([STALE, other], frame)["fom"].tolist()


def test_no_observations_give_an_empty_frame_with_the_same_columns_and_types() -> None:
    full = score_frame([STALE], observations((STALE.metric, "a", "2026-03-11", 1.0, None)))
    for empty in (score_frame([STALE], observations()), score_frame([], observations())):
        assert 0 == len(empty)
        assert full.dtypes.to_dict() == empty.dtypes.to_dict()


def test_two_rows_may_score_the_same_metric() -> None:
    twin = row(((0, 0), (1, 1)), name="health.ci.twin.fom", metric=STALE.metric)
    scored = score_frame([STALE, twin], observations((STALE.metric, "a", "2026-03-11", 20.0, None)))
    assert {STALE.name: 0.6, twin.name: 1.0} == dict(zip(scored["fom"], scored["score"], strict=True))


@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_observations_does_not_matter(seed: int) -> None:
    frame = observations(
        *((STALE.metric, scope, f"2026-03-{day:02}", float(day), None) for day in range(1, 9) for scope in "ab"),
        (STALE.metric, "c", "2026-03-01", math.nan, "stale"),
    )
    shuffled = frame.sample(frac=1.0, random_state=seed)
    order = ["fom", "scope", "day"]
    expected = score_frame([STALE], frame).sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(expected, score_frame([STALE], shuffled).sort_values(order, ignore_index=True))


def test_scoring_leaves_the_observations_as_they_were() -> None:
    frame = observations((STALE.metric, "a", "2026-03-11", math.inf, None))
    before = frame.copy(deep=True)
    score_frame([STALE], frame)
    pd.testing.assert_frame_equal(before, frame)


def test_a_year_of_all_rows_is_scored_in_far_less_than_half_a_second() -> None:
    foms = list(CATALOGUE.values())
    days = [str(day.date()) for day in pd.date_range("2025-01-01", periods=365)]
    frame = observations(*((fom.metric, "a", day, 7.0, None) for fom in foms for day in days))
    started = perf_counter()
    scored = score_frame(foms, frame)
    assert perf_counter() - started < 0.5
    assert 365 * 42 == len(scored)
