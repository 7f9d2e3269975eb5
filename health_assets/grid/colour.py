"""The one colour rule, and how a score is written so that number and colour never contradict each other.

Every renderer (terminal, page, Vega-Lite, CSV, JSON, Datadog) takes colour, number and shape from here.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

RED_BELOW = 0.3
GREEN_FROM = 0.7
#: Scores at which the colour changes, ascending.
THRESHOLDS = (RED_BELOW, GREEN_FROM)


class Colour(StrEnum):
    """State of a cell; GREY is missing, never a score."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a state is drawn. Fill and ink are #rrggbb for the light and the dark scheme.

    The fills differ in lightness and each state has its own shape, so that no state rests on hue alone.
    `ansi` is for terminals with 256 colours or more, `ansi16` for the others, `ascii` where UTF-8 is missing.
    """

    meaning: str
    shape: str
    ascii: str
    fill: str
    ink: str
    dark_fill: str
    dark_ink: str
    ansi: str
    ansi16: str


LOOKS: dict[Colour, Look] = {
    Colour.RED: Look(
        meaning="critical, action required",
        shape="■",
        ascii="!",
        fill="#c4314b",
        ink="#ffffff",
        dark_fill="#d23a53",
        dark_ink="#ffffff",
        ansi="bold #ffffff on #af0000",
        ansi16="bold white on red",
    ),
    Colour.YELLOW: Look(
        meaning="warning, needs attention",
        shape="▲",
        ascii="~",
        fill="#f5c451",
        ink="#3d2c00",
        dark_fill="#c99a2e",
        dark_ink="#1d1400",
        ansi="#1c1c1c on #ffd75f",
        ansi16="black on yellow",
    ),
    Colour.GREEN: Look(
        meaning="healthy",
        shape="●",
        ascii="+",
        fill="#cdebdd",
        ink="#0c5138",
        dark_fill="#143f30",
        dark_ink="#9be3c1",
        ansi="#1c1c1c on #5faf87",
        ansi16="black on green",
    ),
    Colour.GREY: Look(
        meaning="missing",
        shape="○",
        ascii="?",
        fill="#eceef2",
        ink="#586170",
        dark_fill="#22272f",
        dark_ink="#9aa4b2",
        ansi="#bcbcbc on #3a3a3a",
        ansi16="white on black",
    ),
}


def colour_of(score: float | None) -> Colour:
    """Red below 0.3, yellow below 0.7, green from 0.7, grey when missing.

    Raises ValueError for anything that is not in [0, 1]: that is a fault of the program, not data to be drawn.
    """
    if score is None:
        return Colour.GREY
    if not math.isfinite(score) or not 0.0 <= score <= 1.0:
        raise ValueError(f"{score!r} is not a score: it must lie in [0, 1]")
    if score < RED_BELOW:
        return Colour.RED
    return Colour.YELLOW if score < GREEN_FROM else Colour.GREEN


def score_text(score: float) -> str:
    """A score with two decimals, cut and not rounded: 0.299 is red and reads 0.29, never a 0.30 that would be yellow.

    The cut is made on the shortest decimal text of the float, so that 0.29 stays 0.29 (times 100 it is 28.999...).
    """
    return str(Decimal(repr(float(score))).quantize(Decimal("0.01"), rounding=ROUND_DOWN))
