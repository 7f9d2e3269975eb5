"""The one colour rule and the one way to write a score."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health_assets.grid.colour import LOOKS, Colour, colour_of, score_text

SCORES = st.floats(0.0, 1.0)


@pytest.mark.parametrize(
    ("score", "colour"),
    [
        (0.0, Colour.RED),
        (0.299, Colour.RED),
        (0.3, Colour.YELLOW),
        (0.699, Colour.YELLOW),
        (0.7, Colour.GREEN),
        (1.0, Colour.GREEN),
        (None, Colour.GREY),
    ],
)
def test_red_ends_below_0_3_and_green_begins_at_0_7(score: float | None, colour: Colour) -> None:
    assert colour is colour_of(score)


@pytest.mark.parametrize("score", [-0.001, 1.001, math.nan, math.inf, -math.inf])
def test_what_is_no_score_has_no_colour(score: float) -> None:
    with pytest.raises(ValueError, match="is not a score"):
        colour_of(score)


@pytest.mark.parametrize(
    ("score", "text"),
    [(0.299, "0.29"), (0.3, "0.30"), (0.699999, "0.69"), (0.7, "0.70"), (0.29, "0.29"), (0.999, "0.99"), (1, "1.00")],
)
def test_a_score_is_cut_to_two_decimals(score: float, text: str) -> None:
    assert text == score_text(score)


def test_a_tiny_score_is_written_without_exponent() -> None:
    assert "0.00" == score_text(1e-17)


@given(score=SCORES)
def test_the_number_that_is_shown_has_the_colour_that_is_shown(score: float) -> None:
    assert colour_of(score) is colour_of(float(score_text(score)))


@given(score=SCORES)
def test_the_number_that_is_shown_never_flatters(score: float) -> None:
    assert 0.0 <= score - float(score_text(score)) < 0.01


def test_states_differ_in_shape_and_not_only_in_hue() -> None:
    assert 4 == len({look.shape for look in LOOKS.values()}) == len({look.ascii for look in LOOKS.values()})


@pytest.mark.parametrize("scheme", [("fill", "ink"), ("dark_fill", "dark_ink")])
@pytest.mark.parametrize("colour", list(Colour))
def test_numbers_are_readable_on_their_colour(colour: Colour, scheme: tuple[str, str]) -> None:
    fill, ink = (luminance(getattr(LOOKS[colour], part)) for part in scheme)
    # 4.5 is the contrast that WCAG asks for at level AA
    assert (max(fill, ink) + 0.05) / (min(fill, ink) + 0.05) >= 4.5


@pytest.mark.parametrize("part", ["fill", "dark_fill"])
def test_red_yellow_and_green_differ_in_lightness(part: str) -> None:
    shades = sorted(luminance(getattr(LOOKS[colour], part)) for colour in (Colour.RED, Colour.YELLOW, Colour.GREEN))
    assert all(lighter - darker > 0.1 for darker, lighter in pairwise(shades))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
