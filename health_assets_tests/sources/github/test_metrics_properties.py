"""What holds for every measure, whatever happened: the past stays, order and repetition do not matter."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health_assets.model.metric import Measurement
from health_assets.model.reason import Reason
from health_assets.model.time import iso
from health_assets.sources.view import View
from health_assets_tests.sources.github.frames import METRICS, T, commit, issue, measured, pull_request, run, view

NO_MEANS = {
    name
    for name in METRICS
    if name.rpartition("_")[2] in {"hours", "minutes", "pct"}
    or name.endswith(("avg_comments_per_pr", "per_developer_7d", "passing", "passing_on_main"))
}
# Most things happen close to T, where a measure can go wrong.
HOURS = st.integers(min_value=-4 * 24, max_value=12) | st.integers(min_value=-35 * 24, max_value=5 * 24)
SPANS = st.integers(min_value=0, max_value=3 * 24)
LABELS = ("bug", "training", "hotfix", "force-merge")
PEOPLE = st.sampled_from(["ada", "grace", "helper", "renewer[bot]", None])


def instant(hours: int) -> datetime:
    return T + timedelta(hours=hours)


@st.composite
def spans(draw: st.DrawFn, start: int) -> list[tuple[int, int | None]]:
    """Disjoint spans of hours from `start` on, the last of which may be open."""
    found: list[tuple[int, int | None]] = []
    for _ in range(draw(st.sampled_from([1, 2, 0]))):
        begin = start + draw(SPANS)
        start = begin + draw(SPANS) + 1
        found.append((begin, start))
    if found and draw(st.booleans()):
        found[-1] = (found[-1][0], None)
    return found


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Any]:
    """What happened to a pull request or an issue, in hours from T, whoever looks at it and when."""
    created = draw(HOURS)
    return {
        "created": created,
        "closures": draw(spans(created)),
        "labels": [(label, *span) for label in LABELS for span in draw(spans(created))],
        "reviews": draw(st.lists(st.tuples(SPANS, PEOPLE, st.integers(0, 3)), min_size=1, max_size=3)),
        "comments": draw(st.lists(SPANS, max_size=3)),
        "merged": created + draw(SPANS) if draw(st.booleans()) else None,
        "checks": draw(st.sampled_from(["success", "failure", "pending", "none"])),
    }


@st.composite
def run_histories(draw: st.DrawFn) -> dict[str, Any]:
    """A run and its attempts: (start, end, conclusion), each after the one before, in hours from T."""
    created = at = draw(HOURS)
    attempts = []
    for _ in range(draw(st.integers(1, 3))):
        end = at + draw(st.integers(0, 30))
        attempts.append((at, end, draw(st.sampled_from(["success", "failure", "cancelled", "skipped", "timed_out"]))))
        at = end + draw(st.integers(0, 48))
    return {"created": created, "attempts": attempts, "workflow_id": draw(st.integers(1, 3))}


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "pull_requests": draw(st.lists(histories(), min_size=1, max_size=6)),
        "issues": draw(st.lists(histories(), min_size=1, max_size=4)),
        "commits": draw(st.lists(st.tuples(HOURS, PEOPLE.filter(bool), st.integers(0, 5)), max_size=6)),
        "runs": draw(st.lists(run_histories(), min_size=1, max_size=6)),
    }


def seen_spans(spans: Iterable[tuple[int, int | None]], now: int) -> list[list[str | None]]:
    return [
        [iso(instant(begin)), iso(instant(end)) if end is not None and end <= now else None]
        for begin, end in spans
        if begin <= now
    ]


def entity_rows(world: dict[str, Any], now: int) -> dict[str, list[dict[str, Any]]]:
    pull_requests, checks, issues = [], [], []
    for number, history in enumerate(world["pull_requests"], start=1):
        if history["created"] > now:
            continue
        created, merged = instant(history["created"]), history["merged"]
        merged = merged if merged is not None and merged <= now else None
        closures = [(merged, None)] if history["merged"] is not None else history["closures"]
        changes = {
            "merged_at": None if merged is None else instant(merged),
            "closures": seen_spans([span for span in closures if span[0] is not None], now),
            "labels": [[label, *seen_spans([span], now)[0]] for label, *span in history["labels"] if span[0] <= now],
            "reviews": [
                [iso(created + timedelta(hours=after)), who, False, count]
                for after, who, count in history["reviews"]
                if history["created"] + after <= now
            ],
            "comments": [
                [iso(created + timedelta(hours=after)), "ada", False]
                for after in history["comments"]
                if history["created"] + after <= now
            ],
        }
        pull_requests.append(pull_request(number, created, **changes))
        if merged is not None:
            checks.append(
                {"number": number, "merged_at": instant(merged), "state": history["checks"], "unsuccessful": []}
            )
    for number, history in enumerate(world["issues"], start=1):
        if history["created"] <= now:
            labels = [[label, *seen_spans([span], now)[0]] for label, *span in history["labels"] if span[0] <= now]
            closures = seen_spans(history["closures"], now)
            issues.append(issue(number, instant(history["created"]), labels=labels, closures=closures))
    return {"pull_requests": pull_requests, "merge_checks": checks, "issues": issues}


def run_rows(world: dict[str, Any], now: int) -> dict[str, list[dict[str, Any]]]:
    rows, timeouts = [], []
    for run_id, history in enumerate(world["runs"], start=1):
        begun = [attempt for attempt in history["attempts"] if attempt[0] <= now]
        for attempt, (start, end, conclusion) in enumerate(begun, start=1):
            done = end <= now
            row = run(run_id, instant(history["created"]), conclusion if done else None, attempt=attempt)
            row |= {"started_at": instant(start), "completed_at": instant(end) if done else None}
            row |= {"latest_attempt": len(begun), "workflow_id": history["workflow_id"]}
            rows.append(
                row | {"workflow": f"w{history['workflow_id']} bench"[: 2 if history["workflow_id"] > 1 else 9]}
            )
            if done and conclusion == "cancelled":
                timeouts.append({"run_id": run_id, "attempt": attempt, "timed_out": end % 2 == 0})
    return {"workflow_runs": rows, "default_branch_runs": rows, "run_timeouts": timeouts}


def rows_read(world: dict[str, Any], *, hours_after_t: int) -> dict[str, list[dict[str, Any]]]:
    """The records of a world as somebody reads them `hours_after_t`."""
    done = [(n, *facts) for n, facts in enumerate(world["commits"]) if facts[0] <= hours_after_t]
    commits = [
        commit(f"{n:07d}", instant(at), author=author, additions=size, subject='Revert "x"' if size == 3 else "x")
        for n, at, author, size in done
    ]
    files = [{"origin": f"{n:07d}", "paths": [f"p{i}" for i in range(size)]} for n, _, _, size in done]
    branches = [{"key": "2026-03-09/branches", "total": 5}]
    moving = entity_rows(world, hours_after_t) | run_rows(world, hours_after_t)
    for merge in moving["merge_checks"]:
        sha, origin = f"m{merge['number']:06d}", f"#{merge['number']}"
        commits.append(commit(sha, merge["merged_at"], pull_request=merge["number"]))
        files.append({"origin": origin, "paths": [origin]})
    return moving | {"commits": commits, "changed_files": files, "branches": branches}


def all_measured(seen: View) -> dict[str, Measurement]:
    return {name: measured(name, seen) for name in METRICS}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), hours=st.integers(1, 20 * 24))
def test_what_happens_after_t_changes_nothing(world: dict[str, Any], hours: int) -> None:
    live = all_measured(view(**rows_read(world, hours_after_t=0)))
    assert live == all_measured(view(**rows_read(world, hours_after_t=hours)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), seed=st.integers(0, 2**16))
def test_order_repetition_and_older_readings_change_nothing(world: dict[str, Any], seed: int) -> None:
    rows = rows_read(world, hours_after_t=24)
    older = rows_read(world, hours_after_t=0)
    mixed = {}
    for kind, found in rows.items():
        mixed[kind] = [*found, *found, *(row | {"version": "0"} for row in older[kind])]
        random.Random(seed).shuffle(mixed[kind])
    assert all_measured(view(**rows)) == all_measured(view(**mixed, text="object"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds())
def test_no_value_is_negative_and_a_missing_one_has_its_reason(world: dict[str, Any]) -> None:
    for found in all_measured(view(**rows_read(world, hours_after_t=0))).values():
        if found.value is None:
            assert found.reason is Reason.NO_DATA
            assert found.detail
        else:
            assert isinstance(found.value, float)
            assert found.value >= 0


@pytest.mark.parametrize("name", sorted(NO_MEANS))
def test_a_mean_over_nothing_has_no_data(name: str) -> None:
    assert (None, Reason.NO_DATA) == (measured(name, view()).value, measured(name, view()).reason)


@pytest.mark.parametrize("name", sorted(METRICS.keys() - NO_MEANS - {"github.branches.active"}))
@pytest.mark.parametrize("text", ["str", "object"])
def test_a_count_over_nothing_is_zero(name: str, text: str) -> None:
    assert 0 == measured(name, view(text=text)).value
