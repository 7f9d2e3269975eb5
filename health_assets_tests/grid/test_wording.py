"""Values, ages and codes in words."""

from datetime import timedelta

import pytest

from health_assets.grid.wording import REASON_CODE, age_text, value_text
from health_assets.model.reason import Reason


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (6.5, "minute", "6.5 minutes"),
        (1.0, "pull_request", "1 pull request"),
        (0.0, "pull_request", "0 pull requests"),
        (41_200.0, "step_per_second", "41,200 steps per second"),
        (41_234.56, "step_per_second", "41,235 steps per second"),
        (83.333333, "percent", "83.33%"),
        (0.8333333, "ratio", "0.8333"),
        (1.0, "boolean", "yes"),
        (0.0, "boolean", "no"),
        (0.5, "boolean", "0.5 booleans"),
        (3.0, "recovery", "3 recoveries"),
        (1158.0, "branch", "1,158 branches"),
        (2.0, "", "2"),
        (0.00001234, "loss", "1.234e-05"),
    ],
)
def test_a_value_is_written_with_its_unit(value: float, unit: str, text: str) -> None:
    assert text == value_text(value, unit)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=4, minutes=20), "4 h 20 min"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
    ],
)
def test_an_age_has_its_two_largest_units(age: timedelta, text: str) -> None:
    assert text == age_text(age)


def test_every_reason_has_a_code_of_its_own_that_is_as_wide_as_a_score() -> None:
    assert set(Reason) == set(REASON_CODE)
    assert len(Reason) == len(set(REASON_CODE.values()))
    assert max(len(code) for code in REASON_CODE.values()) <= len("0.00")
