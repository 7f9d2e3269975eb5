"""The grid's cells as points, and the one colour rule at its thresholds, as Datadog would keep the values."""

import struct

import pytest

from health_assets.datadog.cells import PALETTES, colour_rules, day_tag, grid_points
from health_assets.datadog.series import cell_points
from health_assets.grid.colour import Colour, colour_of, score_text
from health_assets_tests.grid.synthetic import golden_grid


def drawn(value: float) -> str:
    """The palette of the first rule that holds."""
    holds = {"<": lambda limit: value < limit, ">=": lambda limit: value >= limit}
    return next(rule["palette"] for rule in colour_rules() if holds[rule["comparator"]](rule["value"]))


@pytest.mark.parametrize("score", [0, 0.0049, 0.29, 0.299, 0.29999, 0.3, 0.5, 0.69, 0.699, 0.69999, 0.7, 0.995, 1])
@pytest.mark.parametrize("bits", [32, 64])
def test_a_score_has_the_colour_of_the_page(score, bits):
    sent = float(score_text(score))
    kept = struct.unpack("f", struct.pack("f", sent))[0] if bits == 32 else sent
    assert PALETTES[colour_of(score)] == drawn(kept)


@pytest.mark.parametrize("score", [0.29, 0.299, 0.57, 0.699, 0.7])
def test_a_score_has_the_number_of_the_page(score):
    kept = struct.unpack("f", struct.pack("f", float(score_text(score))))[0]
    assert score_text(score) == f"{kept:.2f}"


def test_missing_cells_are_not_sent():
    cells = golden_grid().rows[0].cells
    assert [cell.shown.text for cell in cells if cell.colour is not Colour.GREY] == [
        f"{point.score:.2f}" for point in grid_points(golden_grid())
    ]


def test_days_count_back_from_the_last_one():
    assert ["d-2", "d-1", "d0"] == [day_tag(offset) for offset in (2, 1, 0)]


def test_one_publish_stamps_all_its_cells_alike():
    grid = golden_grid()
    assert {int(grid.generated_at.timestamp())} == {point.at for point in cell_points(grid, env="test")}


def test_a_cell_is_one_series_whatever_the_date():
    tags = [point.tags for point in cell_points(golden_grid(), env="test")]
    assert (
        "category:ci/cd",
        "day:d-6",
        "env:test",
        "fom:health.ci.stale_prs.fom",
        "service:health_assets",
    ) == tags[0]
    assert len(tags) == len(set(tags))
