from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from health_assets.model.errors import ContractError
from health_assets.model.observation import Score
from health_assets.model.reason import Reason
from health_assets_tests.store.facts import DAY, SCOPE, T


def score(value: float | None = 0.5, **fields) -> Score:
    reason = Reason.NO_DATA if value is None else None
    return Score(
        **{
            "fom": "health.lab.things.fom",
            "scope": SCOPE,
            "day": DAY,
            "score": value,
            "value": None if value is None else 7.0,
            "reason": reason,
            "as_of": T,
            "row_hash": "abc",
            **fields,
        }
    )


def frame(days: int) -> pd.DataFrame:
    """A row for each of `days` days, the first of them missing."""
    names = [(date(2025, 1, 1) + timedelta(days=back)).isoformat() for back in range(days)]
    scores = np.linspace(0, 1, days)
    scores[0] = np.nan
    return pd.DataFrame(
        {
            "fom": pd.Series(["health.lab.things.fom"] * days, dtype="str"),
            "scope": pd.Series([SCOPE] * days, dtype="str"),
            "day": pd.Series(names, dtype="str"),
            "score": scores,
            "value": scores * 10,
            "reason": pd.Series(["no_data"] + [None] * (days - 1), dtype="str"),
            "as_of": pd.Series([T] * days, dtype="datetime64[us, UTC]"),
            "row_hash": pd.Series(["abc"] * days, dtype="str"),
        }
    )


def test_a_frame_of_scores_reads_back_equal(store):
    written = frame(400)
    assert 400 == store.write_scores(written)
    pd.testing.assert_frame_equal(written, store.read_scores())


def test_single_scores_are_stored_like_frames(store):
    store.write_scores([score(0.25)])
    assert ([0.25], [7.0], ["abc"]) == tuple(
        store.read_scores()[name].tolist() for name in ("score", "value", "row_hash")
    )


def test_a_missing_score_stays_missing_with_its_reason(store):
    store.write_scores([score(None)])
    row = store.read_scores().iloc[0]
    assert (True, True, "no_data") == (np.isnan(row["score"]), np.isnan(row["value"]), row["reason"])


def test_scores_written_again_change_nothing(store):
    store.write_scores(frame(10))
    assert 0 == store.write_scores(frame(10))


def test_only_changed_scores_are_counted(store):
    store.write_scores(frame(10))
    edited = frame(10)
    edited.loc[3, "row_hash"] = "def"
    assert 1 == store.write_scores(edited)
    assert "def" == store.read_scores().loc[3, "row_hash"]


def test_scores_are_filtered_by_fom_and_day(store):
    store.write_scores([score(fom=fom, day=day) for fom in ("b", "a") for day in ("2026-01-31", "2026-01-30")])
    found = store.read_scores(foms=["a"], days=["2026-01-31", "2026-02-01"])
    assert [("a", "2026-01-31")] == list(zip(found["fom"], found["day"], strict=True))


def test_no_scores_have_the_dtypes_of_many(store):
    empty = store.read_scores()
    store.write_scores([score()])
    assert store.read_scores().dtypes.to_dict() == empty.dtypes.to_dict()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (score(1.01), "is not in"),
        (score(-0.01), "is not in"),
        (score(float("nan")), "is not in"),
        (score(value=None, score=None, reason=None), "neither a score nor a reason"),
    ],
)
def test_a_score_that_would_lie_is_refused_with_all_others(store, wrong, problem):
    with pytest.raises(ContractError, match=problem):
        store.write_scores([score(fom="health.lab.good.fom"), wrong])
    assert store.read_scores().empty


def test_two_scores_of_one_cell_in_one_write_are_refused(store):
    with pytest.raises(ContractError, match="two scores in one write"):
        store.write_scores([score(0.1), score(0.2)])


def test_a_frame_without_a_column_is_refused(store):
    with pytest.raises(ContractError, match="lacks row_hash"):
        store.write_scores(frame(1).drop(columns="row_hash"))
