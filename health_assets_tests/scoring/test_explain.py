"""A row in words, and the way to the next colour."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from health_assets.model.fom import Fom
from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.explain import distance_to_next_colour, formula_text
from health_assets.scoring.score import score_values

CATALOGUE = {fom.name: fom for fom in load_catalogue(known_metrics=None)}
THRESHOLDS = (0.3, 0.7)


def row(*points: tuple[float, float]) -> Fom:
    return Fom(
        name="health.ci.x.fom", label="", category="CI/CD", metric="github.x", points=points, condition="", why=""
    )


@pytest.mark.parametrize(
    ("fom", "expected"),
    [
        (CATALOGUE["health.ci.duration_p90.fom"], "1 at <= 3, falling to 0 at >= 10"),
        (CATALOGUE["health.training.multigpu_arena_sps.fom"], "0 at <= 20,000, rising to 1 at >= 50,000"),
        (CATALOGUE["health.training.duration.fom"], "0.3 below 1, 1 from 1, level to 8, falling to 0 at >= 16"),
        (row((0, 1), (5, 1), (5, 0)), "1 below 5, 0 from 5 on"),
        (
            row((0, 0), (1, 1), (2, 1), (3, 0.5), (9, 0.5)),
            "0 at <= 0, rising to 1 at 1, level to 2, falling to 0.5 at >= 3",
        ),
        (row((0, 0.5), (9, 0.5)), "0.5 always"),
    ],
)
def test_a_formula_reads_as_a_sentence(fom: Fom, expected: str) -> None:
    assert expected == formula_text(fom)


@pytest.mark.parametrize(
    ("name", "value", "at", "better"),
    [
        ("health.ci.stale_prs.fom", 40, 35, True),
        ("health.ci.stale_prs.fom", 20, 15, True),
        ("health.ci.stale_prs.fom", 10, 15, False),
        ("health.ci.tests_passing.fom", 0, 0.3, True),
        ("health.training.duration.fom", 0.5, 1, True),
        ("health.training.duration.fom", 15, 13.6, True),
        ("health.training.duration.fom", 9, 10.4, False),
        ("health.training.duration.fom", 2, 1, False),
    ],
)
def test_the_distance_leads_to_the_next_better_colour_or_from_green_to_the_next_worse(
    name: str, value: float, at: float, better: bool
) -> None:
    found = distance_to_next_colour(CATALOGUE[name], value, thresholds=THRESHOLDS)
    assert found is not None
    assert (pytest.approx(at), pytest.approx(at - value), better) == (found.at, found.change, found.better)


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_missing_value_has_no_distance(value: float | None) -> None:
    assert distance_to_next_colour(CATALOGUE["health.ci.stale_prs.fom"], value, thresholds=THRESHOLDS) is None


def test_a_row_that_never_gets_better_has_no_distance() -> None:
    assert distance_to_next_colour(row((0, 0.1), (9, 0.2)), 4, thresholds=THRESHOLDS) is None


@given(
    name=st.sampled_from(sorted(CATALOGUE)),
    share=st.floats(-0.2, 1.2),
)
def test_just_past_the_distance_the_colour_is_another_one(name: str, share: float) -> None:
    fom = CATALOGUE[name]
    low, high = fom.points[0][0], fom.points[-1][0]
    value = low + (high - low) * share
    found = distance_to_next_colour(fom, value, thresholds=THRESHOLDS)
    assert found is not None
    nudge = (high - low) * 1e-6 * (1 if found.change >= 0 else -1)
    before, after = score_values(fom, np.array([value, found.at + nudge])).tolist()
    assume(abs(before - found.threshold) > 1e-4)
    assert (before < found.threshold) != (after < found.threshold)
