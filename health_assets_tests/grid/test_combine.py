"""Several scopes in one cell: what decides, and that an outage never looks healthy."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_assets.grid.colour import Colour
from health_assets.grid.combine import SEVERITY, deciding
from health_assets.grid.model import Reading
from health_assets.model.reason import Reason
from health_assets_tests.grid.synthetic import DAYS, HOUR, NOW, TODAY, seen, small_grid

BAD = [reason for reason in Reason if reason is not Reason.NO_DATA]
READINGS = st.lists(st.sampled_from(list(Reason)) | st.floats(0.0, 1.0), min_size=1, max_size=5)


def reading(given: float | Reason) -> Reading:
    missing = isinstance(given, Reason)
    return Reading(scope=str(given), score=None if missing else given, value=None, reason=given if missing else None)


def decided(*given: float | Reason) -> float | Reason:
    shown = deciding([reading(one) for one in given])
    return shown.reason if shown.score is None else shown.score


def test_the_worst_scope_is_shown() -> None:
    assert 0.5 == decided(0.9, 0.5, 0.8)


@pytest.mark.parametrize("reason", BAD)
@pytest.mark.parametrize("score", [0.3, 0.699, 0.7, 1.0])
def test_a_scope_that_is_not_known_hides_yellow_and_green(score: float, reason: Reason) -> None:
    assert reason is decided(score, reason)


@pytest.mark.parametrize("reason", BAD)
def test_a_scope_that_is_not_known_does_not_hide_red(reason: Reason) -> None:
    assert 0.299 == decided(reason, 0.9, 0.299)


def test_a_scope_with_nothing_to_measure_hides_nothing() -> None:
    assert 0.9 == decided(Reason.NO_DATA, 0.9)


def test_one_outage_beside_a_scope_with_nothing_to_measure_is_an_outage() -> None:
    assert Reason.STALE is decided(Reason.NO_DATA, 0.9, Reason.STALE)


@pytest.mark.parametrize("place", range(len(SEVERITY)))
def test_the_severest_reason_is_shown(place: int) -> None:
    assert SEVERITY[place] is decided(*reversed(SEVERITY[place:]))


def test_the_order_of_severity_is_that_of_the_rule() -> None:
    words = "source_failed truncated stale not_collected not_reconstructible no_data"
    assert words == " ".join(SEVERITY)
    assert set(Reason) == set(SEVERITY)


@given(given_readings=READINGS)
def test_a_cell_is_never_better_than_its_worst_scope(given_readings: list[float | Reason]) -> None:
    shown = decided(*given_readings)
    scores = [one for one in given_readings if not isinstance(one, Reason)]
    if not isinstance(shown, Reason):
        assert min(scores) == shown


@given(given_readings=READINGS)
def test_with_any_scope_unknown_a_cell_is_red_or_grey(given_readings: list[float | Reason]) -> None:
    if any(one in BAD for one in given_readings if isinstance(one, Reason)):
        assert deciding([reading(one) for one in given_readings]).colour in (Colour.RED, Colour.GREY)


@given(given_readings=READINGS, seed=st.randoms())
def test_the_order_of_scopes_does_not_matter(given_readings: list[float | Reason], seed) -> None:
    shuffled = list(given_readings)
    seed.shuffle(shuffled)
    assert decided(*given_readings) == decided(*shuffled)


def test_a_cell_without_any_scope_is_a_fault() -> None:
    with pytest.raises(ValueError, match="one reading for each expected scope"):
        deciding([])


def test_a_value_of_today_turns_stale_after_four_hours() -> None:
    for age, expected in ((4 * HOUR, Colour.GREEN), (4 * HOUR + timedelta(seconds=1), Colour.GREY)):
        (cell,) = small_grid([seen(1.0, as_of=NOW - age)]).rows[0].cells
        assert expected is cell.colour


def test_a_stale_cell_tells_its_age_and_its_last_value() -> None:
    (cell,) = small_grid([seen(0.94, as_of=NOW - 5.5 * HOUR)]).rows[0].cells
    assert (None, None, Reason.STALE) == (cell.shown.score, cell.shown.value, cell.shown.reason)
    expected = "5 h 30 min old; the last value was 0.94 pull requests, score 0.94 as of 2026-03-11 09:05 UTC"
    assert expected == cell.shown.detail


def test_a_past_day_is_measured_against_its_end_and_not_against_now() -> None:
    past = DAYS[0]
    finished, abandoned = seen(1.0, day=past), seen(1.0, day=past, as_of=past.end - 5 * HOUR)
    assert Colour.GREEN is small_grid([finished], days=[past]).rows[0].cells[0].colour
    assert Reason.STALE is small_grid([abandoned], days=[past]).rows[0].cells[0].shown.reason


def test_a_stale_scope_hides_the_green_of_the_others() -> None:
    scopes = ("acme/lander", "acme/rocket")
    fresh, old = seen(1.0, scope=scopes[0]), seen(1.0, scope=scopes[1], as_of=NOW - 9 * HOUR)
    (cell,) = small_grid([fresh, old], scopes=scopes).rows[0].cells
    assert (Reason.STALE, scopes[1]) == (cell.shown.reason, cell.shown.scope)
    assert scopes == tuple(one.scope for one in cell.scopes)
    assert TODAY == cell.day
