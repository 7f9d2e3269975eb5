import math
from datetime import datetime

import pytest

from health_assets.model.errors import ContractError
from health_assets.model.metric import Evidence
from health_assets.model.reason import Reason
from health_assets_tests.store.facts import DAY, SCOPE, T, minutes, observation

KEY = ("lab.things", SCOPE, DAY)
EVIDENCE = (Evidence(label="<b>a</b>", url="https://lab.example/a", at=T, note="broken"), Evidence(label="b"))


def test_an_observation_reads_back_with_its_evidence(store):
    written = observation(0.1, evidence=EVIDENCE, evidence_total=12)
    store.write_observations([written])
    assert written == store.read_observation("lab.things", scope=SCOPE, day=DAY)


def test_a_missing_value_stays_missing_with_its_reason(store):
    store.write_observations([observation(None)])
    row = store.read_observations().iloc[0]
    assert ("no_data", "no things", True) == (row["reason"], row["detail"], math.isnan(row["value"]))
    assert observation(None) == store.read_observation("lab.things", scope=SCOPE, day=DAY)


def test_a_value_of_zero_is_not_missing(store):
    store.write_observations([observation(0.0)])
    assert [0.0] == store.read_observations()["value"].tolist()


def test_an_observation_that_was_never_written_is_none(store):
    assert store.read_observation("lab.things", scope=SCOPE, day=DAY) is None


def test_only_new_and_changed_observations_are_reported(store):
    store.write_observations([observation(metric="lab.a"), observation(metric="lab.b")])
    changed = store.write_observations([observation(metric=f"lab.{name}", samples=4) for name in "bc"])
    assert [("lab.b", SCOPE, DAY), ("lab.c", SCOPE, DAY)] == changed
    assert [] == store.write_observations([observation(metric="lab.a")])


@pytest.mark.parametrize(
    "change",
    [
        {"value": 2.0},
        {"detail": "other"},
        {"samples": 4},
        {"as_of": T + minutes(15)},
        {"evidence": EVIDENCE},
        {"evidence_total": 9},
        {"value": None, "reason": Reason.TRUNCATED},
    ],
)
def test_a_difference_in_any_field_is_a_change(store, change):
    store.write_observations([observation()])
    assert [KEY] == store.write_observations([observation(**change)])


def test_a_failed_source_leaves_the_last_value_with_its_own_time(store):
    store.write_observations([observation(5.0)])
    failed = observation(None, reason=Reason.SOURCE_FAILED, as_of=T + minutes(15))
    assert [] == store.write_observations([failed], keep_values=True)
    assert observation(5.0) == store.read_observation("lab.things", scope=SCOPE, day=DAY)


def test_a_failed_source_is_stored_where_there_was_no_value(store):
    store.write_observations([observation(None, reason=Reason.NOT_COLLECTED)])
    failed = observation(None, reason=Reason.SOURCE_FAILED)
    assert [KEY] == store.write_observations([failed], keep_values=True)
    assert failed == store.read_observation("lab.things", scope=SCOPE, day=DAY)


def test_a_value_that_is_no_longer_there_is_overwritten_unless_asked_otherwise(store):
    store.write_observations([observation(5.0)])
    assert [KEY] == store.write_observations([observation(None)])


def test_a_new_value_overwrites_also_when_values_are_kept(store):
    store.write_observations([observation(5.0)])
    assert [KEY] == store.write_observations([observation(6.0)], keep_values=True)


def test_observations_are_filtered_and_sorted(store):
    store.write_observations(
        [
            observation(metric=metric, scope=scope, day=day)
            for metric in ("lab.b", "lab.a")
            for scope in ("y", "x")
            for day in ("2026-01-31", "2026-01-30")
        ]
    )
    found = store.read_observations(metrics=["lab.b", "lab.a"], scopes=["x"], days=["2026-01-30", "2026-01-31"])
    assert [("lab.a", DAY[:8] + "30"), ("lab.a", DAY), ("lab.b", DAY[:8] + "30"), ("lab.b", DAY)] == list(
        zip(found["metric"], found["day"], strict=True)
    )


def test_an_empty_filter_finds_nothing_and_no_filter_finds_all(store):
    store.write_observations([observation()])
    assert (0, 1) == (len(store.read_observations(days=[])), len(store.read_observations()))


def test_no_observations_have_the_dtypes_of_many(store):
    empty = store.read_observations()
    store.write_observations([observation()])
    full = store.read_observations()
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()
    assert ["str"] * 3 + ["float64", "str", "str", "Int64", "datetime64[us, UTC]"] == full.dtypes.astype(str).tolist()


def test_evidence_is_read_for_many_observations_at_once(store):
    store.write_observations([observation(evidence=EVIDENCE, evidence_total=12), observation(metric="lab.none")])
    assert {KEY: (EVIDENCE, 12)} == store.read_evidence(["lab.things", "lab.none"], [DAY])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"value": math.nan}, "nan is not a value"),
        ({"value": math.inf}, "inf is not a value"),
        ({"value": None, "reason": None}, "neither a value nor a reason"),
        ({"as_of": datetime(2026, 1, 31)}, "no timezone"),  # noqa: DTZ001
    ],
)
def test_an_observation_that_would_lie_is_refused_with_all_others(store, wrong, problem):
    with pytest.raises(ContractError, match=problem):
        store.write_observations([observation(metric="lab.good"), observation(**wrong)])
    assert store.read_observations().empty


def test_two_observations_of_one_key_in_one_write_are_refused(store):
    with pytest.raises(ContractError, match="two observations in one write"):
        store.write_observations([observation(1.0), observation(2.0)])
